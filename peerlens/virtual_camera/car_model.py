"""The car as something to look at: a few lit boxes and their shadow."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from peerlens.virtual_camera.car import Car
from peerlens.virtual_camera.car_signals import paint_beam, paint_horn
from peerlens.virtual_camera.view import EYE, Points, View

Image = npt.NDArray[np.uint8]
Colour = tuple[int, int, int]

SCALE = 1.3
"""Larger than its wheelbase says, so that it is seen in small pictures."""

_SUN = np.array([-0.55, 0.30, 0.78])
_SHIFT = 4
_FACES = ((0, 1, 2, 3), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7))
RED: Colour = (38, 34, 214)
BLUE: Colour = (226, 52, 16)
_RUBBER = (30, 28, 28)
_GLASS = (92, 70, 48)
_BRAKE_LIGHT = (60, 60, 255)


@dataclass(frozen=True, slots=True)
class _Box:
    """Length along the car, width across, height; the top may be smaller and set back."""

    centre: tuple[float, float, float]
    size: tuple[float, float, float]
    colour: Colour
    taper: float = 1.0

    def corners(self) -> Points:
        (x, y, z), (length, width, height) = self.centre, self.size
        base = [(1, 1), (1, -1), (-1, -1), (-1, 1)]
        low = [(x + a * length / 2, y + b * width / 2, z) for a, b in base]
        high = [
            (
                x + a * length / 2 * self.taper,
                y + b * width / 2 * (0.5 + self.taper / 2),
                z + height,
            )
            for a, b in base
        ]
        return np.array(low + high)


_WHEELS = tuple(
    _Box((x, y, 0.0), (0.11, 0.055, 0.095), _RUBBER) for x in (-0.15, 0.15) for y in (-0.12, 0.12)
)
_HULL = (
    _Box((0.0, 0.0, 0.035), (0.50, 0.21, 0.075), RED, 0.94),
    _Box((-0.02, 0.0, 0.11), (0.26, 0.19, 0.075), _GLASS, 0.66),
    _Box((-0.02, 0.0, 0.185), (0.165, 0.15, 0.008), RED, 0.96),
)
_SPOILER = _Box((-0.235, 0.0, 0.15), (0.05, 0.23, 0.014), (40, 40, 44))
_STRIPE = _Box((0.0, 0.0, 0.1105), (0.46, 0.05, 0.001), (236, 240, 244))


_PARTS = (*_WHEELS, _HULL[0], _STRIPE, *_HULL[1:], _SPOILER)
_SPOILER_PART = len(_PARTS) - 1
_ORDER_FROM_BEHIND = tuple(range(len(_PARTS)))
# Seen from ahead, the roof hides the spoiler, which is then painted before the cabin.
_ORDER_FROM_AHEAD = (*range(len(_WHEELS) + 2), len(_PARTS) - 1, len(_PARTS) - 3, len(_PARTS) - 2)


@dataclass(frozen=True, slots=True)
class Signals:
    """What a car shows beside its brake lights."""

    lights: bool = False
    horn: bool = False


class CarModel:
    """Paints a car in one colour; the shape is worked out once.

    With ``signals`` the spoiler shines when the car brakes: lamps at the rear are seldom seen.
    """

    def __init__(self, view: View, colour: Colour = RED) -> None:
        self._view = view
        self._colours = [colour if part.colour == RED else part.colour for part in _PARTS]
        boxes = np.stack([part.corners() for part in _PARTS]) * SCALE
        faces = boxes[:, np.array(_FACES)]
        normals = np.cross(faces[:, :, 1] - faces[:, :, 0], faces[:, :, 2] - faces[:, :, 0])
        normals /= np.linalg.norm(normals, axis=2, keepdims=True)
        outward = faces.mean(axis=2) - boxes.mean(axis=1)[:, None]
        normals *= np.sign((normals * outward).sum(axis=2))[:, :, None]
        self._corners, self._normals = boxes.reshape(-1, 3), normals.reshape(-1, 3)
        self._centres = faces.mean(axis=2).reshape(-1, 3)

    def paint(self, frame: Image, car: Car, signals: Signals | None = None) -> None:
        """Paint ``car`` into ``frame`` (uint8, HxWx3, BGR), in place."""
        view, turn = self._view, _turn(car.heading)
        place = np.array([car.x, car.y, 0.0])
        corners = self._corners @ turn.T + place
        normals = self._normals @ turn.T
        visible = (normals * (EYE - self._centres @ turn.T - place)).sum(axis=1) > 0
        light = 0.45 + 0.62 * np.maximum(0.0, normals @ _SUN)
        _paint_shadow(frame, view, corners)
        if signals is not None and signals.lights:
            paint_beam(frame, view, turn, place)
        seen = _fixed(view.project(corners)).reshape(-1, 8, 2)
        from_ahead = math.cos(math.atan2(EYE[1] - car.y, EYE[0] - car.x) - car.heading) > 0
        for part in _ORDER_FROM_AHEAD if from_ahead else _ORDER_FROM_BEHIND:
            for face in range(len(_FACES)):
                index = part * len(_FACES) + face
                if visible[index]:
                    if part == _SPOILER_PART and car.braking and signals is not None:
                        colour = _BRAKE_LIGHT
                    else:
                        colour = _lit(self._colours[part], light[index])
                    outline = seen[part, _FACES[face]]
                    cv2.fillConvexPoly(frame, outline, colour, cv2.LINE_AA, _SHIFT)
        lamp = (200, 245, 255) if from_ahead else _BRAKE_LIGHT if car.braking else (40, 30, 150)
        x = 0.247 if from_ahead else -0.249
        for y in (-0.07, 0.07):
            _paint_lamp(frame, view, turn @ (np.array([x, y, 0.08]) * SCALE) + place, lamp)
        if signals is not None and signals.horn:
            paint_horn(frame, view, place)


def _lit(colour: Colour, light: float) -> Colour:
    blue, green, red = (min(255, round(channel * light)) for channel in colour)
    return blue, green, red


def _turn(heading: float) -> Points:
    cos, sin = math.cos(heading), math.sin(heading)
    return np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])


def _paint_shadow(frame: Image, view: View, corners: Points) -> None:
    """Darken what lies behind the car as the sun sees it."""
    flat = corners - corners[:, 2:] / _SUN[2] * _SUN
    hull = cv2.convexHull(view.project(flat).astype(np.float32)).reshape(-1, 2)
    left, top = np.maximum(np.floor(hull.min(axis=0)).astype(int) - 4, 0)
    right, bottom = np.maximum(np.ceil(hull.max(axis=0)).astype(int) + 5, 0)
    part = frame[top:bottom, left:right]
    if part.size == 0:
        return
    mask = np.zeros(part.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, _fixed(hull - (left, top)), 150, cv2.LINE_AA, _SHIFT)
    light = 255 - cv2.blur(mask, (5, 5))
    cv2.multiply(part, cv2.merge([light, light, light]), part, 1 / 255)


def _paint_lamp(frame: Image, view: View, at: Points, colour: Colour) -> None:
    radius = round(view.pixels_per_metre(at[0], at[1]) * 0.016 * SCALE * (1 << _SHIFT))
    centre = _fixed(view.project(at[None, :]))[0]
    cv2.circle(frame, (int(centre[0]), int(centre[1])), radius, colour, -1, cv2.LINE_AA, _SHIFT)


def _fixed(pixels: npt.NDArray[np.floating]) -> npt.NDArray[np.int32]:
    return np.asarray(np.round(pixels * (1 << _SHIFT)), np.int32)
