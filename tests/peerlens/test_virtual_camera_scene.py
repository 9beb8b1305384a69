import math
import time

import cv2
import numpy as np
import pytest

from peerlens.virtual_camera.car import Car, Controls, Pilot
from peerlens.virtual_camera.pictures import PictureFormat, compress
from peerlens.virtual_camera.scene import Scene
from peerlens.virtual_camera.track import Track

TRACK = Track()


@pytest.mark.parametrize("along_m", np.linspace(0, TRACK.length_m, 37)[:-1].tolist())
@pytest.mark.parametrize("aside_m", [-0.3, 0.0, 0.3])
def test_the_track_finds_its_own_points(along_m: float, aside_m: float) -> None:
    point = TRACK.point(along_m, aside_m)
    apart_m = TRACK.nearest(point.x, point.y) - along_m
    assert math.remainder(apart_m, TRACK.length_m) == pytest.approx(0, abs=1e-6)


def test_the_track_is_one_smooth_ring() -> None:
    line = TRACK.line(0.0)
    steps = np.hypot(*np.diff(line, axis=0).T)
    assert steps.max() < 0.03
    assert np.allclose(line[0], line[-1])
    assert steps.sum() == pytest.approx(TRACK.length_m, rel=1e-3)


def test_the_pilot_keeps_the_car_on_the_track_for_several_laps() -> None:
    start = TRACK.point(0.0)
    car, pilot = Car(start.x, start.y, start.heading), Pilot(TRACK)
    driven_m, speeds = 0.0, []
    for _ in range(30 * 60):
        car.step(1 / 30, pilot.drive(car))
        centre = TRACK.point(TRACK.nearest(car.x, car.y))
        assert math.dist((car.x, car.y), (centre.x, centre.y)) < 0.2
        driven_m += car.speed_m_s / 30
        speeds.append(car.speed_m_s)
    assert driven_m > 3 * TRACK.length_m
    assert max(speeds[300:]) - min(speeds[300:]) > 0.2, "slower in the bends"


def test_the_car_obeys_commands() -> None:
    car = Car()
    car.step(1.0, Controls(throttle=1.0))
    assert car.x > 0.5
    assert car.y == 0.0
    car.step(0.5, Controls(throttle=1.0, steering=1.0))
    assert car.heading > 0.5
    car.step(0.02, Controls(throttle=-1.0))
    assert car.braking
    car.step(10.0, Controls())
    assert car.speed_m_s == pytest.approx(0.0, abs=0.01)


def test_pictures_change_where_the_car_is() -> None:
    scene = Scene(640, 480)
    first = scene.render(0.0).astype(int)
    for number in range(1, 45):
        second = scene.render(number / 30)
    difference = np.abs(second - first).max(axis=2)[:450]
    changed = difference > 60
    assert 0.0003 < changed.mean() < 0.03
    assert scene.frames == 45


def test_the_light_changes_slowly() -> None:
    scene = Scene(320, 240)
    means = []
    for number in range(120):
        means.append(scene.render(number / 4).mean())
    assert max(means) - min(means) > 4
    assert np.abs(np.diff(means)).max() < 2


def test_a_driver_of_ones_own() -> None:
    class Parked:
        def drive(self, car: Car) -> Controls:
            return Controls()

    scene = Scene(320, 240, driver=Parked())
    place = (scene.car.x, scene.car.y)
    for number in range(10):
        scene.render(number / 10)
    assert (scene.car.x, scene.car.y) == place


@pytest.mark.parametrize("size", [(160, 120), (352, 288), (1280, 720), (800, 600)])
def test_every_size_renders(size: tuple[int, int]) -> None:
    frame = Scene(*size).render(0.0)
    assert frame.shape == (size[1], size[0], 3)
    assert frame.std() > 20


@pytest.mark.parametrize("size", [(0, 0), (100, 100), (5_000, 480)])
def test_refuses_odd_sizes(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="expected 160x120 to 3840x2160"):
        Scene(*size)


def test_renders_fast_enough() -> None:
    """About 2 ms on the machine it was written on, of which 0.8 are the JPEG."""
    scene, form = Scene(640, 480), PictureFormat(stamped=True)
    scene.prepare()
    times = []
    for number in range(40):
        start_s = time.perf_counter()
        data = compress(scene.render(number / 30), form)
        times.append(time.perf_counter() - start_s)
    assert sorted(times)[20] < 0.012
    assert 25_000 < len(data) < 90_000
    assert cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) is not None
