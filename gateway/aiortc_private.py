"""Every use of what aiortc keeps private, in one place; aioice's is in ``aioice_private.py``.

``tests/contracts/test_aiortc_private.py`` fails when a release changes what is used here:

- one certificate for all connections (aiortc makes one for each);
- the negotiated codec and header extensions of a transceiver (``setCodecPreferences`` does
  not change an answer, and ``playout-delay`` is unknown to aiortc), and what an offer to send
  has no use for;
- the sender's place: media and RTCP go through ``gateway/feed.py``, with the connection's keys
  along ICE's nominated pair. aiortc is left with ICE, DTLS and data channels;
- the way of a DTLS handshake's flights, which are sent again sooner (``gateway/dtls_flights.py``).
"""

import asyncio
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from aioice.ice import Connection
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpSender
from aiortc.codecs import is_rtx
from aiortc.rtcdtlstransport import RTCCertificate
from aiortc.rtcrtpparameters import RTCRtpHeaderExtensionParameters
from aiortc.rtcrtptransceiver import RTCRtpTransceiver
from pylibsrtp import Error as SrtpError
from pylibsrtp import Session

from gateway import aioice_private
from gateway.datagrams import Route
from gateway.dtls_flights import FlightRepeater
from gateway.ice_plan import Gathered, IcePlan
from gateway.negotiation import PLAYOUT_DELAY_URI, VideoChoice, is_constrained_baseline
from gateway.rtcp import is_rtcp
from gateway.rtp_writer import RtpStream
from gateway.srtp import TAG_BYTES

MAX_QUEUED_DATAGRAMS = 256
"""DTLS that waits for aiortc: it reads as fast as it comes, unless somebody floods it."""


def generate_certificate() -> RTCCertificate:
    """Make a certificate that any number of connections may share."""
    return RTCCertificate.generateCertificate()


def new_peer_connection(certificate: RTCCertificate) -> RTCPeerConnection:
    """Create a connection, which contacts no server unless `gather_by` says so."""
    # None instead of an empty list would contact a public STUN server.
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    cast(Any, connection)._RTCPeerConnection__certificates = [certificate]
    return connection


def _ice_connections(connection: RTCPeerConnection) -> set[Connection]:
    transports = cast(Any, connection)._RTCPeerConnection__iceTransports
    return {transport._connection for transport in transports}


def gather_by(connection: RTCPeerConnection, plan: IcePlan, timeout_s: float) -> Gathered:
    """Gather candidates by ``plan``, for at most ``timeout_s``. Call after the offer is set.

    Returns what will hold the outcome.
    """
    outcome = Gathered()
    for ice in _ice_connections(connection):
        outcome = aioice_private.gather_by(ice, plan, timeout_s)
        aioice_private.check_relayed_first(ice)
        aioice_private.check_back_at_once(ice)
    return outcome


def prefer_dtls_server(connection: RTCPeerConnection) -> None:
    """Leave the first step of DTLS to the viewer, where its offer lets us choose.

    The server picks the SRTP profile: ours is AES-GCM, while Chromium's first is AES-CM with
    SHA-1, which takes several times as long. Call between setting the offer and the answer.
    """
    transports = {transceiver.sender.transport for transceiver in connection.getTransceivers()}
    if connection.sctp is not None:
        transports.add(connection.sctp.transport)
    for transport in transports:
        if transport._role == "auto":
            transport._set_role("server")


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
        _receives_nothing(transceiver)
    if sender is None:
        raise LookupError(f"no transceiver for media section {choice.mid!r}")
    return sender


def offer_video(connection: RTCPeerConnection) -> RTCRtpSender:
    """Make the coming offer one to send video: H.264 constrained baseline first, then VP8.

    Returns the sender. What the answer has chosen is for ``rtp_stream`` to be told.
    """
    transceiver = connection.addTransceiver("video", direction="sendonly")
    capabilities = RTCRtpSender.getCapabilities("video").codecs
    transceiver.setCodecPreferences(
        [
            *(codec for codec in capabilities if is_constrained_baseline(codec)),
            *(codec for codec in capabilities if codec.mimeType == "video/VP8"),
            *(codec for codec in capabilities if codec.mimeType == "video/rtx"),
        ]
    )
    _receives_nothing(transceiver)
    return transceiver.sender


