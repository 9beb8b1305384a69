"""Zones and masks, and that the detector keeps to them."""

import numpy as np

from gateway.motion import MotionDetector
from gateway.motion.areas import Areas
from gateway.motion.pieces import pieces
from gateway.motion_settings import MotionSettings, MotionZone, Polygon
from gateway.units import MotionEvent

LEFT: Polygon = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
RIGHT: Polygon = ((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0))
WIDTH, HEIGHT = 160, 120


def test_planes_are_filled_to_the_borders_of_the_picture() -> None:
    areas = Areas(MotionSettings(masks=(LEFT,)), (HEIGHT, WIDTH))
    assert areas.unmasked is not None
    assert not areas.unmasked[:, :79].any()
    assert areas.unmasked[:, 81:].all()
    whole: Polygon = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    everything = Areas(MotionSettings(masks=(whole,)), (7, 5))
    assert everything.unmasked is not None
    assert not everything.unmasked.any()


def test_without_zones_everything_counts() -> None:
    areas = Areas(MotionSettings(), (HEIGHT, WIDTH))
    assert areas.anywhere is None
    assert areas.unmasked is None
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[10:30, 10:30] = 1
    (piece,) = pieces(mask, lambda count: 10.0)
    assert areas.counts(piece)
    assert areas.names(piece) == ()


def test_a_quarter_of_it_must_be_in_a_zone() -> None:
    zones = (MotionZone(name="left", points=LEFT), MotionZone(name="right", points=RIGHT))
    areas = Areas(MotionSettings(zones=zones), (HEIGHT, WIDTH))

    def names(x: int) -> tuple[str, ...]:
        mask = np.zeros((HEIGHT, WIDTH), np.uint8)
        mask[40:60, x : x + 40] = 1
        (piece,) = pieces(mask, lambda count: 10.0, areas.zones, areas.anywhere)
        return areas.names(piece)

    assert names(20) == ("left",)
    assert names(45) == ("left",)
    assert names(60) == ("left", "right")
    assert names(100) == ("right",)


def walk(settings: MotionSettings, y: int) -> list[MotionEvent]:
    """Somebody walks from left to right, after a second of nobody."""
    random = np.random.default_rng(3)
    wall = random.uniform(90.0, 150.0, (HEIGHT, WIDTH))
    detector = MotionDetector(settings)
    events = []
    for number in range(15 + 70):
        picture = wall + random.normal(0.0, 3.0, wall.shape)
        x = 2 * (number - 20)
        if x > 0:
            picture[y : y + 25, x : x + 10] = 20.0
        luma = np.clip(picture, 0, 255).astype(np.uint8)
        events.append(detector.detect(luma, number / 15))
    return events


def test_what_moves_is_told_with_its_zones_and_only_there() -> None:
    zone = MotionZone(name="porch", points=RIGHT)
    events = walk(MotionSettings(zones=(zone,)), 50)
    moving = [event for event in events if event.level != "NONE"]
    assert moving
    assert {event.zones for event in moving} == {("porch",)}
    assert all(event.regions[0].x + event.regions[0].width > 0.5 for event in moving)
    assert not [event for event in walk(MotionSettings(), 50) if event.zones]


def test_what_moves_behind_a_mask_is_not_seen() -> None:
    upper: Polygon = ((0.0, 0.0), (1.0, 0.0), (1.0, 0.5), (0.0, 0.5))
    settings = MotionSettings(masks=(upper,))
    assert {event.level for event in walk(settings, 20)} == {"NONE"}
    assert {event.level for event in walk(settings, 80)} > {"NONE"}


def test_other_settings_count_from_the_next_picture() -> None:
    detector = MotionDetector(MotionSettings(min_duration_s=0.0))
    wall = np.full((HEIGHT, WIDTH), 120, np.uint8)
    for number in range(30):
        detector.detect(wall, number / 15)
    there = wall.copy()
    there[40:70, 20:35] = 30
    assert detector.detect(there, 2.0).level != "NONE"
    detector.settings = MotionSettings(min_duration_s=0.0, masks=(LEFT,))
    assert detector.detect(there, 2.05).level == "NONE"
