"""What moved: a person or an object, by its shape and by OpenCV's people detector."""

import functools
import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import simplejpeg

from gateway.errors import DecodeError
from gateway.units import MotionRegion, MotionTrack

Luma = npt.NDArray[np.uint8]

PERSON_PX = 112.0
"""Height that people have in the 64x128 windows that the detector was trained with, and a little
more, as the box of what moves is rarely all of somebody."""
MARGIN = 0.4
"""Of its size, so much is looked at around what moves: the detector wants to see the outline."""
SMALLEST_PX = 40
"""What is lower in the picture is not looked at, only measured."""
LIKELY, SURE = -0.2, 0.8
"""Scores of the people detector: from here it may be a person, from there it is one."""
LYING, UPRIGHT, THIN = 0.9, 1.25, 5.0
"""Height by width: cars are lower than the first, people between the others."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One look at something that moves. Without ``jpeg`` there is only its shape."""

    jpeg: bytes | None
    track: MotionTrack
    light: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """``what`` is person, object, light or unknown; ``confidence`` 0 to 1, a vote's weight."""

    what: str
    confidence: float


def classify(sighting: Sighting) -> Verdict:
    """Say what it is. Takes some milliseconds; raises :class:`DecodeError` for a broken JPEG."""
    if sighting.light:
        return Verdict("light", 0.5)
    region = sighting.track.region
    width, height, luma = _picture(sighting.jpeg)
    upright = (region.height * height) / max(1.0, region.width * width)
    likeness = LIKELY
    if luma is not None and region.height * height >= SMALLEST_PX:
        likeness = person_likeness(luma, region)
    return judge(upright, likeness, at_side=_at_side(region), looked=luma is not None)


def judge(upright: float, likeness: float, *, at_side: bool, looked: bool) -> Verdict:
    """Weigh shape (height by width) and the score of the people detector. Pure."""
    shape = 0.4 if UPRIGHT <= upright <= THIN else -0.4 if upright <= LYING else 0.0
    seen = min(1.0, max(0.0, (likeness - LIKELY) / (SURE - LIKELY)))
    if not looked:
        seen = 0.0
    # Nobody is sure of what is only half in the picture.
    doubt = 0.4 if at_side else 1.0
    person = 0.6 * seen + shape
    if person >= 0.3:
        return Verdict("person", round(doubt * min(1.0, person), 2))
    if shape == 0.0 and not looked:
        return Verdict("unknown", 0.0)
    return Verdict("object", round(doubt * (0.3 - shape / 2.0), 2))


def person_likeness(luma: Luma, region: MotionRegion) -> float:
    """The best score of the people detector in and around ``region``; LIKELY for none or less."""
    crop = _crop(luma, region)
    hog = _people_detector()
    if crop.shape[0] < 128 or crop.shape[1] < 64:
        crop = _padded(crop)
    _, scores = hog.detectMultiScale(crop, hitThreshold=LIKELY, winStride=(4, 4), scale=1.1)
    return max((float(score) for score in np.ravel(np.asarray(scores))), default=LIKELY)


def _crop(luma: Luma, region: MotionRegion) -> Luma:
    """What is around ``region``, so large that a person in it has the detector's size."""
    height, width = luma.shape
    tall, wide = region.height * height, region.width * width
    x, y = (region.x + region.width / 2.0) * width, (region.y + region.height / 2.0) * height
    # At least as wide as the window is beside its height: of a slim piece the arms may be missing.
    half_y = tall * (0.5 + MARGIN / 2.0)
    half_x = max(wide * (0.5 + MARGIN / 2.0), half_y * 0.55)
    top, bottom = max(0, math.floor(y - half_y)), min(height, math.ceil(y + half_y))
    left, right = max(0, math.floor(x - half_x)), min(width, math.ceil(x + half_x))
    scale = PERSON_PX / max(tall, 1.0)
    size = max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale))
    shrinks = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_LINEAR
    crop: Any = cv2.resize(luma[top:bottom, left:right], size, interpolation=shrinks)
    return np.asarray(crop, dtype=np.uint8)


def _padded(crop: Luma) -> Luma:
    down, across = max(0, 128 - crop.shape[0]), max(0, 64 - crop.shape[1])
    edges = down // 2, down - down // 2, across // 2, across - across // 2
    padded: Any = cv2.copyMakeBorder(crop, *edges, cv2.BORDER_REPLICATE)
    return np.asarray(padded, dtype=np.uint8)


def _picture(jpeg: bytes | None) -> tuple[float, float, Luma | None]:
    """Width, height and brightness; what is not there is as wide as it is high, times 4/3."""
    if jpeg is None:
        return 4.0, 3.0, None
    try:
        luma: Luma = simplejpeg.decode_jpeg(jpeg, "GRAY")[:, :, 0]
    except ValueError as error:
        raise DecodeError(f"JPEG of {len(jpeg)} bytes: {error}") from error
    return float(luma.shape[1]), float(luma.shape[0]), np.ascontiguousarray(luma)


def _at_side(region: MotionRegion) -> bool:
    return region.x <= 0.01 or region.x + region.width >= 0.99


@functools.cache
def _people_detector() -> cv2.HOGDescriptor:
    hog = cv2.HOGDescriptor()
    people: Any = cv2.HOGDescriptor.getDefaultPeopleDetector()
    hog.setSVMDetector(people)
    return hog
