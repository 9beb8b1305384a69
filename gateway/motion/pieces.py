"""The connected pieces of what changed in a picture."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.uint8]
Box = tuple[int, int, int, int]
"""Left, top, right and bottom in pixels, right and bottom exclusive."""

MAX_PIECES = 64
"""Pieces looked at before they are merged; a picture in more of them is noise."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that changed: its box, its changed pixels, their middle (x, y), and how many of
    them are in each zone, as ``zones`` was given."""

    box: Box
    area: int
    middle: tuple[float, float]
    in_zones: tuple[int, ...] = ()
    inside: int = 0
    """Pixels in any of the zones; all of them where there are none."""


def pieces(
    mask: Mask,
    smallest: Callable[[int], float],
    zones: tuple[Mask, ...] = (),
    anywhere: Mask | None = None,
) -> list[Piece]:
    """Find the pieces of ``mask`` (1 where changed) that are large enough, largest first.

    ``smallest`` says how many pixels are, when there are so many pieces in all.
    Pieces count as connected across small gaps: the two ends of a car in one colour. Those whose
    boxes overlap are one. ``anywhere`` is all zones in one.
    """
    reach = max(1, round(mask.shape[1] / 80))
    left, top, width, height = cv2.boundingRect(mask)
    if width == 0:
        return []
    frame = slice(top, top + height), slice(left, left + width)
    changed = mask[frame]
    joined = cv2.dilate(changed, np.ones((1 + 2 * reach, 1 + 2 * reach), np.uint8))
    count, labels = cv2.connectedComponents(joined, connectivity=8)
    labels = np.asarray(labels * changed, dtype=np.int32)
    areas = np.bincount(labels.ravel(), minlength=count)
    areas[0] = 0
    order = np.argsort(areas)[::-1][:MAX_PIECES]
    found = list[Piece]()
    needed = max(smallest(count - 1), 1.0)
    for label in order:
        if areas[label] < needed:
            break
        found.append(_piece(labels == label, left, top, zones, anywhere))
    return _merged(found)


def _piece(
    inside: npt.NDArray[np.bool_],
    left: int,
    top: int,
    zones: tuple[Mask, ...],
    anywhere: Mask | None,
) -> Piece:
    x, y, width, height = cv2.boundingRect(inside.view(np.uint8))
    own = inside[y : y + height, x : x + width].view(np.uint8)
    moments = cv2.moments(own, binaryImage=True)
    area = int(moments["m00"])
    x, y = left + x, top + y
    place = slice(y, y + height), slice(x, x + width)
    return Piece(
        box=(x, y, x + width, y + height),
        area=area,
        middle=(x + moments["m10"] / area, y + moments["m01"] / area),
        in_zones=tuple(cv2.countNonZero(own & zone[place]) for zone in zones),
        inside=area if anywhere is None else cv2.countNonZero(own & anywhere[place]),
    )


def _merged(found: list[Piece]) -> list[Piece]:
    """Unite pieces whose boxes overlap until none do; largest box first."""
    pending, apart = list(found), list[Piece]()
    while pending:
        piece = pending.pop()
        touching = next((other for other in apart if overlap(piece.box, other.box)), None)
        if touching is None:
            apart.append(piece)
        else:
            apart.remove(touching)
            pending.append(united(piece, touching))
    return sorted(apart, key=lambda piece: box_area(piece.box), reverse=True)


def overlap(a: Box, b: Box) -> bool:
    """Whether two boxes share a pixel."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def box_area(box: Box) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])


def united(a: Piece, b: Piece) -> Piece:
    """Both as one."""
    area = a.area + b.area
    return Piece(
        box=(
            min(a.box[0], b.box[0]),
            min(a.box[1], b.box[1]),
            max(a.box[2], b.box[2]),
            max(a.box[3], b.box[3]),
        ),
        area=area,
        middle=(
            (a.middle[0] * a.area + b.middle[0] * b.area) / area,
            (a.middle[1] * a.area + b.middle[1] * b.area) / area,
        ),
        in_zones=tuple(x + y for x, y in zip(a.in_zones, b.in_zones, strict=True)),
        inside=a.inside + b.inside,
    )
