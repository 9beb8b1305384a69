"""How much of the frame path the detector may take. Pure: it reads no clock."""

FREE_S = 0.02
"""What one look may take; a busy machine is not the detector's fault."""
MOST_SHARE = 0.1
"""Of the time, what a detector that takes longer may have."""


class DetectionBudget:
    """Lets a detector that lags look more rarely, so that pictures do not wait for it."""

    def __init__(self) -> None:
        self._not_before_s = float("-inf")
        self._last_s = float("-inf")

    def allows(self, capture_s: float) -> bool:
        """Whether the picture of that capture time may be looked at."""
        if capture_s < self._last_s:
            # The clock of captures went back: what it owes is forgotten.
            self._not_before_s = float("-inf")
        self._last_s = capture_s
        return capture_s >= self._not_before_s

    def spent(self, took_s: float) -> None:
        """Tell what looking at that picture took."""
        if took_s > FREE_S:
            self._not_before_s = self._last_s + took_s / MOST_SHARE
