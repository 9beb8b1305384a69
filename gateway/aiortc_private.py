"""Every use of what aiortc and aioice keep private, in one place.

``tests/contracts/test_aiortc_private.py`` fails when a release changes what is used here:

- one certificate for all connections (aiortc makes one for each);
- a bounded time for gathering candidates (aioice waits 5 s for a dead STUN server);
- the negotiated codec and header extensions of a transceiver (``setCodecPreferences`` does
  not change an answer, and ``playout-delay`` is unknown to aiortc);
- the sender's place: media goes out through ``gateway/viewer_sender.py``, encrypted with the
  connection's keys along ICE's nominated pair, while aiortc goes on to do RTCP. Requests for
  keyframes and lost packets, and bandwidth estimates, go where they are used.
"""

import asyncio
import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, cast

from aioice.ice import Connection
from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection, RTCRtpSender
from aiortc.codecs import is_rtx
from aiortc.rtcdtlstransport import RTCCertificate
from aiortc.rtcrtpparameters import RTCRtpHeaderExtensionParameters
from aiortc.rtcrtptransceiver import RTCRtpTransceiver
from pylibsrtp import Session

from gateway.datagrams import Route
from gateway.negotiation import PLAYOUT_DELAY_URI, VideoChoice
from gateway.rtp_writer import RtpStream


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


@dataclass(frozen=True)
class SenderHooks:
    """What aiortc's sender asks for instead of doing it itself.

    ``started`` is called when the connection is up and packets may be sent, ``resend`` for
    each sequence number in a NACK, ``keyframe_requested`` on PLI and FIR, and
    ``bitrate_estimated`` on REMB, in bit/s.
    """

    started: Callable[[], None]
    resend: Callable[[int], None]
    keyframe_requested: Callable[[], None]
    bitrate_estimated: Callable[[int], None]


class _BitrateEstimates:
    """Stands in for aiortc's encoder, of which only the target is ever set."""

    def __init__(self, estimated: Callable[[int], None]) -> None:
        self._estimated = estimated

    @property
    def target_bitrate(self) -> int:
        return 0

    @target_bitrate.setter
    def target_bitrate(self, bitrate_bps: int) -> None:
        self._estimated(bitrate_bps)


def take_over(sender: RTCRtpSender, hooks: SenderHooks) -> None:
    """Keep aiortc's sender from sending media; it goes on to send and receive RTCP.

    Call before the connection comes up.
    """
    private = cast(Any, sender)

    async def run_rtp(_: object) -> None:
        private._RTCRtpSender__rtp_started.set()
        try:
            hooks.started()
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            # As in aiortc's own: stopping cancels, and then waits for the event below.
            pass
        finally:
            private._RTCRtpSender__rtp_exited.set()

    async def retransmit(sequence: int) -> None:
        hooks.resend(sequence)

    private._run_rtp = run_rtp
    private._retransmit = retransmit
    private._send_keyframe = hooks.keyframe_requested
    private._RTCRtpSender__encoder = _BitrateEstimates(hooks.bitrate_estimated)


def rtp_stream(sender: RTCRtpSender, choice: VideoChoice) -> RtpStream:
    """Return how the packets of ``sender`` must look."""
    return RtpStream(
        ssrc=sender._ssrc,
        payload_type=choice.payload_type,
        rtx_ssrc=sender._rtx_ssrc,
        rtx_payload_type=choice.rtx_payload_type,
        mid=choice.mid,
        mid_id=choice.mid_id,
        abs_send_time_id=choice.abs_send_time_id,
        playout_delay_id=choice.playout_delay_id,
    )


def srtp_session(sender: RTCRtpSender) -> Session:
    """Return the keys for sending. Call when the connection is up."""
    return sender.transport._tx_srtp


def route(sender: RTCRtpSender) -> Route | None:
    """Return where ICE sends now, which may change; None while there is no nominated pair."""
    pair = sender.transport.transport._connection._nominated.get(1)
    return Route(pair.protocol.transport, pair.remote_addr) if pair is not None else None


def note_sent(
    sender: RTCRtpSender, timestamp: int, ntp_time: int, packets: int, payload_bytes: int
) -> None:
    """Tell the sender what its next sender report shall say."""
    private = cast(Any, sender)
    private._RTCRtpSender__rtp_timestamp = timestamp
    private._RTCRtpSender__ntp_timestamp = ntp_time
    private._RTCRtpSender__packet_count = packets
    private._RTCRtpSender__octet_count = payload_bytes


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
