"""When to try again after an output failed. Pure but for the jitter: times come with each call."""

import random

from gateway.backoff import Backoff
from gateway.output.errors import OutputError

FIRST_S, MOST_S = 1.0, 30.0
RARELY_S = 60.0
"""After a refusal that needs a person, with jitter: 30 to 60 s. Not where it has been live before:
some servers answer 403 as long as they hold the session that was lost."""
MOST_RETRY_AFTER_S = 600.0
"""A server may ask for any delay; one that asks for more is asked again after this."""
STABLE_S = 10.0
"""A session that was live for less may end at once again: the delays go on growing."""


class Retry:
    """``live`` and ``delay_s`` in turn; times are in seconds on one monotonic clock."""

    def __init__(self) -> None:
        self._backoff = Backoff(FIRST_S, MOST_S)
        self._live_from_s: float | None = None
        self._was_live = False

    def live(self, now_s: float) -> None:
        """Note that the output is live now."""
        self._live_from_s = now_s
        self._was_live = True

    def delay_s(self, error: OutputError, now_s: float) -> float:
        """Return how long to wait after ``error``."""
        if self._live_from_s is not None and now_s - self._live_from_s >= STABLE_S:
            self._backoff.reset()
        self._live_from_s = None
        if error.needs_a_person and not self._was_live:
            delay_s = RARELY_S * random.uniform(0.5, 1.0)
        else:
            delay_s = self._backoff.next_delay_s()
        asked_s = min(error.retry_after_s or 0.0, MOST_RETRY_AFTER_S)
        return max(delay_s, asked_s)
