"""From a camera's own clock to this machine's: when was a picture taken?

The camera stamps pictures with the seconds since it booted. Arrival minus stamp is the offset of
the two clocks plus the delay of the network; over a window the smallest of these sums is the best
guess of the offset, and it follows a drifting crystal because the window moves on.
"""

import math
from collections import deque

BUCKET_S = 1.0
WINDOW_S = 10.0
MAX_AGE_S = 5.0
"""An older picture cannot be live video: the stamp has jumped, and the window starts anew."""
_WRAPS_S = (2**32 / 1_000, 2**32 / 1_000_000)
"""Cameras that count milliseconds or microseconds in 32 bits."""
_WRAP_TOLERANCE_S = 2.0
_PLAUSIBLE_S = 1e11


class DeviceClock:
    """Turns stamps into capture times on the local monotonic clock, one connection long."""

    def __init__(self) -> None:
        self._buckets: deque[tuple[float, float]] = deque()
        """(start of the bucket on the local clock, smallest offset in it), oldest first."""
        self._device_s: float | None = None
        self._wrapped_s = 0.0
        self._capture_s = -math.inf

    def capture_s(self, arrival_s: float, device_s: float | None = None) -> float:
        """Return when the picture that arrived at ``arrival_s`` was taken.

        ``device_s`` is its stamp, None if it has none. The result is never later than the
        arrival, and never earlier than the result before (arrivals must not go back either).
        """
        estimate = arrival_s
        if device_s is not None and math.isfinite(device_s) and 0 <= device_s < _PLAUSIBLE_S:
            estimate = self._estimate(arrival_s, device_s)
        self._capture_s = min(max(estimate, self._capture_s), arrival_s)
        return self._capture_s

    def _estimate(self, arrival_s: float, stamp_s: float) -> float:
        device_s = stamp_s + self._wrapped_s
        if self._device_s is not None and device_s < self._device_s:
            device_s = self._after_going_back(arrival_s, stamp_s)
        elif device_s == self._device_s:
            # A stuck clock, or one that counts whole seconds, says nothing new.
            return arrival_s
        self._device_s = device_s
        self._remember(arrival_s, arrival_s - device_s)
        capture_s = device_s + min(offset for _, offset in self._buckets)
        if arrival_s - capture_s > MAX_AGE_S:
            self._buckets.clear()
            self._remember(arrival_s, arrival_s - device_s)
            return arrival_s
        return capture_s

    def _after_going_back(self, arrival_s: float, stamp_s: float) -> float:
        """Tell a counter that wrapped from a camera that booted again."""
        expected_s = arrival_s - min((offset for _, offset in self._buckets), default=0.0)
        for wrap_s in _WRAPS_S:
            unwrapped_s = stamp_s + self._wrapped_s + wrap_s
            if abs(expected_s - unwrapped_s) < _WRAP_TOLERANCE_S:
                self._wrapped_s += wrap_s
                return unwrapped_s
        self._buckets.clear()
        self._wrapped_s = 0.0
        return stamp_s

    def _remember(self, arrival_s: float, offset_s: float) -> None:
        buckets = self._buckets
        while buckets and buckets[0][0] <= arrival_s - WINDOW_S:
            buckets.popleft()
        if buckets and arrival_s - buckets[-1][0] < BUCKET_S:
            start_s, smallest_s = buckets[-1]
            buckets[-1] = (start_s, min(smallest_s, offset_s))
        else:
            buckets.append((arrival_s, offset_s))
