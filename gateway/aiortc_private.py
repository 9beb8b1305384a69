"""Every use of what aiortc and aioice keep private, in one place.

``tests/contracts/test_aiortc_private.py`` fails when a release changes what is used here:

- one certificate for all connections (aiortc makes one for each);
- a bounded time for gathering candidates (aioice waits 5 s for a dead STUN server);
- the negotiated codec and header extensions of a transceiver (``setCodecPreferences`` does
  not change an answer, and ``playout-delay`` is unknown to aiortc);
- access units that are already cut into payloads, through aiortc's own sender, with the
  viewer's keyframe requests and bandwidth estimates sent where they are used;
- the RTP timestamp of the last packet, which has a random origin for each sender;
- the bytes that wait in the socket of the nominated candidate pair.
"""

import asyncio
import functools
from collections.abc import Callable, Iterable
from typing import Any, Protocol, cast

from aioice.ice import Connection
from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection, RTCRtpSender
from aiortc.codecs import is_rtx
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from aiortc.rtcdtlstransport import RTCCertificate
from aiortc.rtcrtpparameters import RTCRtpHeaderExtensionParameters
from aiortc.rtcrtptransceiver import RTCRtpTransceiver
from aiortc.rtp import (
    HeaderExtensions,
    HeaderExtensionsMap,
    pack_header_extensions,
    unpack_header_extensions,
)

from gateway.negotiation import PLAYOUT_DELAY_URI, VideoChoice
from gateway.slots import Closed
from gateway.units import AccessUnit

NO_PLAYOUT_DELAY = b"\x00\x00\x00"
"""playout-delay extension, 12 bits each of min and max in units of 10 ms: show at once."""


class UnitSource(Protocol):
    """Where a sender gets what it sends."""

    async def get(self) -> AccessUnit:
        """Wait for the next unit; raises :class:`gateway.slots.Closed` at the end."""


def generate_certificate() -> RTCCertificate:
    """Make a certificate that any number of connections may share."""
    return RTCCertificate.generateCertificate()


def new_peer_connection(
    ice_servers: Iterable[RTCIceServer], certificate: RTCCertificate
) -> RTCPeerConnection:
    """Create a connection. ``ice_servers`` may be empty: then no server is contacted."""
    # None instead of an empty list would contact a public STUN server.
    connection = RTCPeerConnection(RTCConfiguration(iceServers=list(ice_servers)))
    cast(Any, connection)._RTCPeerConnection__certificates = [certificate]
    return connection


def _ice_connections(connection: RTCPeerConnection) -> set[Connection]:
    transports = cast(Any, connection)._RTCPeerConnection__iceTransports
    return {transport._connection for transport in transports}


def limit_gathering(connection: RTCPeerConnection, timeout_s: float) -> None:
    """Answer after at most ``timeout_s`` with what was gathered. Call after the offer is set."""
    for ice in _ice_connections(connection):
        private = cast(Any, ice)
        private.get_component_candidates = functools.partial(
            private.get_component_candidates, timeout=timeout_s
        )


def apply_choice(connection: RTCPeerConnection, choice: VideoChoice) -> RTCRtpSender:
    """Make the coming answer carry exactly ``choice``; everything else becomes inactive.

    Returns the sender. Call between setting the offer and creating the answer.
    """
    sender = None
    for transceiver in connection.getTransceivers():
        if transceiver.mid == choice.mid:
            transceiver.direction = "sendonly"
            _set_codec(transceiver, choice)
            sender = transceiver.sender
        else:
            transceiver.direction = "inactive"
    if sender is None:
        raise LookupError(f"no transceiver for media section {choice.mid!r}")
    return sender


def _set_codec(transceiver: RTCRtpTransceiver, choice: VideoChoice) -> None:
    keep = (choice.payload_type, choice.rtx_payload_type)
    transceiver._codecs = [c for c in transceiver._codecs if c.payloadType in keep]
    transceiver._codecs.sort(key=is_rtx)
    if choice.playout_delay_id is not None:
        transceiver._headerExtensions.append(
            RTCRtpHeaderExtensionParameters(id=choice.playout_delay_id, uri=PLAYOUT_DELAY_URI)
        )


