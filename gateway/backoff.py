"""Growing, randomised delays between attempts."""

import random


class Backoff:
    """Delays that double from ``first_s`` up to ``most_s``, each between half and all of it."""

    def __init__(self, first_s: float, most_s: float) -> None:
        self._first_s = first_s
        self._most_s = most_s
        self._next_s = first_s

    def reset(self) -> None:
        self._next_s = self._first_s

    def next_delay_s(self) -> float:
        """Return the delay before the next attempt, in seconds."""
        delay, self._next_s = self._next_s, min(self._next_s * 2, self._most_s)
        return delay * random.uniform(0.5, 1.0)
