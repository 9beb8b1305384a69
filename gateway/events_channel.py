"""The ``events`` data channel of one viewer: heartbeat, clock, timing, motion, camera state."""

import functools
import logging
import time
from collections.abc import Callable
from typing import cast

from aiortc import RTCDataChannel
from aiortc.exceptions import InvalidStateError

from gateway.units import MotionEvent
from protocol.codec import decode, encode
from protocol.errors import ProtocolError
from protocol.messages import (
    BrowserToGateway,
    CameraChanged,
    CameraInfo,
    Motion,
    MotionLevel,
    Region,
    Sync,
    Synced,
    Timing,
)

logger = logging.getLogger(__name__)

LABEL = "events"
MAX_BUFFERED_BYTES = 65_536
"""Beyond this the viewer is not reading: what is told now would be stale when it arrives."""


def wall_ms(monotonic_s: float) -> float:
    """Return the wall-clock time, in ms since 1970, of a moment on the monotonic clock."""
    return (time.time() - time.monotonic() + monotonic_s) * 1000


class EventsChannel:
    """Speaks ``protocol/README.md``, "Data channels". Never waits; stale news is dropped."""

    def __init__(self, channel: RTCDataChannel, heard: Callable[[], None]) -> None:
        self._channel = channel
        self._heard = heard
        self.dropped = 0
        self.refused = 0
        channel.on("message", self._received)

    def _received(self, text: str | bytes) -> None:
        received_ms = time.time() * 1000
        try:
            message: BrowserToGateway = decode(text, BrowserToGateway)
        except ProtocolError as error:
            self.refused += 1
            if self.refused == 1:
                logger.warning("< events: refused: %s", error)
            return
        self._heard()
        self._send(encode(self._synced(message, received_ms)))

    def _synced(self, sync: Sync, received_ms: float) -> Synced:
        return Synced(sync.sent_ms, received_ms, time.time() * 1000)

    def tell_timing(self, rtp_timestamp: int, capture_s: float) -> None:
        self._send(encode(Timing(rtp_timestamp, wall_ms(capture_s))))

    def tell_motion(self, camera_id: str, event: MotionEvent) -> None:
        self._send(_motion_text(camera_id, event))

    def tell_camera(self, info: CameraInfo) -> None:
        self._send(_camera_text(info))

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


# What all viewers of a camera are told alike is put into words once for all of them.


@functools.lru_cache(maxsize=64)
def _motion_text(camera_id: str, event: MotionEvent) -> str:
    regions = tuple(Region(r.x, r.y, r.width, r.height) for r in event.regions[:32])
    level = cast(MotionLevel, event.level)
    return encode(Motion(camera_id, wall_ms(event.capture_s), level, event.percent, regions))


@functools.lru_cache(maxsize=64)
def _camera_text(info: CameraInfo) -> str:
    return encode(CameraChanged(info))
