"""Which frames of one camera are processed, when it may not have all of them. Reads no clock."""

from gateway.overload import Allowance

BURST_FRAMES = 4
"""What the network held back comes at once, and is no flood."""


class FrameGate:
    """Lets through one in so many frames, evenly spaced, and no more than so many a second."""

    def __init__(self) -> None:
        self.shed = 0
        """Frames that were not let through."""
        self._skipped = 0
        self._paid_until_s = float("-inf")

    def admits(self, now_s: float, allowance: Allowance) -> bool:
        """Decide on a frame that came in at ``now_s``, in seconds on any one clock."""
        self._skipped += 1
        if self._skipped >= allowance.frame_every and self._within(now_s, allowance.most_fps):
            self._skipped = 0
            return True
        self.shed += 1
        return False

    def _within(self, now_s: float, most_fps: float) -> bool:
        """Each frame pays for its share of a second, a few of them in advance (GCRA)."""
        paid_until_s = max(self._paid_until_s, now_s)
        if paid_until_s - now_s > BURST_FRAMES / most_fps:
            return False
        self._paid_until_s = paid_until_s + 1.0 / most_fps
        return True
