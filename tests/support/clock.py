"""A clock that stands still until it is told otherwise."""


class Clock:
    """Call it for the time, in seconds; ``advance`` it to make time pass."""

    def __init__(self, now: float = 1_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds
