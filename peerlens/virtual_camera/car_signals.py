"""What a driven car shows when its lights are on or its horn sounds."""

import cv2
import numpy as np
import numpy.typing as npt

from peerlens.virtual_camera.view import Points, View

Image = npt.NDArray[np.uint8]

_BEAM_M = ((0.30, 0.10), (1.15, 0.42), (1.15, -0.42), (0.30, -0.10))
"""The lit ground: ahead and aside of the middle of the car, in metres."""
_WARM = (45, 90, 100)
_HORN = (40, 225, 255)
_HORN_HEIGHT_M = 0.36
_SHIFT = 4


def paint_beam(frame: Image, view: View, turn: Points, place: Points) -> None:
    """Light the ground ahead of a car at ``place`` (x, y, z) with its rotation ``turn``."""
    corners = np.array([(ahead, aside, 0.0) for ahead, aside in _BEAM_M]) @ turn.T + place
    pixels = view.project(corners)
    left, top = np.maximum(np.floor(pixels.min(axis=0)).astype(int) - 4, 0)
    right, bottom = np.maximum(np.ceil(pixels.max(axis=0)).astype(int) + 5, 0)
    part = frame[top:bottom, left:right]
    if part.size == 0:
        return
    light = np.zeros_like(part)
    cv2.fillConvexPoly(light, _fixed(pixels - (left, top)), _WARM, cv2.LINE_AA, _SHIFT)
    cv2.add(part, cv2.blur(light, (5, 5)), part)


def paint_horn(frame: Image, view: View, place: Points) -> None:
    """Draw waves of sound above a car at ``place``."""
    source = view.project(place[None, :] + np.array([0.0, 0.0, _HORN_HEIGHT_M]))
    centre = _fixed(source)[0]
    scale = view.pixels_per_metre(place[0], place[1])
    for reach_m in (0.08, 0.15, 0.22):
        radius = round(reach_m * scale * (1 << _SHIFT))
        for side in (0, 180):
            cv2.ellipse(
                frame,
                (int(centre[0]), int(centre[1])),
                (radius, radius),
                side,
                -40,
                40,
                _HORN,
                max(1, round(0.022 * scale)),
                cv2.LINE_AA,
                _SHIFT,
            )


def _fixed(pixels: npt.NDArray[np.floating]) -> npt.NDArray[np.int32]:
    return np.asarray(np.round(pixels * (1 << _SHIFT)), np.int32)
