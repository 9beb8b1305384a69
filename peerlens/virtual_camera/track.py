"""The oval: two straights and two half circles, driven counter-clockwise."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class TrackPoint:
    x: float
    y: float
    heading: float
    curved: bool


@dataclass(frozen=True, slots=True)
class Track:
    """Metres, centred on the origin. Distances along the centre line wrap around."""

    half_straight_m: float = 1.75
    radius_m: float = 1.5
    width_m: float = 0.66

    @property
    def length_m(self) -> float:
        return 4 * self.half_straight_m + math.tau * self.radius_m

    def point(self, along_m: float, aside_m: float = 0.0) -> TrackPoint:
        """Return the point ``along_m`` after the middle of the near straight, ``aside_m`` left."""
        straight, bend = 2 * self.half_straight_m, math.pi * self.radius_m
        at = (along_m + self.half_straight_m) % self.length_m
        side = 1.0 if at < straight + bend else -1.0
        at %= straight + bend
        radius = self.radius_m - aside_m
        if at < straight:
            x, y = at - self.half_straight_m, -radius
            heading, curved = 0.0, False
        else:
            heading, curved = (at - straight) / self.radius_m, True
            x = self.half_straight_m + radius * math.sin(heading)
            y = -radius * math.cos(heading)
        if side < 0:
            heading += math.pi
        return TrackPoint(side * x, side * y, heading, curved)

    def nearest(self, x: float, y: float) -> float:
        """Return how far along the centre line its point nearest to (x, y) is."""
        straight, bend = 2 * self.half_straight_m, math.pi * self.radius_m
        if abs(x) <= self.half_straight_m:
            return x if y < 0 else straight + bend - x
        if x > 0:
            angle = math.atan2(x - self.half_straight_m, -y)
            return self.half_straight_m + self.radius_m * angle
        angle = math.atan2(-x - self.half_straight_m, y)
        return self.half_straight_m + bend + straight + self.radius_m * angle

    def line(
        self, aside_m: float, step_m: float = 0.02, start_m: float = 0.0, length_m: float = 0.0
    ) -> npt.NDArray[np.float64]:
        """Return points along the track, ``aside_m`` left of its centre, shape (n, 2)."""
        length_m = length_m or self.length_m
        count = max(2, round(length_m / step_m) + 1)
        points = [
            self.point(float(at), aside_m) for at in np.linspace(start_m, start_m + length_m, count)
        ]
        return np.array([(point.x, point.y) for point in points])
