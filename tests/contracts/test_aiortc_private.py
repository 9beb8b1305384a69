"""Fails when a release of aiortc or aioice changes what gateway/aiortc_private.py relies on."""

import asyncio
import inspect
from typing import Any

from aioice.ice import Connection
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.rtcdtlstransport import RTCCertificate
from aiortc.rtcrtptransceiver import RTCRtpTransceiver

from gateway import aiortc_private
from gateway.negotiation import PLAYOUT_DELAY_URI, choose_video
from gateway.srtp import Protector, Scratch
from tests.gateway.test_negotiation import CHROMIUM
from tests.support.srtp import srtp_pair


def private(owner: Any, name: str) -> Any:
    """Return a private attribute, failing with its name when it is gone."""
    assert hasattr(owner, name), f"{type(owner).__name__} has no {name} any more"
    return getattr(owner, name)


async def offered() -> tuple[RTCPeerConnection, RTCRtpTransceiver]:
    connection = aiortc_private.new_peer_connection([], aiortc_private.generate_certificate())
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
        "_RTCRtpSender__encoder",
        "_RTCRtpSender__ntp_timestamp",
        "_RTCRtpSender__octet_count",
        "_RTCRtpSender__packet_count",
        "_RTCRtpSender__rtp_exited",
        "_RTCRtpSender__rtp_started",
        "_RTCRtpSender__rtp_timestamp",
        "_retransmit",
        "_rtx_ssrc",
        "_run_rtp",
        "_send_keyframe",
        "_ssrc",
    ):
        private(transceiver.sender, name)
    private(transceiver.sender.transport, "_tx_srtp")
    ice = transceiver.receiver.transport.transport._connection
    assert isinstance(ice, Connection)
    for name in ("_nominated", "_protocols"):
        private(ice, name)
    assert "timeout" in inspect.signature(Connection.get_component_candidates).parameters
    await connection.close()


async def test_the_certificate_is_the_one_given() -> None:
    certificate = aiortc_private.generate_certificate()
    connection = aiortc_private.new_peer_connection([], certificate)
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


async def test_the_sender_calls_what_is_put_in_its_place() -> None:
    source = inspect.getsource(RTCRtpSender)
    for use in (
        "self._run_rtp(",
        "self._retransmit(",
        "self._send_keyframe()",
        "self.__encoder.target_bitrate = bitrate",
        "ntp_timestamp=self.__ntp_timestamp",
        "rtp_timestamp=self.__rtp_timestamp",
        "self.__rtp_exited.wait()",
    ):
        assert use in source, f"aiortc's sender no longer has {use!r}"


def test_libsrtp_can_be_called_in_place() -> None:
    sending, receiving = srtp_pair()
    private(sending, "_srtp")
    scratch = Scratch()
    packet = bytes((0x80, 96, 0, 1)) + bytes(8) + b"hello"
    scratch.view[7 : 7 + len(packet)] = packet
    size = Protector(sending, scratch).protect(7, len(packet))
    assert receiving.unprotect(bytes(scratch.view[7 : 7 + size])) == packet


async def test_closing_a_connection_that_never_started_ends() -> None:
    connection, transceiver = await offered()
    nothing = aiortc_private.SenderHooks(lambda: None, lambda _: None, lambda: None, lambda _: None)
    aiortc_private.take_over(transceiver.sender, nothing)
    aiortc_private.limit_gathering(connection, 0.5)
    assert aiortc_private.route(transceiver.sender) is None
    assert aiortc_private.nominated_path(connection) is None
    aiortc_private.abort_sockets(connection)
    async with asyncio.timeout(5):
        await connection.close()
