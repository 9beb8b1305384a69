"""How many messages a link may send."""


class TokenBucket:
    """Allows ``rate_per_s`` on average and ``burst`` at once. The time comes with each call."""

    def __init__(self, rate_per_s: float, burst: int, now: float) -> None:
        self.rate_per_s = rate_per_s
        self._burst = float(burst)
        self._tokens = float(burst)
        self._updated_s = now

    def take(self, now: float) -> bool:
        """Take one token; return whether there was one."""
        elapsed = max(0.0, now - self._updated_s)
        self._tokens = min(self._burst, self._tokens + elapsed * self.rate_per_s)
        self._updated_s = now
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True
