"""Which of the detector's results are worth telling viewers."""

from gateway.units import MotionEvent

INTERVAL_S = 0.1
CROWD, CROWD_INTERVAL_S = 50, 0.25
"""From so many viewers on, a message to each of them costs as much as their video meanwhile."""
QUIET_S = 0.4
"""Motion ends after this long without any; a car that hesitates is still one event."""
ROUNDING_S = 0.001


class MotionPublisher:
    """At most ten events a second while something moves, then exactly one NONE.

    To a crowd it is four.

    It decides by capture time and reads no clock.
    """

    def __init__(self) -> None:
        self._last_moving_s = 0.0
        self._last_told_s: float | None = None
        """When the running event was last told of; None while nothing moves."""

    @property
    def moving(self) -> bool:
        """Whether the next NONE is of interest."""
        return self._last_told_s is not None

    def select(self, event: MotionEvent, audience: int = 1) -> MotionEvent | None:
        """Give ``event`` back when it is worth telling so many viewers, else None."""
        now = event.capture_s
        if event.level != "NONE":
            self._last_moving_s = now
            interval_s = INTERVAL_S if audience < CROWD else CROWD_INTERVAL_S
            if self._last_told_s is not None and _within(now, self._last_told_s, interval_s):
                return None
            self._last_told_s = now
            return event
        if self._last_told_s is None or _within(now, self._last_moving_s, QUIET_S):
            return None
        self._last_told_s = None
        return event

    def end(self, capture_s: float) -> MotionEvent | None:
        """The NONE that is owed when pictures stop coming in the middle of a motion, if any."""
        if self._last_told_s is None:
            return None
        self._last_told_s = None
        return MotionEvent(capture_s, "NONE", 0.0, ())


def _within(now: float, then: float, duration_s: float) -> bool:
    """Whether less than ``duration_s`` passed; a clock that went back counts as passed."""
    return then <= now < then + duration_s - ROUNDING_S
