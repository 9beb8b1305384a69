"""Light that falls on a part of the picture: a lamp next door, headlights, a shadow."""

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.float32]

CHANGED = 10.0
"""Grey levels from which a part of the picture is looked at."""
SMALLEST = 0.004
"""Smaller pieces, as a part of the picture, show too little of what is beneath the light."""
MOST_PIECES = 6
SAME_TEXTURE = 0.6
"""Correlation of the finest structures with what was there before: a figure has its own."""
TEXTURE = 1.0
"""Grey levels of fine structure that there must be, to know it again."""
ONE_WAY = 0.9
"""Light makes all of what it falls on brighter; a shadow, darker."""
_FINE = (5, 5)
_GROWN = np.ones((7, 7), np.uint8)
_SHRUNK = np.ones((7, 7), np.uint8)


def light_on(
    known: Plane, seen: Plane, residual: Plane, noise: Plane
) -> npt.NDArray[np.uint8] | None:
    """Where ``seen`` is ``known`` in another light: 1 in a plane, or None for nowhere.

    A figure hides what is behind it, light lets it through: where the fine structure is as
    before, nothing came. Where there is none, nobody can tell, and it is not light.
    """
    changed = (residual > np.maximum(noise * np.float32(4.0), np.float32(CHANGED))).view(np.uint8)
    changed = np.asarray(cv2.medianBlur(changed, 5), dtype=np.uint8)
    left, top, across, down = cv2.boundingRect(changed)
    if across * down < SMALLEST * changed.size:
        return None
    # Without OpenCV's own statistics, which take longer than all the rest.
    frame = slice(top, top + down), slice(left, left + across)
    count, labels = cv2.connectedComponents(changed[frame], connectivity=8)
    areas = np.bincount(labels.ravel(), minlength=count)
    order = np.argsort(areas[1:])[::-1][:MOST_PIECES] + 1
    lit: Any = None
    for label in order:
        if areas[label] < SMALLEST * changed.size:
            break
        piece = (labels == label).view(np.uint8)
        x, y, width, height = cv2.boundingRect(piece)
        piece = piece[y : y + height, x : x + width]
        place = (
            slice(top + y, top + y + height),
            slice(left + x, left + x + width),
        )
        if _lets_through(known[place], seen[place], piece):
            if lit is None:
                lit = np.zeros_like(changed)
            lit[place] |= piece
    return None if lit is None else np.asarray(cv2.dilate(lit, _GROWN), dtype=np.uint8)


def _lets_through(known: Plane, seen: Plane, piece: npt.NDArray[np.uint8]) -> bool:
    # Its edge is one of the light, not of what it falls on.
    inner = cv2.erode(piece, _SHRUNK, borderValue=0).view(bool)
    if np.count_nonzero(inner) < 40:
        return False
    signed = seen[inner] - known[inner]
    brighter = int(np.count_nonzero(signed > 0.0))
    if max(brighter, signed.size - brighter) < ONE_WAY * signed.size:
        return False
    before, now = _fine(known)[inner], _fine(seen)[inner]
    strength = float(np.dot(before, before)), float(np.dot(now, now))
    if min(strength) < TEXTURE**2 * signed.size:
        return False
    return bool(np.dot(before, now) > SAME_TEXTURE * (strength[0] * strength[1]) ** 0.5)


def _fine(plane: Plane) -> Plane:
    return np.asarray(plane - cv2.blur(plane, _FINE), dtype=np.float32)
