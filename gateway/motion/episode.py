"""From the first motion to the last: what single frames show becomes one event."""

from dataclasses import dataclass, replace

from gateway.units import MotionEvent, MotionRegion

HOLD_S = 2.0
"""An episode ends after this long without motion: who stops for a moment is no new event."""
MOST_BEFORE_S = 2.0
"""The start is set back to when what moves was first seen, but no further than this."""
LONGEST_S = 60.0
"""Then it ends, and a new one begins where motion goes on."""
RISE = 1.1
"""By how much the peak must be exceeded to be worth telling."""
VOTES = {"unknown": 0.0, "light": 0.0, "object": 0.0, "person": 0.0}
"""What can have moved. Of equals the later wins: a person is what one must not miss."""
LIGHT_VOTE = 0.1
"""What a frame with motion counts whose light has just changed."""
LEVELS = ("NONE", "LOW", "MEDIUM", "HIGH")


@dataclass(frozen=True, slots=True)
class Episode:
    """One event so far, in capture time.

    ``start_s`` is when what moves was first seen, before anybody could be sure. ``last_s`` is the
    last frame with motion, and ``peak_s`` that with the most; ``level``, ``percent`` and
    ``regions`` are its.
    """

    start_s: float
    last_s: float
    peak_s: float
    level: str
    percent: float
    regions: tuple[MotionRegion, ...]
    zones: tuple[str, ...] = ()
    what: str = "unknown"
    confidence: float | None = None
    ended: bool = False


class Episodes:
    """The episodes of one camera, one after the other. Pure: it reads no clock.

    NONE -> open with the first event of a level (the detector asks for ``min_duration_s``);
    open -> ended :data:`HOLD_S` after the last one, or :data:`LONGEST_S` after the start.
    """

    def __init__(self, hold_s: float = HOLD_S) -> None:
        self._hold_s = hold_s
        self._current: Episode | None = None
        self._votes = dict(VOTES)
        self._told_until_s = float("-inf")

    @property
    def open(self) -> bool:
        """Whether an episode has begun and not ended."""
        return self._current is not None

    def take(self, event: MotionEvent) -> Episode | None:
        """Give the episode when ``event`` began, ended or changed it, else None."""
        if self._current is None:
            return self._begin(event) if event.level != "NONE" else None
        before = self._current
        self._count(event)
        if event.level == "NONE":
            self._current = self._named(before)
            return self.tick(event.capture_s) or self._if_other(before)
        if event.capture_s - before.start_s >= LONGEST_S:
            return self._end()
        self._current = self._named(self._grown(before, event))
        return self._if_other(before)

    def tick(self, now_s: float) -> Episode | None:
        """Tell the time, as pictures may stop; gives the episode when it has ended with that."""
        current = self._current
        if current is None or now_s < current.last_s + self._hold_s:
            return None
        return self._end()

    def end(self) -> Episode | None:
        """End what is open, as when the camera goes; gives it."""
        return self._end() if self._current is not None else None

    def _begin(self, event: MotionEvent) -> Episode:
        start_s = min((track.since_s for track in event.tracks), default=event.capture_s)
        # What lay still for long, or was told of already, is no part of it.
        start_s = max(start_s, event.capture_s - MOST_BEFORE_S, self._told_until_s)
        self._votes = dict(VOTES)
        self._count(event)
        self._current = self._named(
            Episode(
                start_s=start_s,
                last_s=event.capture_s,
                peak_s=event.capture_s,
                level=event.level,
                percent=event.percent,
                regions=event.regions,
                zones=event.zones,
            )
        )
        return self._current

    def _grown(self, current: Episode, event: MotionEvent) -> Episode:
        """With another frame of motion."""
        zones = tuple(dict.fromkeys((*current.zones, *event.zones)))
        last_s = max(current.last_s, event.capture_s)
        if event.percent <= current.percent * RISE:
            return replace(current, last_s=last_s, zones=zones)
        return replace(
            current,
            last_s=last_s,
            zones=zones,
            peak_s=event.capture_s,
            level=max(event.level, current.level, key=LEVELS.index),
            percent=event.percent,
            regions=event.regions,
        )

    def _count(self, event: MotionEvent) -> None:
        if event.what in self._votes:
            self._votes[event.what] += event.confidence or 0.0
        if event.light and event.level != "NONE":
            self._votes["light"] += LIGHT_VOTE

    def _named(self, current: Episode) -> Episode:
        """What moved, by the votes so far; its confidence is its share of them."""
        cast = sum(self._votes.values())
        if cast == 0.0:
            return current
        what = max(reversed(self._votes), key=self._votes.__getitem__)
        # One vote of a doubtful classifier is no certainty.
        share = self._votes[what] / max(cast, 1.0)
        return replace(current, what=what, confidence=round(share, 2))

    def _if_other(self, before: Episode) -> Episode | None:
        """The current one if more than its end has moved on, or by how sure one is of it."""
        current = self._current
        if current is None:
            return None
        same = replace(current, last_s=before.last_s, confidence=before.confidence)
        return None if same == before else current

    def _end(self) -> Episode:
        assert self._current is not None
        ended = replace(self._current, ended=True)
        self._current = None
        self._told_until_s = ended.last_s
        return ended
