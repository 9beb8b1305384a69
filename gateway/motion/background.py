"""The picture as it looks when nothing moves, and what of a new picture differs from it."""

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from gateway.motion.light import light_on

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
MOST_SAMPLES = 500
"""numpy keeps the interpreter's lock for arrays no larger than this."""
SHAKEN = 0.01
"""Part of the samples that must have changed for it to be worth asking whether all has moved."""
STEADIER = 0.6
"""Part of these that may still be changed once it is moved back; else it is something else."""
MOST_SHAKE = 0.06
"""As a part of the width; what moves further is turned by somebody."""
PICTURES_PUT_OFF = 3
PICTURES_UNSTEADY = 90
"""A camera that shook shakes again; so long the finest edges are not believed."""
SMALLEST_SIDE_TO_STEADY = 32
LIT = 0.008
"""Part of the samples that must have changed for it to be worth asking whether it is light."""
MOST_OF_PICTURE = 0.6
SAME_DIRECTION = 0.85


@dataclass(frozen=True, slots=True)
class Difference:
    """One picture against the background, light taken out.

    ``residual`` and ``noise`` are float32 planes in grey levels, ``residual`` unsigned.
    ``light_shift`` is the mean of what was taken out, and ``light_switched`` says that it was
    too much to believe anything else of this picture. ``unsteady``: the camera shakes these days.
    """

    residual: Plane
    noise: Plane
    light_shift: float
    light_switched: bool
    unsteady: bool = False


class Background:
    """A running average in capture time, with the noise of each pixel.

    It learns the same whatever the detector's threshold is, so a higher threshold can only see
    less. Not thread-safe; one picture size for its life.

    Each pass over a whole plane hands the interpreter's lock to another thread and back, which
    with many cameras costs as much as the arithmetic: passes are few, samples small.
    """

    def __init__(self, luma: Luma) -> None:
        self._mean: Plane = _smooth(luma)
        self._noise: Plane = np.full(luma.shape, INITIAL_NOISE, np.float32)
        self._learned = 1
        self._not_shaken = 0
        self._unsteady = 0
        self._window: Plane | None = None
        if min(luma.shape) >= SMALLEST_SIDE_TO_STEADY:
            window: Any = cv2.createHanningWindow((luma.shape[1], luma.shape[0]), cv2.CV_32F)
            self._window = window
        self._stride = max(1, math.ceil(math.sqrt(luma.size / MOST_SAMPLES)))

    def settle(self, luma: Luma) -> None:
        """Learn quickly: a plain average of the pictures given so far."""
        picture = _smooth(luma)
        self._follow_light(self._sample(self._mean), self._sample(picture))
        self._learned += 1
        difference = picture - self._mean
        self._mean += difference / np.float32(self._learned)
        self._learn_noise(np.abs(difference), 1.0 / self._learned)

    def compare(self, luma: Luma, elapsed_s: float) -> Difference:
        """Compare and learn. ``elapsed_s`` is the time since the previous picture."""
        picture = _smooth(luma)
        known, seen = self._sample(self._mean), self._sample(picture)
        # The median, which tells light from shaking, is dear: most pictures do not need it.
        if _changed(known, seen) > SHAKEN * seen.size:
            picture = self._if_shaken(picture, known, seen)
            seen = self._sample(picture)
        switched = _changed_as_one(seen - known)
        shift = self._follow_light(known, seen)
        changed = _changed(self._sample(self._mean), seen)
        difference = picture - self._mean
        residual, noise = np.abs(difference), self._noise
        if self._unsteady > 0:
            self._unsteady -= 1
            residual = self._beyond_neighbours(picture)
        if changed > LIT * seen.size:
            lit = light_on(self._mean, picture, residual, noise)
            if lit is not None:
                np.copyto(self._mean, picture, where=lit.view(bool))
                residual[lit.view(bool)] = 0.0
                difference[lit.view(bool)] = 0.0
        step_s = min(max(elapsed_s, 0.0), LONGEST_STEP_S)
        self._learn_mean(difference, step_s)
        self._learn_noise(residual, _rate(step_s, NOISE_TAU_S))
        return Difference(
            residual, noise, shift, switched or shift > LIGHT_STEP, self._unsteady > 0
        )

    def _learn_mean(self, difference: Plane, step_s: float) -> None:
        """Overwrites ``difference``."""
        rate = _rate(step_s, LEARN_TAU_S)
        if rate > 0.0:
            limit = LEARN_LIMIT_PER_S * step_s / rate
            np.clip(difference, -limit, limit, out=difference)
            cv2.scaleAdd(difference, rate, self._mean, dst=self._mean)

    def _learn_noise(self, residual: Plane, rate: float) -> None:
        """Makes a new plane: the one before is still being compared with."""
        seen = np.minimum(residual, np.float32(NOISE_LIMIT))
        learned: Any = cv2.addWeighted(seen, rate, self._noise, 1.0 - rate, 0.0)
        self._noise = learned

    def _follow_light(self, known: Plane, seen: Plane) -> float:
        """Bring the background to the light that was ``seen``; gives the mean change made."""
        gain, offset = map(np.float32, _fit(known, seen))
        shift = float(np.abs(known * gain + offset - known).mean())
        if shift >= SMALLEST_SHIFT:
            self._mean *= gain
            self._mean += offset
            np.clip(self._mean, 0.0, 255.0, out=self._mean)
        return shift

    def _if_shaken(self, picture: Plane, known: Plane, seen: Plane) -> Plane:
        """Steady the picture. To look is dear: where it was for nothing, it is put off a while."""
        restless = _restless(known, seen)
        if restless <= SHAKEN * seen.size:
            return picture
        if self._not_shaken > 0:
            self._not_shaken -= 1
            return picture
        steadied = self._steadied(picture, known, restless)
        if steadied is picture:
            self._not_shaken = PICTURES_PUT_OFF
        else:
            self._unsteady = PICTURES_UNSTEADY
        return steadied

    def _beyond_neighbours(self, picture: Plane) -> Plane:
        """What differs from all pixels around, too: no camera is steadied to the last of them."""
        around = np.ones((3, 3), np.uint8)
        highest, lowest = cv2.dilate(self._mean, around), cv2.erode(self._mean, around)
        beyond = np.maximum(picture - highest, lowest - picture)
        return np.asarray(np.maximum(beyond, np.float32(0.0)), dtype=np.float32)

    def _steadied(self, picture: Plane, known: Plane, restless: int) -> Plane:
        """The picture moved back to where the background is, if the camera shook."""
        if self._window is None:
            return picture
        # Copies: OpenCV applies the window to what it is given.
        (dx, dy), _ = cv2.phaseCorrelate(self._mean.copy(), picture.copy(), self._window)
        if not 0.2 < math.hypot(dx, dy) < self._window.shape[1] * MOST_SHAKE:
            return picture
        back = np.array([[1.0, 0.0, dx], [0.0, 1.0, dy]], np.float32)
        height, width = picture.shape
        # Where it shows nothing now, it is as it was.
        moved: Any = cv2.warpAffine(
            picture,
            back,
            (width, height),
            dst=self._mean.copy(),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_TRANSPARENT,
        )
        left = _restless(known, self._sample(moved))
        return np.asarray(moved) if left < STEADIER * restless else picture

    def _sample(self, plane: Plane) -> Plane:
        """Every few pixels of every few rows: several hundred tell enough of the light."""
        return plane[:: self._stride, :: self._stride].ravel()


