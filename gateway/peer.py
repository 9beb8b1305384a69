"""One viewer of one camera: a peer connection from offer to close."""

import asyncio
import contextlib
import functools
import logging
import time
from collections.abc import Callable
from enum import StrEnum

from aiortc import (
    RTCDataChannel,
    RTCRtpSender,
    RTCSessionDescription,
)
from aiortc.rtcdtlstransport import RTCCertificate
from aiortc.sdp import candidate_from_sdp

from edge.roles import Role
from gateway import aiortc_private, events_channel
from gateway.camera import Camera
from gateway.delivery import DeliveryStats
from gateway.drive import control_channel
from gateway.drive.car import Car
from gateway.drive.control_channel import ControlChannel
from gateway.drive.participant import Participant
from gateway.errors import InvalidSdp, UnknownSession
from gateway.events_channel import EventsChannel, SentFrame, ViewerHooks
from gateway.feed import Feed
from gateway.feed_of_sender import new_feed
from gateway.hub import Hub
from gateway.ice_plan import Gathered, IcePlan
from gateway.named_log import NamedLog
from gateway.negotiation import VideoChoice, choose_video
from gateway.quality import Quality
from gateway.remote_candidates import EXPECTED, CandidateSieve
from gateway.units import MotionEvent
from protocol.messages import CameraInfo, Candidate, Error, EventChanged, LeaseRequest
from protocol.messages import Car as CarStatus

logger = logging.getLogger(__name__)


class PeerState(StrEnum):
    """negotiating -> connecting -> connected -> closed; any state may go to closed."""

    NEGOTIATING = "negotiating"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    CLOSED = "closed"


