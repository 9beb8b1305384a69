"""What is left out when the machine is too slow, and when. Pure: no clock, no I/O.

Detection goes first, then frames, evenly over all cameras; control is never touched. A camera
that somebody drives keeps everything until nothing else is left to take.
"""

from dataclasses import dataclass
from enum import IntEnum

ASSESS_INTERVAL_S = 0.5
"""How often the gateway asks for an assessment."""

LATE_S, CALM_S = 0.025, 0.008
"""Mean wait for a thread of the pool that is too long, and one that leaves room for more."""
LAGGING_S, PROMPT_S = 0.2, 0.05
"""The same for the event loop, which also sends and steers."""

LATE_ASSESSMENTS = 2
CALM_ASSESSMENTS, MOST_CALM_ASSESSMENTS = 6, 60
"""Calm that is asked for before something is given back: twice as much each time that it
proved too early, so that a load just above the limit does not make pictures pump."""


class Level(IntEnum):
    """How much is left out; each includes those before it."""

    NONE = 0
    FEWER_DETECTIONS = 1
    NO_DETECTIONS = 2
    HALF_RATE = 3
    THIRD_RATE = 4
    DRIVEN_TOO = 5


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one camera may use: one in ``detect_every`` pictures is looked at for motion (none
    at 0), one in ``frame_every`` is processed at all, and no more than ``most_fps`` a second.
    """

    detect_every: int
    frame_every: int
    most_fps: float


# most_fps is far above a camera's own rate except for one that floods: it pays for that first.
_ALLOWANCES = {
    Level.NONE: Allowance(1, 1, 120.0),
    Level.FEWER_DETECTIONS: Allowance(3, 1, 60.0),
    Level.NO_DETECTIONS: Allowance(0, 1, 30.0),
    Level.HALF_RATE: Allowance(0, 2, 15.0),
    Level.THIRD_RATE: Allowance(0, 3, 10.0),
}
_DRIVEN_LAST = Allowance(0, 2, 30.0)

_LACKS = {
    Level.FEWER_DETECTIONS: "motion is looked for in every third picture only",
    Level.NO_DETECTIONS: "motion detection is paused",
    Level.HALF_RATE: "every second picture is left out",
    Level.THIRD_RATE: "two of three pictures are left out",
}


class Overload:
    """Decides the level from how long frames waited: up fast, down slowly."""

    def __init__(self) -> None:
        self.level = Level.NONE
        self._waits = 0
        self._waited_s = 0.0
        self._late = self._calm = 0
        self._patience = CALM_ASSESSMENTS
        self._on_probation = 0

    def waited(self, seconds: float) -> None:
        """Note that a frame stood in the pool's queue for so long, and may still stand there."""
        self._waits += 1
        self._waited_s += seconds

    def assess(self, loop_lag_s: float = 0.0) -> bool:
        """Take stock of what was noted since the last time; true when the level changed.

        ``loop_lag_s`` is how late the event loop was to call this.
        """
        mean_s = self._waited_s / self._waits if self._waits else 0.0
        self._waits, self._waited_s = 0, 0.0
        late = mean_s > LATE_S or loop_lag_s > LAGGING_S
        calm = mean_s < CALM_S and loop_lag_s < PROMPT_S
        self._late = self._late + 1 if late else 0
        self._calm = self._calm + 1 if calm else 0
        self._on_probation = max(0, self._on_probation - 1)
        before = self.level
        if self._late >= LATE_ASSESSMENTS:
            self._take()
        elif self._calm >= self._patience:
            self._give_back()
        return self.level is not before

    def _take(self) -> None:
        self._late = 0
        if self._on_probation:
            self._patience = min(2 * self._patience, MOST_CALM_ASSESSMENTS)
            self._on_probation = 0
        self.level = Level(min(self.level + 1, Level.DRIVEN_TOO))

    def _give_back(self) -> None:
        self._calm = 0
        if self.level is Level.NONE:
            self._patience = CALM_ASSESSMENTS
            return
        self.level = Level(self.level - 1)
        self._on_probation = 2 * self._patience

    def allowance(self, driven: bool) -> Allowance:
        """What a camera may use now."""
        if driven:
            last = self.level is Level.DRIVEN_TOO
            return _DRIVEN_LAST if last else _ALLOWANCES[Level.NONE]
        return _ALLOWANCES[min(self.level, Level.THIRD_RATE)]

    def sentence(self, driven: bool, motion: bool) -> str | None:
        """What people are told of a camera, None when it lacks nothing.

        ``motion`` says whether the camera has motion detection at all.
        """
        level = min(self.level, Level.THIRD_RATE)
        if driven:
            level = Level.HALF_RATE if self.level is Level.DRIVEN_TOO else Level.NONE
        if level is Level.NONE or (level <= Level.NO_DETECTIONS and not motion):
            return None
        return f"the gateway is overloaded: {_LACKS[level]}"

    def __str__(self) -> str:
        if self.level is Level.NONE:
            return "the gateway keeps up"
        if self.level is Level.DRIVEN_TOO:
            return "the gateway is overloaded: driven cameras lose pictures too"
        return f"the gateway is overloaded: {_LACKS[self.level]}"
