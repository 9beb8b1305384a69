"""The qualities that a camera can be had in: one ladder for every camera. Pure code."""

from dataclasses import dataclass
from enum import StrEnum


class Quality(StrEnum):
    """From best to least."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Rung:
    """One quality: ``scale`` of the camera's width and height, limits of bitrate and frame rate.

    ``max_fps`` is None where every frame of the camera is taken.
    """

    quality: Quality
    scale: float
    max_bitrate_bps: int
    max_fps: float | None


SHARES = {
    Quality.HIGH: (1.0, 1.0, None),
    Quality.MEDIUM: (0.75, 0.4, None),
    Quality.LOW: (0.5, 0.13, 15.0),
}
"""Scale, share of the bitrate, most frames/s: bits for each pixel are about the same in all."""

SMALLEST_BITRATE_BPS = 100_000
"""Below this a picture is not worth looking at."""


def ladder(max_bitrate_kbps: int) -> tuple[Rung, ...]:
    """Return the rungs, best first, for a camera of this bitrate at its best: one to three."""
    rungs = [
        Rung(quality, scale, round(max_bitrate_kbps * 1_000 * share), fps)
        for quality, (scale, share, fps) in SHARES.items()
    ]
    return (rungs[0], *(rung for rung in rungs[1:] if rung.max_bitrate_bps >= SMALLEST_BITRATE_BPS))


def scaled(size: tuple[int, int], scale: float) -> tuple[int, int]:
    """Return ``size`` (width, height) at ``scale``, even and at least 2 x 2."""
    width, height = size
    return max(2, round(width * scale) & ~1), max(2, round(height * scale) & ~1)
