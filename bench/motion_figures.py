"""What walks, drives and lies about in the scenes of ``bench.motion``, drawn to the pixel."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.uint8]
Draw = Callable[[Plane, Plane, float, float, float], None]
"""Draws into picture and mask: the feet's or wheels' middle at x, y, and a time in seconds."""

SHIFT = 4
"""OpenCV draws to 1/16 of a pixel, so that slow things move evenly."""


@dataclass(frozen=True)
class Figure:
    """Something that can move: ``height`` in pixels, ``what`` as the classifier should say."""

    what: str
    height: float
    draw: Draw


def _point(x: float, y: float) -> tuple[int, int]:
    return round(x * 2**SHIFT), round(y * 2**SHIFT)


def _both(picture: Plane, mask: Plane, shade: float, paint: Callable[[Plane, float], None]) -> None:
    paint(picture, shade)
    paint(mask, 255.0)


def _limb(
    picture: Plane,
    mask: Plane,
    line: tuple[float, float, float, float],
    width: float,
    shade: float,
) -> None:
    x0, y0, x1, y1 = line

    def paint(plane: Plane, value: float) -> None:
        thickness = max(1, round(width))
        ends = _point(x0, y0), _point(x1, y1)
        cv2.line(plane, *ends, value, thickness, cv2.LINE_AA, SHIFT)

    _both(picture, mask, shade, paint)


def _ellipse(
    picture: Plane, mask: Plane, at: tuple[float, float], size: tuple[float, float], shade: float
) -> None:
    def paint(plane: Plane, value: float) -> None:
        axes = _point(*size)
        cv2.ellipse(plane, _point(*at), axes, 0, 0, 360, value, -1, cv2.LINE_AA, SHIFT)

    _both(picture, mask, shade, paint)


def _box(
    picture: Plane, mask: Plane, corners: tuple[float, float, float, float], shade: float
) -> None:
    x0, y0, x1, y1 = corners
    points = np.array(
        [_point(x0, y0), _point(x1, y0), _point(x1, y1), _point(x0, y1)], dtype=np.int32
    )

    def paint(plane: Plane, value: float) -> None:
        cv2.fillPoly(plane, [points], value, cv2.LINE_AA, SHIFT)

    _both(picture, mask, shade, paint)


def walker(height: float, coat: float, trousers: float, pace_hz: float = 0.9) -> Figure:
    """A person from the side: head, coat, and arms and legs that swing."""
    return Figure("person", height, _Walker(height, coat, trousers, pace_hz))


@dataclass(frozen=True)
class _Walker:
    height: float
    coat: float
    trousers: float
    pace_hz: float

    def __call__(self, picture: Plane, mask: Plane, x: float, y: float, at_s: float) -> None:
        height, pace_hz, coat, trousers = self.height, self.pace_hz, self.coat, self.trousers
        h, swing = height, math.sin(2.0 * math.pi * pace_hz * at_s)
        bounce = 0.012 * h * abs(math.cos(2.0 * math.pi * pace_hz * at_s))
        hip, shoulder = y - 0.48 * h - bounce, y - 0.80 * h - bounce
        for side, shade in ((-1.0, trousers - 10.0), (1.0, trousers)):
            knee_x = x + side * swing * 0.10 * h
            foot_x = x + side * swing * 0.19 * h
            lift = max(0.0, side * math.cos(2.0 * math.pi * pace_hz * at_s)) * 0.04 * h
            knee_y = y - 0.25 * h - bounce
            _limb(picture, mask, (x, hip, knee_x, knee_y), 0.095 * h, shade)
            _limb(picture, mask, (knee_x, knee_y, foot_x, y - lift), 0.075 * h, shade)
        _ellipse(picture, mask, (x, (hip + shoulder) / 2), (0.115 * h, 0.19 * h), coat)
        for side in (-1.0, 1.0):
            elbow_x, hand_x = x - side * swing * 0.08 * h, x - side * swing * 0.15 * h
            arm = (x, shoulder + 0.04 * h, elbow_x, shoulder + 0.18 * h)
            _limb(picture, mask, arm, 0.06 * h, coat + 12.0)
            _limb(picture, mask, (*arm[2:], hand_x, shoulder + 0.31 * h), 0.05 * h, coat + 12.0)
        _ellipse(picture, mask, (x, y - 0.91 * h - bounce), (0.06 * h, 0.08 * h), 165.0)


def car(height: float, paint: float) -> Figure:
    """A car from the side, 2.6 times as long as high."""
    return Figure("object", height, _Car(height, paint))


@dataclass(frozen=True)
class _Car:
    height: float
    paint: float

    def __call__(self, picture: Plane, mask: Plane, x: float, y: float, at_s: float) -> None:
        height, paint = self.height, self.paint
        h, half = height, 1.3 * height
        _box(picture, mask, (x - half, y - 0.6 * h, x + half, y - 0.16 * h), paint)
        _box(picture, mask, (x - 0.6 * half, y - h, x + 0.55 * half, y - 0.58 * h), paint - 12.0)
        _box(picture, mask, (x - 0.5 * half, y - 0.93 * h, x - 0.05 * half, y - 0.6 * h), 45.0)
        _box(picture, mask, (x + 0.03 * half, y - 0.93 * h, x + 0.45 * half, y - 0.6 * h), 45.0)
        for wheel in (-0.62, 0.62):
            _ellipse(picture, mask, (x + wheel * half, y - 0.17 * h), (0.18 * h, 0.18 * h), 25.0)


def box(height: float, shade: float, across: float = 1.2) -> Figure:
    """A parcel, or what a cheap robot looks like from the side."""
    return Figure("object", height, _Parcel(height, shade, across))


@dataclass(frozen=True)
class _Parcel:
    height: float
    shade: float
    across: float

    def __call__(self, picture: Plane, mask: Plane, x: float, y: float, at_s: float) -> None:
        height, shade, across = self.height, self.shade, self.across
        half = across * height / 2
        _box(picture, mask, (x - half, y - height, x + half, y), shade)
        _box(picture, mask, (x - 0.2 * half, y - height, x + 0.2 * half, y), shade - 25.0)
