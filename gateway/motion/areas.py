"""Zones and masks as planes of pixels."""

from collections.abc import Sequence

import cv2
import numpy as np

from gateway.motion.pieces import Mask, Piece
from gateway.motion_settings import MotionSettings, Point

PART_IN_ZONE = 0.25
"""Of what moves, so much must be in a zone to be there: a shoulder that leans in is not."""


class Areas:
    """The zones and masks of ``settings`` in pictures of ``shape``: (height, width)."""

    def __init__(self, settings: MotionSettings, shape: tuple[int, ...]) -> None:
        self._names = tuple(zone.name for zone in settings.zones)
        self.zones = tuple(_filled([zone.points], shape) for zone in settings.zones)
        self.anywhere = (
            _filled([zone.points for zone in settings.zones], shape) if settings.zones else None
        )
        """All zones in one, or None where the whole picture counts."""
        self.unmasked = 1 - _filled(settings.masks, shape) if settings.masks else None
        """1 where the picture is looked at, or None for everywhere."""

    def names(self, piece: Piece) -> tuple[str, ...]:
        """The zones that ``piece`` is in."""
        needed = PART_IN_ZONE * piece.area
        return tuple(
            name
            for name, inside in zip(self._names, piece.in_zones, strict=True)
            if inside >= needed
        )

    def counts(self, piece: Piece) -> bool:
        """Whether it is in a zone, or there are none."""
        return piece.inside >= PART_IN_ZONE * piece.area


def _filled(polygons: Sequence[Sequence[Point]], shape: tuple[int, ...]) -> Mask:
    height, width = shape
    plane = np.zeros((height, width), np.uint8)
    for points in polygons:
        # Whoever draws to the picture's border means all of it.
        corners = np.array(points) * (width, height) - 0.5
        cv2.fillPoly(plane, [np.round(corners).astype(np.int32)], 1)
    return plane
