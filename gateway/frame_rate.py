"""Frames per second, from the times at which frames were captured."""

from collections import deque

WINDOW_FRAMES = 30
SHORTEST_SPAN_S = 0.5
"""A new connection often brings its first pictures in one burst, which says nothing."""


class FrameRate:
    """Mean rate over the last frames."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=WINDOW_FRAMES)

    def add(self, capture_s: float) -> None:
        self._times.append(capture_s)

    def reset(self) -> None:
        self._times.clear()

    @property
    def fps(self) -> float | None:
        """Frames per second, or None while the frames known span too short a time."""
        if len(self._times) < 2:
            return None
        span = self._times[-1] - self._times[0]
        enough = span >= SHORTEST_SPAN_S or (span > 0 and len(self._times) == WINDOW_FRAMES)
        return (len(self._times) - 1) / span if enough else None
