"""Pieces that moved, followed from frame to frame. Pure: it reads no clock."""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from gateway.motion.pieces import Box, Piece, box_area, overlap, united

MAX_TRACKS = 32
LOST_S, LOST_UNSURE_S = 0.8, 0.25
"""How long what is not seen is still expected: who went on for a while may be hidden or stop."""
MOST_GROWTH = 4.0
"""What is so much larger or smaller than a moment ago is something else."""

WAY = 0.0125
"""How far something must have come, as a part of the picture's width: 2 pixels of 160."""
STRAIGHT = 0.6
"""Of the way it went, so much must have got it further: leaves sway, rain is here and there."""
FEWEST_LOOKS = 3
"""Between two points every way is straight."""
SEEN_PART = 0.75
"""In so many of the frames one sees what is really there."""
HISTORY_S = 1.0
MAX_HISTORY = 40


@dataclass(slots=True)
class Track:
    """One thing that moves. ``sure`` once it has lasted and gone somewhere."""

    number: int
    piece: Piece
    since_s: float
    seen_s: float
    first: tuple[float, float] = (0.0, 0.0)
    """Where its middle was when it was first seen."""
    frames: int = 0
    looks: int = 0
    """In how many frames since then it was seen."""
    sure: bool = False
    history: deque[tuple[float, float, float, Box]] = field(
        default_factory=lambda: deque(maxlen=MAX_HISTORY)
    )
    """When, the middle, and the box."""

    def add(self, piece: Piece, capture_s: float) -> None:
        self.piece = piece
        self.seen_s = capture_s
        self.looks += 1
        self.history.append((capture_s, *piece.middle, piece.box))
        while capture_s - self.history[0][0] > HISTORY_S:
            self.history.popleft()

    @property
    def expected(self) -> Box:
        """Where it should be in the next frame, with some room."""
        left, top, right, bottom = _wider(self.piece.box)
        dx, dy = 0.0, 0.0
        if len(self.history) > 1:
            (_, x0, y0, _), (_, x1, y1, _) = self.history[-2], self.history[-1]
            dx, dy = x1 - x0, y1 - y0
        return (
            int(left + min(dx, 0.0)),
            int(top + min(dy, 0.0)),
            int(right + max(dx, 0.0)),
            int(bottom + max(dy, 0.0)),
        )

    def travelled(self, width: int) -> float:
        """How far it is from where it was first seen, as a part of the picture's width."""
        x, y = self.piece.middle
        return math.hypot(x - self.first[0], y - self.first[1]) / width

    def goes_somewhere(self, width: int, height: int) -> bool:
        """Whether it moved on, rather than to and fro."""
        if self.looks < max(FEWEST_LOOKS, SEEN_PART * self.frames):
            return False
        needed = WAY * width
        xs = [x for _, x, _, _ in self.history]
        ys = [y for _, _, y, _ in self.history]
        if _straight(xs, ys, needed):
            return True
        # Of what comes in over the border one sees the front move, and hardly the middle.
        boxes = [box for *_, box in self.history]
        still = [0.0] * len(boxes)
        fronts = (
            (boxes[-1][0] <= 1, 2),
            (boxes[-1][1] <= 1, 3),
            (boxes[-1][2] >= width - 1, 0),
            (boxes[-1][3] >= height - 1, 1),
        )
        return any(
            _straight([float(box[side]) for box in boxes], still, 1.5 * needed)
            for at_border, side in fronts
            if at_border
        )


class Tracks:
    """All that moves in the pictures of one camera."""

    def __init__(self, width: int, height: int) -> None:
        self._width, self._height = width, height
        self._tracks: list[Track] = []
        self._number = 0

    def follow(
        self, found: Sequence[Piece], capture_s: float, min_duration_s: float
    ) -> list[Track]:
        """Take the pieces of one frame; give those that are surely moving in it.

        With ``min_duration_s`` 0 that is each of them.
        """
        rest = list(found)
        self._tracks = [track for track in self._tracks if _expected(track, capture_s)]
        seen = list[Track]()
        for track in sorted(self._tracks, key=lambda t: (not t.sure, t.since_s)):
            own = self._own(track, rest)
            if own is not None:
                track.add(own, capture_s)
                seen.append(track)
        for track in self._tracks:
            track.frames += 1
        for piece in rest[: max(0, MAX_TRACKS - len(self._tracks))]:
            self._number += 1
            track = Track(self._number, piece, capture_s, capture_s, piece.middle, frames=1)
            track.add(piece, capture_s)
            self._tracks.append(track)
            seen.append(track)
        for track in seen:
            if not track.sure:
                lasted = capture_s - track.since_s >= min_duration_s - 0.001
                track.sure = min_duration_s == 0.0 or (
                    lasted and track.goes_somewhere(self._width, self._height)
                )
        sure = [track for track in seen if track.sure]
        return sorted(sure, key=lambda track: box_area(track.piece.box), reverse=True)

    def _own(self, track: Track, rest: list[Piece]) -> Piece | None:
        """Take from ``rest`` what is of ``track``: somebody may be in several pieces."""
        expected = track.expected
        near = [piece for piece in rest if overlap(piece.box, expected)]
        if not near:
            return None
        if not track.sure:
            near = [min(near, key=lambda piece: _distance(piece, track.piece))]
            growth = near[0].area / track.piece.area
            if not 1.0 / MOST_GROWTH <= growth <= MOST_GROWTH:
                return None
        near.sort(key=lambda piece: piece.area)
        own = near.pop()
        rest.remove(own)
        # A coat as dark as the wall leaves head and legs; who walks beside it is somebody else.
        for piece in near:
            if overlap(piece.box, _wider(own.box)) or _above_each_other(piece, own):
                own = united(own, piece)
                rest.remove(piece)
        return own


def _expected(track: Track, capture_s: float) -> bool:
    lost_s = LOST_S if track.sure else LOST_UNSURE_S
    return 0.0 <= capture_s - track.seen_s <= lost_s


def _wider(box: Box) -> Box:
    left, top, right, bottom = box
    room = 2 + (right - left) // 8, 2 + (bottom - top) // 8
    return left - room[0], top - room[1], right + room[0], bottom + room[1]


def _above_each_other(a: Piece, b: Piece) -> bool:
    return a.box[0] < b.box[2] and b.box[0] < a.box[2]


def _distance(a: Piece, b: Piece) -> float:
    return math.hypot(a.middle[0] - b.middle[0], a.middle[1] - b.middle[1])


def _straight(xs: Sequence[float], ys: Sequence[float], needed: float) -> bool:
    """Whether a way leads at least ``needed`` away, and rather straight."""
    away = math.hypot(xs[-1] - xs[0], ys[-1] - ys[0])
    if away < needed:
        return False
    steps = zip(xs, ys, xs[1:], ys[1:], strict=False)
    walked = sum(math.hypot(x1 - x0, y1 - y0) for x0, y0, x1, y1 in steps)
    return away >= STRAIGHT * walked
