"""Where the driven car may go: the ground that the camera sees, on this side of the trees."""

import math

from peerlens.virtual_camera.car import Car
from peerlens.virtual_camera.view import View

NEAR_M, FAR_M = -2.85, 2.3
_HALF_WIDTH_M, _WIDER_PER_M = 2.58, 0.47
"""Half of what a picture of 4:3 shows of a car's roof at ``NEAR_M``, and how that grows with y."""
_WIDEST = 4 / 3
_HALF_LENGTH_M, _HALF_BREADTH_M = 0.35, 0.16


class Field:
    """Walls at the sides of the picture, above its caption and before the trees.

    Wider pictures than 4:3 show more, which counts up to 16:9.
    """

    def __init__(self, view: View) -> None:
        self._wider = min(_WIDEST, max(1.0, view.width / view.height * 3 / 4))

    def holds(self, car: Car) -> bool:
        """Whether all of ``car`` is inside."""
        ahead_x, ahead_y = math.cos(car.heading), math.sin(car.heading)
        for along_m in (_HALF_LENGTH_M, -_HALF_LENGTH_M):
            for aside_m in (_HALF_BREADTH_M, -_HALF_BREADTH_M):
                x = car.x + along_m * ahead_x - aside_m * ahead_y
                y = car.y + along_m * ahead_y + aside_m * ahead_x
                if not NEAR_M <= y <= FAR_M or abs(x) > self._half_width_m(y):
                    return False
        return True

    def _half_width_m(self, y: float) -> float:
        return self._wider * (_HALF_WIDTH_M + _WIDER_PER_M * (y - NEAR_M))
