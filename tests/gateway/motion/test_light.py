"""Light on a part of the picture, and a camera that shakes, are no motion; figures in it are."""

import numpy as np
import numpy.typing as npt
import pytest

from gateway.motion import MotionDetector
from gateway.motion_settings import MotionSettings
from gateway.units import MotionEvent

WIDTH, HEIGHT, FPS = 160, 120, 15
Picture = npt.NDArray[np.float64]


def wall(seed: int = 1) -> Picture:
    """Rough plaster: larger than the picture, so that it can be moved."""
    random = np.random.default_rng(seed)
    coarse = random.normal(120.0, 14.0, (HEIGHT // 4 + 8, WIDTH // 4 + 8))
    fine: Picture = np.kron(coarse, np.ones((4, 4))).astype(np.float64)
    return fine[: HEIGHT + 16, : WIDTH + 16]


def seen(picture: Picture, random: np.random.Generator) -> npt.NDArray[np.uint8]:
    return np.clip(picture + random.normal(0.0, 2.0, picture.shape), 0, 255).astype(np.uint8)


class Watch:
    """A detector that has seen the wall for two seconds."""

    def __init__(self) -> None:
        self.random = np.random.default_rng(5)
        self.detector = MotionDetector(MotionSettings(min_duration_s=0.0))
        self.wall = wall()
        self.number = 0
        for _ in range(30):
            self.show(self.still())

    def still(self, dx: int = 0, dy: int = 0) -> Picture:
        return self.wall[8 + dy : 8 + dy + HEIGHT, 8 + dx : 8 + dx + WIDTH].copy()

    def show(self, picture: Picture) -> MotionEvent:
        self.number += 1
        return self.detector.detect(seen(picture, self.random), self.number / FPS)


@pytest.mark.parametrize("brighter", [45.0, -45.0])
def test_light_on_a_part_of_the_picture_is_no_motion(brighter: float) -> None:
    watch = Watch()
    lit = watch.still()
    lit[30:, 90:150] += brighter
    assert {watch.show(lit).level for _ in range(10)} == {"NONE"}
    assert {watch.show(watch.still()).level for _ in range(10)} == {"NONE"}


@pytest.mark.parametrize("shade", [30.0, 215.0])
def test_who_stands_in_its_place_is(shade: float) -> None:
    watch = Watch()
    hidden = watch.still()
    hidden[30:, 90:150] = shade
    assert watch.show(hidden).level == "HIGH"


def test_a_figure_in_the_new_light_is_seen() -> None:
    watch = Watch()
    lit = watch.still()
    lit[30:, 90:150] += 45.0
    watch.show(lit)
    lit[60:90, 30:45] = 20.0
    event = watch.show(lit)
    assert event.level == "MEDIUM"
    (region,) = event.regions
    assert region.x * WIDTH == pytest.approx(30, abs=2)


def test_a_camera_that_shakes_is_no_motion() -> None:
    watch = Watch()
    moves = [(3, 0), (0, 0), (-2, 1), (4, -2), (0, 2), (-4, 0), (0, 0), (5, 1)]
    assert {watch.show(watch.still(dx, dy)).level for dx, dy in moves} == {"NONE"}


def test_a_figure_is_seen_while_the_camera_shakes() -> None:
    watch = Watch()
    for dx, dy in [(3, 0), (-2, 1), (4, -2)]:
        shaken = watch.still(dx, dy)
        shaken[60:95, 30:45] = 20.0
        event = watch.show(shaken)
    assert event.level == "MEDIUM"


def test_a_switched_light_is_told_as_light() -> None:
    watch = Watch()
    event = watch.show(watch.still() * 1.8)
    assert (event.level, event.light) == ("NONE", True)
