"""The picture as it looks when nothing moves, and what of a new picture differs from it."""

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Luma = npt.NDArray[np.uint8]
Plane = npt.NDArray[np.float32]

LEARN_TAU_S = 1.0
"""Time constant with which small differences flow into the background."""
LEARN_LIMIT_PER_S = 10.0
"""Grey levels per second at most: what passes leaves no trail, what stays is absorbed."""
NOISE_TAU_S = 10.0
NOISE_LIMIT = 30.0
"""What one frame counts for at most, in grey levels. What passes is no noise; what flickers in
one place for many seconds is, be it leaves, a fan or the clock that a camera paints."""
INITIAL_NOISE = 2.0
LONGEST_STEP_S = 1.0

LIGHT_STEP = 12.0
"""Mean change, in grey levels in one frame, that only a switched light or shutter makes."""
SMALLEST_SHIFT = 0.05
"""Below this the background's own learning does."""
CHANGED = 12.0
"""Grey levels that count as changed when the question is whether the light was."""
MOST_OF_PICTURE = 0.6
SAME_DIRECTION = 0.85


@dataclass(frozen=True, slots=True)
class Difference:
    """One picture against the background, light taken out.

    ``residual`` and ``noise`` are float32 planes in grey levels, ``residual`` unsigned.
    ``light_shift`` is the mean of what was taken out, and ``light_switched`` says that it was
    too much to believe anything else of this picture.
    """

    residual: Plane
    noise: Plane
    light_shift: float
    light_switched: bool


class Background:
    """A running average in capture time, with the noise of each pixel.

    It learns the same whatever the detector's threshold is, so a higher threshold can only see
    less. Not thread-safe; one picture size for its life.
    """

    def __init__(self, luma: Luma) -> None:
        self._mean: Plane = _smooth(luma)
        self._noise: Plane = np.full(luma.shape, INITIAL_NOISE, np.float32)
        self._learned = 1
        self._stride = max(1, min(luma.shape) // 20)

    def settle(self, luma: Luma) -> None:
        """Learn quickly: a plain average of the pictures given so far."""
        picture = _smooth(luma)
        self._follow_light(picture)
        self._learned += 1
        difference = picture - self._mean
        self._mean += difference / np.float32(self._learned)
        self._learn_noise(np.abs(difference), 1.0 / self._learned)

    def compare(self, luma: Luma, elapsed_s: float) -> Difference:
        """Compare and learn. ``elapsed_s`` is the time since the previous picture."""
        picture = _smooth(luma)
        switched = self._changed_as_one(picture)
        shift = self._follow_light(picture)
        difference = picture - self._mean
        residual = np.abs(difference)
        noise = self._noise.copy()
        step_s = min(max(elapsed_s, 0.0), LONGEST_STEP_S)
        limit = LEARN_LIMIT_PER_S * step_s
        difference *= np.float32(_rate(step_s, LEARN_TAU_S))
        self._mean += np.clip(difference, -limit, limit, out=difference)
        self._learn_noise(residual, _rate(step_s, NOISE_TAU_S))
        return Difference(residual, noise, shift, switched or shift > LIGHT_STEP)

    def _learn_noise(self, residual: Plane, rate: float) -> None:
        step = np.minimum(residual, np.float32(NOISE_LIMIT))
        step -= self._noise
        step *= np.float32(rate)
        self._noise += step

    def _follow_light(self, picture: Plane) -> float:
        """Bring the background to the light of ``picture``; gives the mean change made."""
        known, seen = self._sample(self._mean), self._sample(picture)
        gain, offset = map(np.float32, _fit(known, seen))
        shift = float(np.abs(known * gain + offset - known).mean())
        if shift >= SMALLEST_SHIFT:
            self._mean *= gain
            self._mean += offset
            np.clip(self._mean, 0.0, 255.0, out=self._mean)
        return shift

    def _changed_as_one(self, picture: Plane) -> bool:
        """Whether most of the picture went the same way: a lamp that lights unevenly."""
        signed = self._sample(picture) - self._sample(self._mean)
        brighter = int(np.count_nonzero(signed > CHANGED))
        darker = int(np.count_nonzero(signed < -CHANGED))
        changed = brighter + darker
        return (
            changed > MOST_OF_PICTURE * signed.size
            and max(brighter, darker) > SAME_DIRECTION * changed
        )

    def _sample(self, plane: Plane) -> Plane:
        """Every few pixels of every few rows: several hundred tell enough of the light."""
        return plane[:: self._stride, :: self._stride].ravel()


def _smooth(luma: Luma) -> Plane:
    blurred: Any = cv2.blur(luma, (3, 3))
    return np.asarray(blurred, dtype=np.float32)


def _rate(step_s: float, tau_s: float) -> float:
    return 1.0 - math.exp(-step_s / tau_s)


def _fit(known: Plane, seen: Plane) -> tuple[float, float]:
    """Gain and offset that turn ``known`` into ``seen``, blind to the half that fits worst.

    The median first, so that an object does not count as light; then one least squares over
    what the median explains. A nearly flat picture tells nothing about the gain.
    """
    offset = float(np.median(seen - known))
    misfit = np.abs(seen - known - offset)
    believed = misfit <= np.median(misfit) * 2.0 + 1.0
    x, y = known[believed], seen[believed]
    mean_x, mean_y = float(x.mean()), float(y.mean())
    centred = x - mean_x
    variance = float(np.dot(centred, centred)) / centred.size
    if variance < 25.0:
        return 1.0, offset
    gain = float(np.dot(centred, y - mean_y)) / centred.size / variance
    gain = min(max(gain, 0.25), 4.0)
    return gain, mean_y - gain * mean_x
