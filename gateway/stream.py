"""One camera in one codec and quality: its encoder, when to make keyframes, and who receives it."""

import contextlib
import logging
import time
from collections.abc import Callable, Iterator

from gateway.encode import Encoder, create_encoder
from gateway.errors import EncodeError
from gateway.hub import Hub
from gateway.quality import Rung
from gateway.scaler import PictureScaler
from gateway.units import AccessUnit, Codec, RawFrame, StageTimes

logger = logging.getLogger(__name__)

KEYFRAME_INTERVAL_S = 0.25
"""Requests for keyframes within this time of the last one are served by one, at its end."""

RATE_TOLERANCE = 1.4
"""Encoders share out the bitrate by the frame rate they were made for, not by the pictures'
times: at a rate this many times higher or lower, a new one is made."""
RATE_INTERVAL_S = 3.0
"""At most this often for that reason."""


RATE_SLACK = 0.7
"""A picture is left out when it comes within this part of the least interval after the last."""


class EncodedStream:
    """Encodes each picture once for all viewers of one codec in one quality.

    ``encode`` and what it asks first run in a worker, one call at a time; everything else on the
    event loop.
    """

    def __init__(self, codec: Codec, rung: Rung, viewers_changed: Callable[[], None]) -> None:
        self.codec = codec
        self.rung = rung
        self.hub: Hub[AccessUnit] = Hub(viewers_changed)
        self.waiting: Hub[AccessUnit] = Hub()
        """Who comes over from another quality: gets keyframes, before ``hub`` does."""
        self.passing: Hub[AccessUnit] = Hub()
        """Who takes what is encoded for others, after they have it, and wants nothing by that."""
        self.keyframes = 0
        self.failures = 0
        self._encoder: Encoder | None = None
        self._scaler = PictureScaler(rung.scale)
        self._size = (0, 0)
        self._fps = 0.0
        self._made_s = 0.0
        self._encoded_s = float("-inf")
        self._keyframe_wanted = True
        self._last_keyframe_s = float("-inf")
        self._since_keyframe: list[AccessUnit] = []
        self._recorders = 0

    @property
    def wanted(self) -> bool:
        """Whether anybody receives this stream, or is about to, or records it."""
        return len(self.hub) > 0 or len(self.waiting) > 0 or self._recorders > 0

    @property
    def watched(self) -> bool:
        """Whether anybody receives this stream."""
        return len(self.hub) > 0

    @contextlib.contextmanager
    def recorded(self) -> Iterator[None]:
        """Have it encoded for the length of a ``with`` block, for who takes it at `passing`."""
        self._recorders += 1
        try:
            yield
        finally:
            self._recorders -= 1

    def request_keyframe(self) -> None:
        """Ask for an IDR. Any number of requests close together become one."""
        self._keyframe_wanted = True

    def publish(self, unit: AccessUnit) -> None:
        """Hand ``unit`` to everyone who takes it. On the event loop."""
        if unit.keyframe:
            self._since_keyframe = [unit]
            self.waiting.publish(unit)
        elif self._is_recent(unit.capture_s):
            self._since_keyframe.append(unit)
        else:
            self._since_keyframe.clear()
        self.hub.publish(unit)
        self.passing.publish(unit)

    def since_keyframe(self, now_s: float) -> tuple[AccessUnit, ...]:
        """Return the last keyframe and what followed, where it was a moment ago; else nothing.

        Who joins then can begin with it, and needs to wait for no other.
        """
        return tuple(self._since_keyframe) if self._is_recent(now_s) else ()

    def _is_recent(self, now_s: float) -> bool:
        since = self._since_keyframe
        return bool(since) and now_s - since[0].capture_s <= KEYFRAME_INTERVAL_S

    def takes(self, capture_s: float) -> bool:
        """Whether the picture of this moment is to be encoded."""
        if not self.wanted:
            return False
        max_fps = self.rung.max_fps
        return max_fps is None or capture_s - self._encoded_s >= RATE_SLACK / max_fps

    def keyframe_due(self, capture_s: float) -> bool:
        """Whether the picture of this moment would become a keyframe."""
        if self._encoder is None:
            return True
        return self._keyframe_wanted and capture_s - self._last_keyframe_s >= KEYFRAME_INTERVAL_S

    def encode(self, frame: RawFrame, rtp_time: int, fps: float) -> AccessUnit | None:
        """Encode one yuv420p picture; None when it could not be, which is counted."""
        capture_s = self._encoded_s = frame.capture_s
        fps = min(fps, self.rung.max_fps or fps)
        try:
            picture = self._scaler.scale(frame.picture)
            size = (picture.width, picture.height)
            if self._encoder is None or size != self._size or self._off_rate(fps, capture_s):
                kbps = self.rung.max_bitrate_bps // 1_000
                self._encoder = create_encoder(self.codec, *size, fps, kbps)
                self._size, self._fps, self._made_s = size, fps, capture_s
                self._keyframe_wanted = True
                self._last_keyframe_s = float("-inf")
            keyframe = self.keyframe_due(capture_s)
            if keyframe:
                self._keyframe_wanted = False
            picture.pts = rtp_time
            payloads, is_keyframe = self._encoder.encode(picture, keyframe)
        except EncodeError as error:
            logger.warning("%s encoder failed and is replaced: %s", self.codec, error)
            self.failures += 1
            self._encoder = None
            return None
        if is_keyframe:
            self._last_keyframe_s = capture_s
            self.keyframes += 1
        if not payloads:
            return None
        times = StageTimes(capture_s, frame.received_s, frame.decoded_s, time.monotonic())
        return AccessUnit(self.codec, payloads, is_keyframe, rtp_time, times, *size)

    def _off_rate(self, fps: float, capture_s: float) -> bool:
        off = max(fps, self._fps) > RATE_TOLERANCE * min(fps, self._fps)
        return off and capture_s - self._made_s >= RATE_INTERVAL_S

    def release(self) -> None:
        """Free the encoder; the next picture opens another."""
        self._encoder = None
        self._since_keyframe.clear()
