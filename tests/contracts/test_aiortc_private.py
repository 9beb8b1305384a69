"""Fails when a release of aiortc changes what gateway/aiortc_private.py relies on."""

import asyncio
import inspect
import random
from typing import Any

import pytest
from aioice.ice import Connection, StunProtocol
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.rtcdtlstransport import SRTP_PROFILES, RTCCertificate
from aiortc.rtcrtptransceiver import RTCRtpTransceiver
from pylibsrtp import Error as SrtpError

from gateway import aiortc_private
from gateway.ice_plan import NO_SERVERS
from gateway.negotiation import PLAYOUT_DELAY_URI, choose_video
from gateway.rtcp import goodbye
from gateway.srtp import TAG_BYTES, Protector, Scratch
from tests.gateway.test_negotiation import CHROMIUM
from tests.support.srtp import srtp_pair


def private(owner: Any, name: str) -> Any:
    """Return a private attribute, failing with its name when it is gone."""
    assert hasattr(owner, name), f"{type(owner).__name__} has no {name} any more"
    return getattr(owner, name)


async def offered() -> tuple[RTCPeerConnection, RTCRtpTransceiver]:
    connection = aiortc_private.new_peer_connection(aiortc_private.generate_certificate())
    await connection.setRemoteDescription(
        RTCSessionDescription(CHROMIUM.replace(".local", ".invalid"), "offer")
    )
    return connection, connection.getTransceivers()[0]


async def test_attributes_that_are_replaced_exist() -> None:
    connection, transceiver = await offered()
    assert isinstance(private(connection, "_RTCPeerConnection__certificates"), list)
    assert private(connection, "_RTCPeerConnection__iceTransports")
    assert isinstance(private(transceiver, "_codecs"), list)
    assert isinstance(private(transceiver, "_headerExtensions"), list)
    for name in (
        "_RTCRtpSender__rtcp_exited",
        "_RTCRtpSender__rtcp_started",
        "_RTCRtpSender__rtp_exited",
        "_RTCRtpSender__rtp_started",
        "_rtx_ssrc",
        "_run_rtcp",
        "_run_rtp",
        "_ssrc",
    ):
        private(transceiver.sender, name)
    private(transceiver.receiver, "_RTCRtpReceiver__remote_bitrate_estimator")
    for name in ("_rx_srtp", "_tx_srtp", "encrypted"):
        private(transceiver.sender.transport, name)
    private(transceiver.sender.transport.transport, "_send")
    ice = transceiver.receiver.transport.transport._connection
    assert isinstance(ice, Connection)
    for name in ("_nominated", "_protocols", "_queue", "data_received"):
        private(ice, name)
    await connection.close()


async def test_the_certificate_is_the_one_given() -> None:
    certificate = aiortc_private.generate_certificate()
    connection = aiortc_private.new_peer_connection(certificate)
    connection.createDataChannel("x")
    offer = await connection.createOffer()
    [sha256] = [f for f in certificate.getFingerprints() if f.algorithm == "sha-256"]
    assert sha256.value in offer.sdp
    await connection.close()
    assert isinstance(certificate, RTCCertificate)


async def test_no_server_is_contacted_unless_configured() -> None:
    connection, _ = await offered()
    [ice] = {t.receiver.transport.transport._connection for t in connection.getTransceivers()}
    assert ice.stun_server is None
    assert ice.turn_server is None
    await connection.close()
    assert RTCConfiguration().iceServers is None, "aiortc's default: would be a public server"


async def test_the_answer_has_exactly_the_chosen_codec_and_the_playout_delay() -> None:
    connection, transceiver = await offered()
    choice = choose_video(CHROMIUM)
    aiortc_private.apply_choice(connection, choice)
    answer = (await connection.createAnswer()).sdp
    assert "a=rtpmap:108 H264/90000" in answer
    assert "a=rtpmap:109 rtx/90000" in answer
    assert "VP8" not in answer
    assert answer.count("a=rtpmap:") == 2
    assert f"a=extmap:5 {PLAYOUT_DELAY_URI}" in answer
    assert "a=sendonly" in answer
    assert transceiver.mid == choice.mid
    await connection.close()


@pytest.mark.parametrize(
    ("offered_setup", "answered"), [("actpass", "passive"), ("active", "passive")]
)
async def test_the_viewer_takes_the_first_step_of_dtls_where_it_may(
    offered_setup: str, answered: str
) -> None:
    offer = CHROMIUM.replace("a=setup:actpass", f"a=setup:{offered_setup}")
    connection = aiortc_private.new_peer_connection(aiortc_private.generate_certificate())
    await connection.setRemoteDescription(
        RTCSessionDescription(offer.replace(".local", ".invalid"), "offer")
    )
    aiortc_private.prefer_dtls_server(connection)
    assert f"a=setup:{answered}" in (await connection.createAnswer()).sdp
    await connection.close()