def _smooth(luma: Luma) -> Plane:
    blurred: Any = cv2.boxFilter(luma, cv2.CV_32F, (3, 3))
    return np.asarray(blurred, dtype=np.float32)


def _rate(step_s: float, tau_s: float) -> float:
    return 1.0 - math.exp(-step_s / tau_s)


def _changed(known: Plane, seen: Plane) -> int:
    return int(np.count_nonzero(np.abs(seen - known) > CHANGED))


def _restless(known: Plane, seen: Plane) -> int:
    """How many samples changed otherwise than most."""
    change = seen - known
    return int(np.count_nonzero(np.abs(change - _median(change)) > CHANGED))


def _changed_as_one(signed: Plane) -> bool:
    """Whether most of the picture went the same way: a lamp that lights unevenly."""
    brighter = int(np.count_nonzero(signed > CHANGED))
    darker = int(np.count_nonzero(signed < -CHANGED))
    changed = brighter + darker
    return (
        changed > MOST_OF_PICTURE * signed.size and max(brighter, darker) > SAME_DIRECTION * changed
    )


def _fit(known: Plane, seen: Plane) -> tuple[float, float]:
    """Gain and offset that turn ``known`` into ``seen``, blind to the half that fits worst.

    The median first, so that an object does not count as light; then one least squares over
    what the median explains. A nearly flat picture tells nothing about the gain.
    """
    change = seen - known
    offset = _median(change)
    misfit = np.abs(change - offset)
    believed = misfit <= _median(misfit) * 2.0 + 1.0
    x, y = known[believed], seen[believed]
    mean_x, mean_y = float(x.mean()), float(y.mean())
    centred = x - mean_x
    variance = float(np.dot(centred, centred)) / centred.size
    if variance < 25.0:
        return 1.0, offset
    gain = float(np.dot(centred, y - mean_y)) / centred.size / variance
    gain = min(max(gain, 0.25), 4.0)
    return gain, mean_y - gain * mean_x


def _median(values: Plane) -> float:
    """The upper one of an even number; numpy's own takes longer to begin than to sort."""
    middle = values.size // 2
    return float(np.partition(values, middle)[middle])
