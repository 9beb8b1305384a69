"""The inline motion detector of one camera."""

from typing import Any

import cv2
import numpy as np

from gateway.motion.areas import Areas
from gateway.motion.background import Background, Difference, Luma
from gateway.motion.pieces import Mask, pieces
from gateway.motion.tracks import Track, Tracks
from gateway.motion.weather import Weather
from gateway.motion_settings import MotionSettings
from gateway.units import MotionEvent, MotionRegion, MotionTrack

cv2.setNumThreads(1)  # the pictures are small: OpenCV's idle workers spin away 40 % more CPU

SETTLE_S = 1.0
SETTLE_FRAMES = 3
RELIGHT_S = 0.5
"""How long detection stays quiet after a light was switched."""

LARGEST_SIDE = 320
MAX_REGIONS = 16

GREY_LEVELS_AT_ONE = 160.0
NOISE_FACTOR = 5.0
"""Mean absolute deviations that a pixel must exceed; 5 is about 4 sigma."""
SMALLEST_THRESHOLD = 0.02
UNSTEADY_FACTOR = 3.0
"""How many times the smallest area is asked for while the camera shakes."""
LIGHT_MOVES = 2.0
"""Grey levels, on the average and in one frame, that are more than a cloud's."""


class MotionDetector:
    """Finds what moved between pictures of one camera. Synchronous; not thread-safe.

    ``threshold`` (0..1) scales three things, all in proportion, so a higher one never sees more
    in the same picture:

    - a pixel has changed when it differs from the background by ``160 * threshold`` grey levels
      (8 at 0.05, 16 at 0.1, 32 at 0.2, 48 at 0.3), and by five times its own noise;
    - connected changes smaller than ``threshold`` percent of the picture are dropped (0.1 % at
      0.1: 5 by 4 pixels of 160 by 120);
    - the level is LOW from ``2 * threshold`` percent of the picture (0.2 % at 0.1: a car of
      36 by 17 pixels in 640 by 480), MEDIUM from ``20 * threshold``, HIGH from
      ``100 * threshold``.

    Below 0.02 it acts as 0.02. A change of light is followed, not reported: see Background.
    """

    def __init__(self, settings: MotionSettings) -> None:
        self._background: Background | None = None
        self._shape: tuple[int, ...] = (1, 1)
        self._tracks = Tracks(1, 1)
        self._weather = Weather()
        self.settings = settings
        self._quiet_until_s = 0.0
        self._quiet_frames = 0
        self._last_capture_s = 0.0

    @property
    def settings(self) -> MotionSettings:
        """Other ones can be set at any time; what was learned stays."""
        return self._settings

    @settings.setter
    def settings(self, settings: MotionSettings) -> None:
        self._settings = settings
        self._areas = Areas(settings, self._shape)
        self._threshold = max(settings.threshold, SMALLEST_THRESHOLD)

    def reset(self) -> None:
        """Forget the background, as after a reconnect: no motion until it has settled again."""
        self._background = None

    def detect(self, luma: Luma, capture_s: float) -> MotionEvent:
        """Give what moved in ``luma``, uint8 of shape (height, width), any size.

        ``capture_s`` is the picture's moment of capture in seconds, on any one clock. A picture
        of another size than the last resets the detector. Level NONE carries no regions.
        Raises ValueError for an array of another type or shape.
        """
        if luma.dtype != np.uint8 or luma.ndim != 2 or luma.size == 0:
            raise ValueError(f"expected uint8 (H, W), got {luma.dtype} {luma.shape}")
        luma = _at_most(luma, LARGEST_SIDE)
        elapsed_s = capture_s - self._last_capture_s
        self._last_capture_s = capture_s
        if self._background is None or luma.shape != self._shape:
            self._start(luma)
            self._be_quiet(capture_s, SETTLE_S)
            return _nothing(capture_s)
        if self._quiet_frames > 0 or capture_s < self._quiet_until_s:
            self._quiet_frames -= 1
            self._background.settle(luma)
            return _nothing(capture_s)
        difference = self._background.compare(luma, elapsed_s)
        if difference.light_switched:
            self._start(luma)
            self._be_quiet(capture_s, RELIGHT_S)
            return MotionEvent(capture_s, "NONE", 0.0, (), light=True)
        return self._judge(difference, capture_s)

    def _start(self, luma: Luma) -> None:
        self._shape = luma.shape
        self._background = Background(luma)
        self._areas = Areas(self._settings, self._shape)
        height, width = self._shape
        self._tracks = Tracks(width, height)
        self._weather = Weather()

    def _be_quiet(self, capture_s: float, duration_s: float) -> None:
        self._quiet_until_s = capture_s + duration_s
        self._quiet_frames = SETTLE_FRAMES

    def _changed(self, difference: Difference) -> Mask:
        """1 where the picture changed. The more the light moved, the less is believed."""
        needed = GREY_LEVELS_AT_ONE * self._threshold + difference.light_shift
        limit = np.maximum(difference.noise * np.float32(NOISE_FACTOR), np.float32(needed))
        mask: Any = cv2.medianBlur((difference.residual > limit).view(np.uint8), 3)
        if self._areas.unmasked is not None:
            mask &= self._areas.unmasked
        return np.asarray(mask, dtype=np.uint8)

    def _judge(self, difference: Difference, capture_s: float) -> MotionEvent:
        mask = self._changed(difference)
        light = difference.light_shift > LIGHT_MOVES
        areas, duration_s = self._areas, self._settings.min_duration_s
        smallest = self._settings.min_area
        smallest = mask.size * (self._threshold / 100.0 if smallest is None else smallest)

        def needed(count: int) -> float:
            if duration_s == 0.0:
                return smallest
            shaking = UNSTEADY_FACTOR if difference.unsteady else 1.0
            return smallest * max(shaking, self._weather.factor(count, capture_s))

        found = pieces(mask, needed, areas.zones, areas.anywhere)
        tracks = self._tracks.follow(found, capture_s, duration_s)
        tracks = [track for track in tracks if areas.counts(track.piece)]
        percent = min(100.0, 100.0 * sum(track.piece.inside for track in tracks) / mask.size)
        level = self._level(percent)
        if level == "NONE":
            return MotionEvent(capture_s, level, percent, (), light=light)
        told = tuple(self._told(track) for track in tracks[:MAX_REGIONS])
        regions = tuple(track.region for track in told)
        return MotionEvent(capture_s, level, percent, regions, told, light)

    def _told(self, track: Track) -> MotionTrack:
        height, width = self._shape
        x0, y0, x1, y1 = track.piece.box
        region = MotionRegion(x0 / width, y0 / height, (x1 - x0) / width, (y1 - y0) / height)
        zones = self._areas.names(track.piece)
        return MotionTrack(track.number, region, track.since_s, track.travelled(width), zones)

    def _level(self, percent: float) -> str:
        if percent >= 100.0 * self._threshold:
            return "HIGH"
        if percent >= 20.0 * self._threshold:
            return "MEDIUM"
        return "LOW" if percent >= 2.0 * self._threshold else "NONE"


def _nothing(capture_s: float) -> MotionEvent:
    return MotionEvent(capture_s, "NONE", 0.0, ())


def _at_most(luma: Luma, side: int) -> Luma:
    """Shrink what is larger than needed, so that the cost has a ceiling."""
    height, width = luma.shape
    scale = side / max(height, width)
    if scale >= 1.0:
        return luma
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    shrunk: Any = cv2.resize(luma, size, interpolation=cv2.INTER_AREA)
    return np.asarray(shrunk, dtype=np.uint8)
