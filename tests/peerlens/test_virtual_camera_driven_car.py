"""The car that somebody drives, in the generated scene."""

import math

import numpy as np
import numpy.typing as npt
import pytest

from peerlens.virtual_camera.car import Car, Controls
from peerlens.virtual_camera.driven_car import START, DrivenCar
from peerlens.virtual_camera.field import Field
from peerlens.virtual_camera.scene import Scene
from peerlens.virtual_camera.view import View
from peerlens.virtual_car.outputs import NEUTRAL, Outputs

SIZES = [(640, 480), (1280, 720), (480, 640), (160, 120)]
FULL_SPEED = Outputs("armed", throttle=1.0, brake=False)
FRAME_S = 1 / 25


def blue_place(frame: npt.NDArray[np.uint8]) -> tuple[float, float] | None:
    """Return the middle of what is blue in ``frame``, in pixels; None if nothing is."""
    blue, green, red = (frame[:, :, channel].astype(int) for channel in range(3))
    rows, columns = np.nonzero((blue > 100) & (blue > green + 60) & (blue > red + 60))
    return (float(columns.mean()), float(rows.mean())) if len(rows) > 20 else None


class Drive:
    """A scene and its clock."""

    def __init__(self, size: tuple[int, int] = (640, 480)) -> None:
        self.driven = DrivenCar()
        self.scene = Scene(*size, driven=self.driven)
        self.view = View(*size)
        self._now_s = 0.0
        self.frame = self.scene.render(0.0)

    @property
    def car(self) -> Car:
        return self.driven.car

    def drive(self, outputs: Outputs, duration_s: float) -> None:
        self.driven.outputs = outputs
        for _ in range(round(duration_s / FRAME_S)):
            self._now_s += FRAME_S
            self.frame = self.scene.render(self._now_s)


@pytest.mark.parametrize("size", SIZES)
def test_the_blue_car_is_where_the_car_is(size: tuple[int, int]) -> None:
    drive = Drive(size)
    for outputs in (NEUTRAL, FULL_SPEED, Outputs("armed", 1.0, -1.0, brake=False)):
        drive.drive(outputs, 0.6)
        place = blue_place(drive.frame)
        assert place is not None
        seen = drive.view.project(np.array([[drive.car.x, drive.car.y, 0.1]]))[0]
        assert math.dist(place, seen) < 0.03 * size[0]


def test_it_drives_ahead_when_told_to() -> None:
    drive = Drive()
    drive.drive(FULL_SPEED, 1.0)
    assert drive.car.x > START[0] + 0.5
    assert drive.car.y == pytest.approx(START[1])


def test_steering_right_on_the_wire_turns_right() -> None:
    right, left = Drive(), Drive()
    right.drive(Outputs("armed", 0.5, 0.5, brake=False), 1.0)
    left.drive(Outputs("armed", 0.5, -0.5, brake=False), 1.0)
    assert right.car.heading < -0.1
    assert left.car.heading > 0.1
    after_right, after_left = blue_place(right.frame), blue_place(left.frame)
    assert after_right is not None
    assert after_left is not None
    # The car looks to the right of the picture, so its own right is nearer: further down.
    assert after_right[1] > after_left[1] + 5


def test_it_reverses() -> None:
    drive = Drive()
    drive.drive(Outputs("armed", -1.0, brake=False), 1.0)
    assert drive.car.x < START[0] - 0.5


def test_it_stops_within_half_a_second_of_neutral_and_stays() -> None:
    drive = Drive()
    drive.drive(FULL_SPEED, 1.2)
    assert drive.car.speed_m_s > 1.0
    drive.drive(NEUTRAL, 0.52)
    place = (drive.car.x, drive.car.y)
    assert drive.car.speed_m_s == 0.0
    assert drive.car.braking
    drive.drive(NEUTRAL, 2.0)
    assert (drive.car.x, drive.car.y) == place


@pytest.mark.parametrize("speed_m_s", [2.7, -2.7])
def test_the_brake_stops_and_does_not_reverse(speed_m_s: float) -> None:
    car = Car(speed_m_s=speed_m_s)
    car.step(0.1, Controls(throttle=math.copysign(1.0, speed_m_s), brake=True))
    assert 0 < abs(car.speed_m_s) < 2.2
    car.step(0.4, Controls(throttle=-1.0, brake=True))
    assert car.speed_m_s == 0.0


@pytest.mark.parametrize("throttle", [1.0, -1.0])
@pytest.mark.parametrize("steering", [-1.0, -0.1, 0.0, 0.05, 0.2])
def test_it_stops_at_the_walls_and_can_back_off(throttle: float, steering: float) -> None:
    drive, field = Drive((160, 120)), Field(View(160, 120))
    for _ in range(12):
        drive.drive(Outputs("armed", throttle, steering, brake=False), 0.5)
        assert field.holds(drive.car)
    for outputs in (FULL_SPEED, Outputs("armed", -1.0, brake=False)):
        drive.drive(outputs, 6.0)
        assert drive.car.speed_m_s == 0.0, "at a wall"
        assert field.holds(drive.car)
        wall = (drive.car.x, drive.car.y)
        back = Outputs("armed", -outputs.throttle, brake=False)
        drive.drive(back, 0.6)
        assert math.dist(wall, (drive.car.x, drive.car.y)) > 0.1


@pytest.mark.parametrize("size", SIZES)
def test_every_corner_of_the_field_is_in_the_picture(size: tuple[int, int]) -> None:
    view, inside = View(*size), 0
    field, caption = Field(view), 24 * size[0] / 640
    for x in np.linspace(-9, 9, 91):
        for y in np.linspace(-4, 4, 41):
            car = Car(float(x), float(y), 0.0)
            if field.holds(car):
                inside += 1
                low_and_high = np.array([[x, y, 0.0], [x - 0.3, y, 0.2], [x + 0.3, y, 0.2]])
                pixels = view.project(low_and_high)
                assert (pixels > 0).all()
                assert (pixels[:, 0] < size[0]).all()
                assert (pixels[:, 1] < size[1] - caption).all()
    assert inside > 500


@pytest.mark.parametrize("size", [*SIZES, (3840, 160), (160, 2160)])
def test_it_is_parked_inside_the_field(size: tuple[int, int]) -> None:
    assert Field(View(*size)).holds(DrivenCar().car)


def test_lights_brake_and_horn_are_seen() -> None:
    quiet = Outputs("armed", brake=False)
    pictures = []
    for outputs in (
        quiet,
        Outputs("armed", brake=False, lights=True),
        Outputs("armed", brake=False, horn=True),
        Outputs("armed", brake=True),
    ):
        drive = Drive()
        drive.drive(outputs, FRAME_S)
        pictures.append(drive.frame[340:440, 150:400].astype(int))
    for other in pictures[1:]:
        assert (np.abs(other - pictures[0]).max(axis=2) > 60).sum() > 30


def test_the_traffic_is_the_same_with_and_without_a_driven_car() -> None:
    alone, together = Scene(640, 480), Scene(640, 480, driven=DrivenCar())
    for number in range(50):
        without, with_it = alone.render(number / 25), together.render(number / 25)
    assert alone.car == together.car
    assert blue_place(without) is None
    differs = (without != with_it).any(axis=2)[:456]
    rows, columns = np.nonzero(differs)
    assert 500 < len(rows) < 6_000
    car = DrivenCar().car
    seen = View(640, 480).project(np.array([[car.x, car.y, 0.0]]))[0]
    assert np.abs(columns - seen[0]).max() < 80
    assert np.abs(rows - seen[1]).max() < 60
