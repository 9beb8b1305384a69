"""Rain and snow: a picture full of small things. Pure: it reads no clock."""

PIECES_IN_THE_DRY = 6
"""What moves comes in so many pieces without any weather."""
REMEMBERED_S = 1.5
MOST = 12.0


class Weather:
    """The fuller the picture is of pieces, the larger must be what counts."""

    def __init__(self) -> None:
        self._factor = 1.0
        self._at_s = 0.0

    def factor(self, count: int, capture_s: float) -> float:
        """How many times the smallest area is asked for, in a frame of ``count`` pieces."""
        now = min(max(1.0, (count - PIECES_IN_THE_DRY) / PIECES_IN_THE_DRY), MOST)
        passed_s = max(0.0, capture_s - self._at_s)
        faded = self._factor - (MOST - 1.0) * passed_s / REMEMBERED_S / 4.0
        self._factor, self._at_s = max(now, faded, 1.0), capture_s
        return self._factor
