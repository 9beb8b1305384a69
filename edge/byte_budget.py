"""How many bytes may pass, on average."""


class ByteBudget:
    """Allows ``kbps`` on average, half a second's worth at once. The time comes with each call.

    Whatever its size, something passes while anything is left: else what is larger than the
    burst would never pass.
    """

    def __init__(self, kbps: float) -> None:
        self._bytes_per_s = kbps * 125
        self._most = self._bytes_per_s / 2
        self._left = self._most
        self._updated_s: float | None = None

    def spend(self, size: int, now: float) -> bool:
        """Take ``size`` bytes, where some are left; return whether they were."""
        if not self.left(now):
            return False
        self._left -= size
        return True

    def wait_s(self, now: float) -> float:
        """Return how long it takes until something may pass."""
        return 0.0 if self.left(now) else -self._left / self._bytes_per_s

    def left(self, now: float) -> bool:
        """Return whether anything may pass now."""
        if self._updated_s is not None:
            elapsed_s = max(0.0, now - self._updated_s)
            self._left = min(self._most, self._left + elapsed_s * self._bytes_per_s)
        self._updated_s = now
        return self._left > 0