class Peer:
    """Single use. ``closed`` is called once, when the peer ends for whatever reason."""

    def __init__(
        self,
        session: str,
        camera: Camera,
        certificate: RTCCertificate,
        closed: Callable[["Peer"], None],
        *,
        role: Role = Role.VIEWER,
        car: Car | None = None,
        events: Hub[EventChanged],
        sieve: CandidateSieve,
    ) -> None:
        self.session = session
        self.role = role
        self.camera = camera
        self._car = car
        self._event_changes = events
        self.state = PeerState.NEGOTIATING
        self.ended_because = ""
        self.started_s = self.heard_s = time.monotonic()
        self.choice: VideoChoice | None = None
        self.connection = aiortc_private.new_peer_connection(certificate)
        self.gathering: asyncio.Task[None] | None = None
        """Opens sockets until it is done; the connection can be closed only after it."""
        self.gathered = Gathered()
        self._closed = closed
        self._events: EventsChannel | None = None
        self._control: ControlChannel | None = None
        self._participant: Participant | None = None
        self._driving = contextlib.ExitStack()
        self._is_driving = False
        self._feed: Feed | None = None
        self._sieve = sieve
        self._described = asyncio.Event()
        self._subscriptions = contextlib.ExitStack()
        self._log = NamedLog(logger, f"{camera.id}/{session[:8]}")
        self.connection.on("connectionstatechange", self._connection_changed)
        self.connection.on("datachannel", self._channel_opened)

    async def answer(self, offer: str, plan: IcePlan, gather_timeout_s: float) -> str:
        """Return the SDP answer to ``offer``, complete with candidates gathered by ``plan``.

        Takes at most a little more than ``gather_timeout_s``. Raises :class:`InvalidSdp`,
        :class:`NoCommonCodec`, or :class:`UnknownSession` when it was closed meanwhile; the
        peer must be closed then.
        """
        choice = self.choice = choose_video(offer)
        # The camera opens while ICE and DTLS do their round trips.
        self._subscriptions.enter_context(self.camera.wanted())
        try:
            await self._negotiate(offer, choice, plan, gather_timeout_s)
        except Exception as error:
            self._require_open()
            # aiortc has no exception of its own for a bad offer.
            self._log.debug("< an offer that cannot be used: %r", error)
            raise InvalidSdp("the offer contradicts itself or lacks something") from error
        self._require_open()
        if self.state is PeerState.NEGOTIATING:
            self._move(PeerState.CONNECTING)
        return self.connection.localDescription.sdp

    async def _negotiate(
        self, offer: str, choice: VideoChoice, plan: IcePlan, gather_timeout_s: float
    ) -> None:
        await self.connection.setRemoteDescription(
            RTCSessionDescription(self._sieve.sift(offer), "offer")
        )
        self._require_open()
        self._described.set()
        sender = aiortc_private.apply_choice(self.connection, choice)
        aiortc_private.take_over(
            sender,
            aiortc_private.SenderHooks(
                started=functools.partial(self._try_to_send, sender, choice),
                rtcp_received=self._rtcp_received,
            ),
        )
        aiortc_private.prefer_dtls_server(self.connection)
        self.gathered = aiortc_private.gather_by(self.connection, plan, gather_timeout_s)
        answer = await self.connection.createAnswer()
        # aioice loses the sockets of a gathering that is cancelled, or closed half-way.
        self.gathering = asyncio.create_task(self.connection.setLocalDescription(answer))
        await asyncio.shield(self.gathering)

    def _require_open(self) -> None:
        if self.state is PeerState.CLOSED:
            raise UnknownSession(f"session {self.session!r} was ended before its answer")

    async def add_candidate(self, candidate: Candidate) -> None:
        """Add one trickled candidate; hidden and surplus ones are ignored.

        Raises :class:`InvalidSdp` when it is no candidate, or of no viewer's address.
        """
        # The end of candidates is not passed on, see CandidateSieve.sift.
        text = (candidate.candidate or "").removeprefix("candidate:")
        if not text:
            return
        fault = self._sieve.fault(text)
        if fault is not None:
            if fault in EXPECTED:
                raise InvalidSdp(f"candidate {text[:80]!r}: expected {EXPECTED[fault]}")
            return
        # Candidates that overtake the offer have no media section to go to yet.
        await self._described.wait()
        if self.state is PeerState.CLOSED:
            return
        try:
            parsed = candidate_from_sdp(text)
            parsed.sdpMid = candidate.sdp_mid
            parsed.sdpMLineIndex = candidate.sdp_m_line_index
            await self.connection.addIceCandidate(parsed)
        except Exception as error:
            self._log.debug("< a candidate that cannot be used: %r", error)
            raise InvalidSdp(f"candidate {text[:80]!r} could not be used") from error

    def close(self, reason: str) -> None:
        """Stop sending, at once; whoever owns the peer closes the connection."""
        if self.state is PeerState.CLOSED:
            return
        self._move(PeerState.CLOSED, reason)
        self.ended_because = reason
        self._described.set()
        self._subscriptions.close()
        self._driving.close()
        if self._feed is not None:
            self._feed.close()
        self.connection.remove_all_listeners()
        self._closed(self)

    @property
    def has_heartbeat(self) -> bool:
        """Whether this viewer speaks on the events channel (standard WHEP players do not)."""
        return self._events is not None

    @property
    def delivery(self) -> DeliveryStats:
        """How its video gets there."""
        path = aiortc_private.nominated_path(self.connection)
        if self._feed is None:
            return DeliveryStats(Quality.HIGH, path=path)
        return self._feed.delivery(path)

    @property
    def segmented(self) -> bool:
        """Whether frames leave in one system call (UDP segmentation offload)."""
        return self._feed is not None and self._feed.segmented

    def tick(self, now_s: float) -> None:
        """Do what is due about once a second."""
        if self._feed is not None:
            self._feed.tick(now_s)

    def _move(self, state: PeerState, reason: str = "") -> None:
        self._log.info("= %s -> %s%s", self.state, state, f" ({reason})" if reason else "")
        self.state = state

    def _try_to_send(self, sender: RTCRtpSender, choice: VideoChoice) -> None:
        """A viewer that is connected and gets nothing would wait for ever: end it instead."""
        try:
            self._start_sending(sender, choice)
        except Exception:
            self._log.exception("the video could not be started")
            self.close("the video could not be started")

    def _start_sending(self, sender: RTCRtpSender, choice: VideoChoice) -> None:
        """The connection is up: from here on units of the camera's stream go out."""
        if self.state is PeerState.CLOSED:
            return
        streams = self.camera.streams[choice.codec]
        self._feed = new_feed(streams, sender, choice, self._log)
        self._feed.start()
        self._feed.drives(self._is_driving)

    def _rtcp_received(self, data: bytes) -> None:
        if self._feed is not None:
            self._feed.rtcp_received(data)

    def _connection_changed(self) -> None:
        state = self.connection.connectionState
        if state == "connected" and self.state is not PeerState.CLOSED:
            path = aiortc_private.nominated_path(self.connection)
            self._move(PeerState.CONNECTED, f"path {path}")
        elif state in ("failed", "closed"):
            self.close(f"connection {state}")

    def _channel_opened(self, channel: RTCDataChannel) -> None:
        if channel.label == events_channel.LABEL and self._events is None:
            self._open_events(channel)
        elif channel.label == control_channel.LABEL and self._car is not None and not self._control:
            participant = self._join(self._car)
            self._control = ControlChannel(channel, self._car, participant, self._flooded)
        else:
            self._log.info("< data channel %r is not served here", channel.label[:40])
            channel.close()

    def _open_events(self, channel: RTCDataChannel) -> None:
        self._events = EventsChannel(
            channel,
            ViewerHooks(self._heard, self._asked, self._newest_sent, lambda: self.delivery),
        )
        self._heard()
        self._subscriptions.enter_context(self.camera.motion.subscribed(self._tell_motion))
        self._subscriptions.enter_context(self.camera.changes.subscribed(self._tell_camera))
        self._subscriptions.enter_context(self._event_changes.subscribed(self._tell_event))
        self._tell_camera(self.camera.info)
        if self._car is not None:
            self._join(self._car)

    # The car

    def _join(self, car: Car) -> Participant:
        """Join the car, when a channel opens that has to do with it."""
        if self._participant is None:
            self._participant = Participant(
                name=self.session,
                role=self.role,
                tell=self._tell_car,
                refuse=self._refuse,
                video_age_ms=self._video_age_ms,
                drives=self._drives,
            )
            self._subscriptions.callback(self._leave_car, car, self._participant)
        car.join(self._participant, time.monotonic() * 1000)
        return self._participant

    def _leave_car(self, car: Car, participant: Participant) -> None:
        car.leave(participant, time.monotonic() * 1000)

    def _asked(self, message: LeaseRequest) -> None:
        if self._car is not None and self._participant is not None:
            self._car.request(self._participant, message, time.monotonic() * 1000)

    def _tell_car(self, status: CarStatus) -> None:
        if self._events is not None:
            self._events.tell_car(status)

    def _refuse(self, error: Error) -> None:
        if self._events is not None:
            self._events.refuse(error)

    def _video_age_ms(self, now_ms: float) -> float | None:
        """How old the newest picture is that was sent: what the viewer sees is no younger."""
        newest = self._newest_sent()
        return now_ms - newest[1].capture_s * 1000 if newest is not None else None

    def _drives(self, drives: bool) -> None:
        """A driver's pictures go first, and its quality is the last to fall."""
        self._is_driving = drives
        self._driving.close()
        if drives:
            self._driving.enter_context(self.camera.driving())
        if self._feed is not None:
            self._feed.drives(drives)

    def _flooded(self, reason: str) -> None:
        self._log.warning("< %s", reason)
        self.close(reason)

    # What it tells and hears

    def _heard(self) -> None:
        self.heard_s = time.monotonic()

    def _newest_sent(self) -> SentFrame | None:
        return self._feed.newest_sent if self._feed is not None else None

    def _tell_motion(self, event: MotionEvent) -> None:
        if self._events is not None:
            self._events.tell_motion(self.camera.id, event)

    def _tell_event(self, change: EventChanged) -> None:
        if self._events is not None and change.event.camera == self.camera.id:
            self._events.tell_event(change)

    def _tell_camera(self, info: CameraInfo) -> None:
        if self._events is not None:
            self._events.tell_camera(info)
