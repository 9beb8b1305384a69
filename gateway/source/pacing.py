"""When is a picture of a recording due?"""

MAX_LAG_S = 0.5


class Pacer:
    """Plays timestamps in real time from ``now_s`` on. Reads no clock.

    A machine that is more than ``MAX_LAG_S`` behind plays on from there, rather than catching up
    in a burst.
    """

    def __init__(self, now_s: float, interval_s: float) -> None:
        self._start_s = now_s
        self._interval_s = interval_s
        self._first_s: float | None = None
        self._shown_s = 0.0

    def wait_s(self, now_s: float, time_s: float | None) -> float:
        """Return how long to wait before showing the picture stamped ``time_s``, 0 if overdue.

        A stamp that is missing or does not advance stands for one frame interval.
        """
        if self._first_s is None:
            self._first_s = self._shown_s = time_s or 0.0
        elif time_s is None or time_s <= self._shown_s:
            self._shown_s += self._interval_s
        else:
            self._shown_s = time_s
        wait_s = self._start_s + self._shown_s - self._first_s - now_s
        if wait_s < -MAX_LAG_S:
            self._start_s -= wait_s
        return max(0.0, wait_s)