async def test_the_sender_calls_what_is_put_in_its_place() -> None:
    source = inspect.getsource(RTCRtpSender)
    for use in (
        "self._run_rtp(",
        "self._run_rtcp()",
        "self.__cname = parameters.rtcp.cname",
        "self.__rtp_started.wait(), self.__rtcp_started.wait()",
        "self.__rtp_exited.wait(), self.__rtcp_exited.wait()",
    ):
        assert use in source, f"aiortc's sender no longer has {use!r}"
    assert "self.receiver.data_received(" in inspect.getsource(StunProtocol.datagram_received)


async def diverted() -> tuple[RTCPeerConnection, Connection, list[bytes]]:
    """A connection whose incoming media is diverted, and the RTCP that comes out of it."""
    connection, transceiver = await offered()
    received: list[bytes] = []
    aiortc_private.take_over(
        transceiver.sender, aiortc_private.SenderHooks(lambda: None, received.append)
    )
    ice: Any = transceiver.sender.transport.transport._connection
    return connection, ice, received


async def test_rtcp_is_decrypted_and_diverted_and_nothing_else_but_dtls_gets_in() -> None:
    connection, ice, received = await diverted()
    dtls: Any = connection.getTransceivers()[0].sender.transport
    report = goodbye(7)
    ice.data_received(report, 1)
    assert received == [], "there are no keys yet"
    sending, dtls._rx_srtp = srtp_pair()
    ice.data_received(sending.protect_rtcp(report), 1)
    assert received == [report]
    for junk in (b"", b"\x80", report, bytes((0x80, 201)) + bytes(4_000), bytes((0x80, 96)) * 700):
        ice.data_received(junk, 1)
    assert received == [report]
    assert ice._queue.qsize() == 0
    ice.data_received(bytes((22, 254, 253)) * 10, 1)
    assert ice._queue.qsize() == 1
    await connection.close()


async def test_no_datagram_does_more_than_be_dropped() -> None:
    connection, ice, received = await diverted()
    dtls: Any = connection.getTransceivers()[0].sender.transport
    _, dtls._rx_srtp = srtp_pair()
    source = random.Random(1)
    for _ in range(20_000):
        first = source.choice((*range(128, 192), 0, 19, 64, 127, 255))
        ice.data_received(bytes((first,)) + source.randbytes(source.randrange(3_000)), 1)
    assert received == []
    assert ice._queue.qsize() == 0
    await connection.close()


async def test_a_flood_of_dtls_is_bounded() -> None:
    connection, ice, _ = await diverted()
    for _ in range(10 * aiortc_private.MAX_QUEUED_DATAGRAMS):
        ice.data_received(bytes((22, 254, 253)) * 10, 1)
    assert ice._queue.qsize() == aiortc_private.MAX_QUEUED_DATAGRAMS
    await connection.close()


def test_libsrtp_can_be_called_in_place() -> None:
    sending, receiving = srtp_pair()
    private(sending, "_srtp")
    scratch = Scratch()
    packet = bytes((0x80, 96, 0, 1)) + bytes(8) + b"hello"
    scratch.view[7 : 7 + len(packet)] = packet
    protector = Protector(sending, 16, scratch)
    protector.protect([(7, len(packet))])
    end = 7 + len(packet) + protector.tag_bytes
    assert receiving.unprotect(bytes(scratch.view[7:end])) == packet
    with pytest.raises(SrtpError, match="made"):
        Protector(sending, 10, scratch).protect([(7, len(packet))])


async def test_the_tag_of_every_profile_is_known() -> None:
    for profile in SRTP_PROFILES:
        assert profile.openssl_profile in TAG_BYTES


async def test_closing_a_connection_that_never_started_ends() -> None:
    connection, transceiver = await offered()
    nothing = aiortc_private.SenderHooks(lambda: None, lambda _: None)
    aiortc_private.take_over(transceiver.sender, nothing)
    aiortc_private.gather_by(connection, NO_SERVERS, 0.5)
    assert aiortc_private.routing(transceiver.sender)() is None
    assert aiortc_private.nominated_path(connection) is None
    aiortc_private.abort_sockets(connection)
    async with asyncio.timeout(5):
        await connection.close()


async def test_an_offer_to_send_has_our_codecs_and_may_be_changed_before_it_is_sent() -> None:
    connection = aiortc_private.new_peer_connection(aiortc_private.generate_certificate())
    sender = aiortc_private.offer_video(connection)
    [transceiver] = connection.getTransceivers()
    assert transceiver.sender is sender
    assert private(transceiver.receiver, "_RTCRtpReceiver__remote_bitrate_estimator") is None
    offer = (await connection.createOffer()).sdp
    named = [line.partition(" ")[2] for line in offer.splitlines() if line.startswith("a=rtpmap:")]
    assert named == ["H264/90000", "rtx/90000", "VP8/90000", "rtx/90000"]
    assert "a=sendonly" in offer
    assert "a=setup:actpass" in offer
    # The connection's own description does not know what output/session_description.py adds.
    assert offer.count("a=rtcp-mux\r\n") == 1
    assert "extmap:5 " not in offer
    await connection.close()
