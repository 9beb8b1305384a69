"""The ``events`` data channel of one viewer: heartbeat, clock, delivery, and all news.

Motion, events, the camera, the car.
"""

import functools
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from aiortc import RTCDataChannel
from aiortc.exceptions import InvalidStateError

from edge.token_bucket import TokenBucket
from gateway.delivery import DeliveryStats
from gateway.units import MotionEvent, StageTimes
from protocol.codec import decode, encode
from protocol.errors import ProtocolError
from protocol.messages import (
    BrowserToGateway,
    CameraChanged,
    CameraInfo,
    Car,
    Error,
    EventChanged,
    FrameTimes,
    LeaseRequest,
    Motion,
    MotionLevel,
    Region,
    Sync,
    Synced,
)

logger = logging.getLogger(__name__)

LABEL = "events"
MAX_BUFFERED_BYTES = 65_536
"""Beyond this the viewer is not reading: what is told now would be stale when it arrives."""


def wall_ms(monotonic_s: float) -> float:
    """Return the wall-clock time, in ms since 1970, of a moment on the monotonic clock."""
    return _wall_ahead_ms() + monotonic_s * 1000


def _wall_ahead_ms() -> float:
    return (time.time() - time.monotonic()) * 1000


MESSAGES_PER_S, MESSAGE_BURST = 20.0, 40
"""More than that in one direction is no viewer's page; it is not answered."""

SentFrame = tuple[int, StageTimes, float]
"""RTP timestamp of a frame in the viewer's stream, its times, and when it left (monotonic)."""


@dataclass(frozen=True)
class ViewerHooks:
    """What the channel asks of the viewer it belongs to.

    ``heard`` is called at each sign of life, ``asked`` with each request about the car.
    ``newest_sent`` and ``delivery`` give what its next answer says of the video.
    """

    heard: Callable[[], None]
    asked: Callable[[LeaseRequest], None]
    newest_sent: Callable[[], SentFrame | None]
    delivery: Callable[[], DeliveryStats]


class EventsChannel:
    """Speaks ``protocol/README.md``, "Data channels". Never waits; stale news is dropped."""

    def __init__(self, channel: RTCDataChannel, viewer: ViewerHooks) -> None:
        self._channel = channel
        self._viewer = viewer
        self.dropped = 0
        self.refused = 0
        self._bucket = TokenBucket(MESSAGES_PER_S, MESSAGE_BURST, time.monotonic())
        channel.on("message", self._received)

    def _received(self, text: str | bytes) -> None:
        received_ms = time.time() * 1000
        if not self._bucket.take(time.monotonic()):
            self.dropped += 1
            return
        try:
            message: BrowserToGateway = decode(text, BrowserToGateway)
        except ProtocolError as error:
            self.refused += 1
            if self.refused == 1:
                logger.warning("< events: refused: %s", error)
            return
        self._viewer.heard()
        if isinstance(message, Sync):
            self._send(encode(self._synced(message, received_ms)))
        else:
            self._viewer.asked(message)

    def _synced(self, sync: Sync, received_ms: float) -> Synced:
        # One message rather than several: each costs more than all that it says.
        newest = self._viewer.newest_sent()
        frame = _frame_times(*newest) if newest is not None else None
        delivery = self._viewer.delivery().as_message()
        return Synced(sync.sent_ms, received_ms, time.time() * 1000, frame, delivery)

    def tell_motion(self, camera_id: str, event: MotionEvent) -> None:
        self._send(_motion_text(camera_id, event))

    def tell_event(self, change: EventChanged) -> None:
        self._send(_event_text(change))

    def tell_camera(self, info: CameraInfo) -> None:
        self._send(_camera_text(info))

    def tell_car(self, status: Car) -> None:
        self._send(_car_text(status))

    def refuse(self, error: Error) -> None:
        self._send(encode(error))

    def _send(self, text: str) -> None:
        if self._channel.readyState != "open":
            return
        if self._channel.bufferedAmount > MAX_BUFFERED_BYTES:
            self.dropped += 1
            return
        try:
            self._channel.send(text)
        except InvalidStateError:
            self.dropped += 1


def _frame_times(rtp_timestamp: int, times: StageTimes, sent_s: float) -> FrameTimes:
    ahead_ms = _wall_ahead_ms()
    stages = (times.capture_s, times.received_s, times.decoded_s, times.encoded_s, sent_s)
    return FrameTimes(rtp_timestamp, *(round(ahead_ms + at_s * 1000, 3) for at_s in stages))


# What all viewers of a camera are told alike is put into words once for all of them.


@functools.lru_cache(maxsize=64)
def _motion_text(camera_id: str, event: MotionEvent) -> str:
    regions = tuple(Region(r.x, r.y, r.width, r.height) for r in event.regions[:32])
    level = cast(MotionLevel, event.level)
    return encode(Motion(camera_id, wall_ms(event.capture_s), level, event.percent, regions))


@functools.lru_cache(maxsize=64)
def _event_text(change: EventChanged) -> str:
    return encode(change)


@functools.lru_cache(maxsize=64)
def _camera_text(info: CameraInfo) -> str:
    return encode(CameraChanged(info))


@functools.lru_cache(maxsize=64)
def _car_text(status: Car) -> str:
    return encode(status)
