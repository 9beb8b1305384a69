"""From motion in single frames to one episode with a beginning, a peak and an end. Pure."""

from dataclasses import dataclass, replace

from gateway.units import MotionEvent, MotionRegion

MIN_DURATION_S = 0.2
"""What moves for less than this is noise."""
HOLD_S = 2.0
"""Motion that returns within this time belongs to the same episode."""


@dataclass(frozen=True, slots=True)
class Episode:
    """One event so far. Times are capture times in seconds on the monotonic clock.

    ``level``, ``percent`` and ``regions`` are those of its peak, the frame of ``peak_s``.
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
    """Single camera; fed in order of capture time, reads no clock."""

    def __init__(self) -> None:
        self._episode: Episode | None = None
        self._begun = False

    @property
    def open(self) -> bool:
        """Whether an episode goes on, so that its end is to be looked for."""
        return self._episode is not None

    def take(self, event: MotionEvent) -> Episode | None:
        """Take one frame's result; gives the episode when it began, or has a new peak."""
        if event.level == "NONE":
            return None
        now_s = event.capture_s
        peak = Episode(now_s, now_s, now_s, event.level, event.percent, event.regions)
        episode = self._episode
        if episode is None or (not self._begun and now_s - episode.last_s > MIN_DURATION_S):
            self._episode, self._begun = peak, False
            return None
        higher = event.percent > episode.percent
        known = replace(peak, start_s=episode.start_s) if higher else episode
        peak = replace(known, last_s=now_s)
        self._episode = peak
        if self._begun:
            return peak if higher else None
        self._begun = now_s - peak.start_s >= MIN_DURATION_S
        return peak if self._begun else None

    def tick(self, now_s: float) -> Episode | None:
        """Give the episode, ended, when there was no motion for HOLD_S."""
        episode = self._episode
        if episode is None or now_s - episode.last_s < HOLD_S:
            return None
        return self.end()

    def end(self) -> Episode | None:
        """End at once; gives the episode where one had begun."""
        episode, begun = self._episode, self._begun
        self._episode, self._begun = None, False
        return replace(episode, ended=True) if episode is not None and begun else None
