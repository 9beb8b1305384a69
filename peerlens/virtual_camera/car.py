"""A small car as a kinematic bicycle, and a pilot that keeps it on the track."""

import math
from dataclasses import dataclass
from typing import Protocol

from peerlens.virtual_camera.track import Track

WHEELBASE_M = 0.30
MAX_STEERING_RAD = 0.6
ACCELERATION_M_S2 = 2.4
DRAG_PER_S = 0.9
BRAKING_M_S2 = 6.0
_STEERING_RAD_S = 3.0
_MAX_STEP_S = 0.02


@dataclass(frozen=True, slots=True)
class Controls:
    """Throttle -1 (back) to 1, steering -1 (right) to 1 (left); the brake beats the throttle."""

    throttle: float = 0.0
    steering: float = 0.0
    brake: bool = False


@dataclass(slots=True)
class Car:
    """Where the car is: metres and radians, x to the right, y away from the camera."""

    x: float = 0.0
    y: float = 0.0
    heading: float = 0.0
    speed_m_s: float = 0.0
    steering_rad: float = 0.0
    braking: bool = False

    def step(self, duration_s: float, controls: Controls) -> None:
        """Drive on for ``duration_s`` with the same controls."""
        throttle = min(1.0, max(-1.0, controls.throttle))
        wanted_rad = min(1.0, max(-1.0, controls.steering)) * MAX_STEERING_RAD
        self.braking = controls.brake or throttle < 0 < self.speed_m_s
        while duration_s > 0:
            step_s = min(duration_s, _MAX_STEP_S)
            duration_s -= step_s
            turn_rad = wanted_rad - self.steering_rad
            limit_rad = _STEERING_RAD_S * step_s
            self.steering_rad += min(limit_rad, max(-limit_rad, turn_rad))
            if controls.brake:
                slower_m_s = max(0.0, abs(self.speed_m_s) - BRAKING_M_S2 * step_s)
                self.speed_m_s = math.copysign(slower_m_s, self.speed_m_s)
            else:
                pull_m_s2 = throttle * ACCELERATION_M_S2 - DRAG_PER_S * self.speed_m_s
                self.speed_m_s += pull_m_s2 * step_s
            self.heading += self.speed_m_s / WHEELBASE_M * math.tan(self.steering_rad) * step_s
            self.x += math.cos(self.heading) * self.speed_m_s * step_s
            self.y += math.sin(self.heading) * self.speed_m_s * step_s


class Driver(Protocol):
    """Whoever drives: the pilot below, or commands from outside."""

    def drive(self, car: Car) -> Controls: ...


class Pilot:
    """Follows the centre line by pure pursuit, and slows down for the bends."""

    LOOK_AHEAD_M = 0.55
    STRAIGHT_M_S = 1.9
    BEND_M_S = 1.25

    def __init__(self, track: Track) -> None:
        self._track = track

    def drive(self, car: Car) -> Controls:
        along_m = self._track.nearest(car.x, car.y)
        ahead = self._track.point(along_m + self.LOOK_AHEAD_M)
        bearing = math.atan2(ahead.y - car.y, ahead.x - car.x) - car.heading
        bearing = math.remainder(bearing, math.tau)
        curvature = 2 * math.sin(bearing) / self.LOOK_AHEAD_M
        steering = math.atan(curvature * WHEELBASE_M) / MAX_STEERING_RAD
        soon = self._track.point(along_m + 0.5 * car.speed_m_s)
        wanted_m_s = self.BEND_M_S if soon.curved else self.STRAIGHT_M_S
        hold = wanted_m_s * DRAG_PER_S / ACCELERATION_M_S2
        return Controls(hold + 1.5 * (wanted_m_s - car.speed_m_s), steering)
