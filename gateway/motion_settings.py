"""Settings of motion detection: how sensitive, and where in the picture."""

from typing import Annotated

from pydantic import AfterValidator, Field, field_validator

from edge.settings import Frozen

MAX_ZONES = 16
MAX_POINTS = 64

Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
Point = tuple[Fraction, Fraction]
"""Across and down, as parts of the picture, from its top left."""


def _has_area(points: tuple[Point, ...]) -> tuple[Point, ...]:
    following = (*points[1:], points[0])
    pairs = list(zip(points, following, strict=True))
    twice = [x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs]
    # A figure of eight has area too, though its halves cancel out.
    if len(set(points)) < 3 or (abs(sum(twice)) < 1e-6 and _in_line(points)):
        raise ValueError("expected a polygon: at least three points that are not in one line")
    return points


def _in_line(points: tuple[Point, ...]) -> bool:
    (x0, y0), *others = points
    far_x, far_y = max(others, key=lambda p: abs(p[0] - x0) + abs(p[1] - y0))
    return all(abs((x - x0) * (far_y - y0) - (y - y0) * (far_x - x0)) < 1e-6 for x, y in others)


Polygon = Annotated[
    tuple[Point, ...], Field(min_length=3, max_length=MAX_POINTS), AfterValidator(_has_area)
]


class MotionZone(Frozen):
    """A part of the picture with a name."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    points: Polygon


class MotionSettings(Frozen):
    """What counts as motion. Where zones are given, only what moves in one of them does."""

    enabled: bool = True
    threshold: Annotated[float, Field(ge=0.0, le=1.0)] = 0.1
    """0.05 very sensitive, 0.1 default, 0.2 low, 0.3 very low."""
    zones: Annotated[tuple[MotionZone, ...], Field(max_length=MAX_ZONES)] = ()
    masks: Annotated[tuple[Polygon, ...], Field(max_length=MAX_ZONES)] = ()
    """Parts of the picture that are never looked at: trees, a road, a clock."""
    min_area: Annotated[float, Field(gt=0.0, le=1.0)] | None = None
    """The smallest thing that counts, a part of the picture; by default ``threshold`` percent."""
    min_duration_s: Annotated[float, Field(ge=0.0, le=10.0)] = 0.2
    """What moves for less than this is nothing: rain, an insect, a flash."""
    classify: bool = True
    """Whether to find out what moved: person, object or light."""

    @field_validator("zones")
    @classmethod
    def _distinct(cls, zones: tuple[MotionZone, ...]) -> tuple[MotionZone, ...]:
        names = [zone.name for zone in zones]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"expected zones of different names, got {name!r} twice")
        return zones
