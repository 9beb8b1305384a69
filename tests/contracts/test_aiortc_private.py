"""Fails when a release of aiortc or aioice changes what gateway/aiortc_private.py relies on."""

import asyncio
import inspect
from typing import Any

from aioice.ice import Connection
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.rtcdtlstransport import RTCCertificate
from aiortc.rtcrtptransceiver import RTCRtpTransceiver
from aiortc.rtp import HeaderExtensions, HeaderExtensionsMap

from gateway import aiortc_private
from gateway.negotiation import PLAYOUT_DELAY_URI, choose_video
from gateway.slots import AccessUnitSlot
from tests.gateway.test_negotiation import CHROMIUM


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
        "_RTCRtpSender__rtp_header_extensions_map",
        "_RTCRtpSender__rtp_timestamp",
        "_send_keyframe",
    ):
        private(transceiver.sender, name)
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


def test_the_playout_delay_is_added_to_each_packet() -> None:
    extensions = aiortc_private._ExtensionsMap(5)
    profile, data = extensions.set(HeaderExtensions())
    assert profile == 0xBEDE
    assert data.rstrip(b"\x00")[:1] == bytes([5 << 4 | 2])
    assert len(data) == 4
    assert HeaderExtensionsMap().set(HeaderExtensions()) == (0, b"")


async def test_the_sender_calls_what_replaces_its_encoder() -> None:
    source = inspect.getsource(RTCRtpSender)
    for use in ("self.__encoder.pack(data)", "self._send_keyframe()", "target_bitrate = bitrate"):
        assert use in source, f"aiortc's sender no longer does {use!r}"


async def test_closing_a_connection_that_never_started_ends() -> None:
    connection, transceiver = await offered()
    choice = choose_video(CHROMIUM)
    slot = AccessUnitSlot(lambda: None)
    track = aiortc_private.UnitTrack(slot, lambda: None)
    aiortc_private.feed(transceiver.sender, track, choice, lambda: None, lambda _: None)
    aiortc_private.limit_gathering(connection, 0.5)
    assert aiortc_private.socket_backlog(connection) == 0
    assert aiortc_private.nominated_path(connection) is None
    aiortc_private.abort_sockets(connection)
    async with asyncio.timeout(5):
        await connection.close()
