"""How fast a driver may go who sees old pictures: a pure state machine."""

from gateway.drive.settings import InterlockSettings
from protocol.messages import DriveReason

FRESH_AGAIN_MS = 500
"""Full speed comes back after the video was fresh for this long: the limit does not flicker."""


class Interlock:
    """One driver's. Steering and braking pass in any case; this is about throttle only."""

    def __init__(self, settings: InterlockSettings) -> None:
        self._settings = settings
        self._reason: DriveReason | None = None
        self._fresh_since_ms: float | None = None

    def limit(
        self, throttle: float, age_ms: float | None, now_ms: float
    ) -> tuple[float, DriveReason | None]:
        """Return the throttle that passes, and why it is less where it is.

        ``age_ms``: how old the picture is that the driver sees; None when there is none.
        """
        self._judge(self._reason_for(age_ms), now_ms)
        if self._reason is None:
            return throttle, None
        most = self._settings.slow_throttle if self._reason == "slow-video" else 0.0
        limited = min(most, max(-most, throttle))
        return limited, self._reason if limited != throttle else None

    @property
    def reason(self) -> DriveReason | None:
        """What limits the throttle now, if it were asked for."""
        return self._reason

    def _reason_for(self, age_ms: float | None) -> DriveReason | None:
        if age_ms is None or age_ms > self._settings.refuse_above_ms:
            return "stale-video"
        return "slow-video" if age_ms > self._settings.slow_above_ms else None

    def _judge(self, reason: DriveReason | None, now_ms: float) -> None:
        if reason is not None:
            self._fresh_since_ms = None
            # Getting better from stale to slow counts at once: slow is safe.
            self._reason = reason
        elif self._reason is not None:
            if self._fresh_since_ms is None:
                self._fresh_since_ms = now_ms
            self._reason = "slow-video"
            if now_ms - self._fresh_since_ms >= FRESH_AGAIN_MS:
                self._reason = None