def _receives_nothing(transceiver: RTCRtpTransceiver) -> None:
    """Without this, half of a viewer's memory would be for its estimates."""
    cast(Any, transceiver.receiver)._RTCRtpReceiver__remote_bitrate_estimator = None


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
    """What aiortc's sender no longer does.

    ``started`` is called when the connection is up and packets may be sent, ``rtcp_received``
    with each compound packet, decrypted.
    """

    started: Callable[[], None]
    rtcp_received: Callable[[bytes], None]


def take_over(sender: RTCRtpSender, hooks: SenderHooks) -> None:
    """Keep aiortc's sender from sending and receiving anything.

    Call before the connection comes up.
    """
    private = cast(Any, sender)
    private._run_rtp = functools.partial(
        _until_cancelled,
        private._RTCRtpSender__rtp_started,
        private._RTCRtpSender__rtp_exited,
        hooks.started,
    )
    private._run_rtcp = functools.partial(
        _until_cancelled,
        private._RTCRtpSender__rtcp_started,
        private._RTCRtpSender__rtcp_exited,
    )
    _divert_media(sender, hooks.rtcp_received)
    _repeat_flights(sender)


async def _until_cancelled(
    started: asyncio.Event,
    exited: asyncio.Event,
    begin: Callable[[], None] = lambda: None,
    _codec: object = None,
) -> None:
    """Stand in for one of the sender's tasks."""
    started.set()
    try:
        begin()
        await asyncio.get_running_loop().create_future()
    except asyncio.CancelledError:
        # As in aiortc's own: stopping cancels, and then waits for the event below.
        pass
    finally:
        exited.set()


def _divert_media(sender: RTCRtpSender, rtcp_received: Callable[[bytes], None]) -> None:
    """Take RTCP off the socket, and let nothing but DTLS get into aioice's unbounded queue."""
    dtls = cast(Any, sender.transport)
    ice = dtls.transport._connection
    usual = ice.data_received

    def data_received(data: bytes, component: int) -> None:
        if not data:
            return
        if 20 <= data[0] <= 63:
            if ice._queue.qsize() < MAX_QUEUED_DATAGRAMS:
                usual(data, component)
        elif is_rtcp(data) and dtls._rx_srtp is not None:
            try:
                packet = dtls._rx_srtp.unprotect_rtcp(data)
            except (SrtpError, ValueError):
                # Not from the viewer, or longer than RTCP ever is.
                return
            rtcp_received(packet)

    ice.data_received = data_received


def _repeat_flights(sender: RTCRtpSender) -> None:
    dtls = cast(Any, sender.transport)

    def is_over() -> bool:
        return dtls.encrypted or dtls.state in ("closed", "failed")

    dtls.transport._send = FlightRepeater(dtls.transport._send, is_over).send


def rtp_stream(sender: RTCRtpSender, choice: VideoChoice) -> RtpStream:
    """Return how the packets of ``sender`` must look."""
    return RtpStream(
        ssrc=sender._ssrc,
        cname=cast(Any, sender)._RTCRtpSender__cname,
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


def srtp_tag_bytes(sender: RTCRtpSender) -> int:
    """Return the length of the authentication tag. Call when the connection is up."""
    return TAG_BYTES[cast(Any, sender.transport)._ssl.get_selected_srtp_profile()]


def routing(sender: RTCRtpSender) -> Callable[[], Route | None]:
    """Return what tells where ICE sends now: it may change; None without a nominated pair."""
    nominated = sender.transport.transport._connection._nominated
    known: tuple[object, Route | None] = (None, None)

    def route() -> Route | None:
        nonlocal known
        pair = nominated.get(1)
        if pair is not known[0]:
            known = (pair, aioice_private.route_of(pair) if pair is not None else None)
        return known[1]

    return route


def nominated_path(connection: RTCPeerConnection) -> str | None:
    """The types of the nominated candidates, local then remote (``host/prflx``), or None."""
    for ice in _ice_connections(connection):
        for pair in ice._nominated.values():
            return f"{pair.local_candidate.type}/{pair.remote_candidate.type}"
    return None


def abort_sockets(connection: RTCPeerConnection) -> None:
    """Close sockets at once, for a connection whose orderly close does not end."""
    for ice in _ice_connections(connection):
        aioice_private.abort_sockets(ice)