class _ExtensionsMap(HeaderExtensionsMap):
    """Adds the playout delay to whatever aiortc puts into a packet."""

    def __init__(self, playout_delay_id: int) -> None:
        super().__init__()
        self._extra = (playout_delay_id, NO_PLAYOUT_DELAY)

    def set(self, values: HeaderExtensions) -> tuple[int, bytes]:
        profile, data = super().set(values)
        known = unpack_header_extensions(profile, data) if data else []
        return pack_header_extensions([*known, self._extra])


class _PayloadPacker:
    """Stands in for aiortc's encoder: units come encoded and cut, only the estimate is used."""

    def __init__(self, bitrate_estimated: Callable[[int], None]) -> None:
        self._bitrate_estimated = bitrate_estimated

    def pack(self, unit: AccessUnit) -> tuple[list[bytes], int]:
        return list(unit.payloads), unit.rtp_time & 0xFFFFFFFF

    @property
    def target_bitrate(self) -> int:
        return 0

    @target_bitrate.setter
    def target_bitrate(self, bitrate_bps: int) -> None:
        self._bitrate_estimated(bitrate_bps)


class UnitTrack(MediaStreamTrack):
    """Gives a sender the access units of ``source``, and remembers the last one it took."""

    kind = "video"

    def __init__(self, source: UnitSource, started: Callable[[], None]) -> None:
        super().__init__()
        self._source = source
        self._started: Callable[[], None] | None = started
        self._sender: RTCRtpSender | None = None
        self._last_unit: AccessUnit | None = None
        self.newest_sent: tuple[int, float] | None = None
        """RTP timestamp and capture time of the newest unit that is out; None before that."""

    async def recv(self) -> AccessUnit:  # type: ignore[override]
        if self._started is not None:
            # aiortc asks for the first unit when the connection is up, not before.
            self._started()
            self._started = None
        if self._last_unit is not None:
            # The sender asks again when all packets of the last unit have left.
            timestamp = cast(Any, self._sender)._RTCRtpSender__rtp_timestamp
            self.newest_sent = (timestamp, self._last_unit.capture_s)
        try:
            unit = await self._source.get()
        except Closed as error:
            # Any other exception would end the sender and leave the connection up.
            raise MediaStreamError from error
        self._last_unit = unit
        return unit


def feed(
    sender: RTCRtpSender,
    track: UnitTrack,
    choice: VideoChoice,
    keyframe_requested: Callable[[], None],
    bitrate_estimated: Callable[[int], None],
) -> None:
    """Make ``sender`` send ``track``, and report what the viewer asks for.

    ``keyframe_requested`` is called on PLI and FIR, ``bitrate_estimated`` on REMB, in bit/s.
    """
    private = cast(Any, sender)
    track._sender = sender
    sender.replaceTrack(track)
    private._RTCRtpSender__encoder = _PayloadPacker(bitrate_estimated)
    private._send_keyframe = keyframe_requested
    if choice.playout_delay_id is not None:
        private._RTCRtpSender__rtp_header_extensions_map = _ExtensionsMap(choice.playout_delay_id)


def socket_backlog(connection: RTCPeerConnection) -> int:
    """Bytes that wait in user space because the socket of the nominated pair is full.

    asyncio's datagram transports take any amount. Zero where the transport cannot tell (TURN).
    """
    waiting = 0
    for ice in _ice_connections(connection):
        for pair in ice._nominated.values():
            transport = pair.protocol.transport
            if isinstance(transport, asyncio.DatagramTransport):
                waiting += cast(Any, transport).get_write_buffer_size()
    return waiting


def nominated_path(connection: RTCPeerConnection) -> str | None:
    """The types of the nominated candidates, local then remote (``host/prflx``), or None."""
    for ice in _ice_connections(connection):
        for pair in ice._nominated.values():
            return f"{pair.local_candidate.type}/{pair.remote_candidate.type}"
    return None


def abort_sockets(connection: RTCPeerConnection) -> None:
    """Close sockets at once, for a connection whose orderly close does not end."""
    for ice in _ice_connections(connection):
        for protocol in ice._protocols:
            if protocol.transport is not None:
                protocol.transport.abort()
