"""People and things, told apart in drawn pictures."""

import pytest

from bench.motion_figures import Figure, box, car, walker
from bench.motion_scenes import Crossing, Scene, Shot, shots
from gateway.errors import DecodeError
from gateway.motion.classify import LIKELY, SURE, Sighting, classify, judge
from gateway.units import MotionRegion, MotionTrack

WIDTH, HEIGHT = 480, 320


def track(shot: Shot) -> MotionTrack:
    """What a good detector would say of the first thing that truly moves."""
    left, top, across, down = shot.boxes[0]
    region = MotionRegion(left / WIDTH, top / HEIGHT, across / WIDTH, down / HEIGHT)
    return MotionTrack(1, region, shot.capture_s)


def looks(figure: Figure, seed: int) -> list[str]:
    """What single looks say of it while it is whole in the picture."""
    scene = Scene("look", seed, (Crossing(figure, 0.0, 4.0, 0.25, 0.75),))
    taken = list(shots(scene, 4.0))[::6]
    return [classify(Sighting(shot.jpeg, track(shot))).what for shot in taken]


def test_most_looks_at_people_see_one() -> None:
    people = [walker(150.0, 45.0, 30.0), walker(140.0, 215.0, 190.0), walker(90.0, 60.0, 40.0)]
    said = [what for seed, figure in enumerate(people) for what in looks(figure, seed)]
    assert said.count("person") >= 0.8 * len(said)


def test_cars_and_parcels_are_none() -> None:
    things = [car(70.0, 200.0), car(50.0, 60.0), box(45.0, 220.0)]
    said = [what for seed, figure in enumerate(things) for what in looks(figure, seed)]
    assert said.count("object") >= 0.9 * len(said)


@pytest.mark.parametrize(
    ("upright", "likeness", "what"),
    [
        (2.5, SURE, "person"),
        (2.5, LIKELY, "person"),
        (0.4, LIKELY, "object"),
        (0.4, LIKELY + 0.3, "object"),
        (1.0, SURE, "person"),
        (1.0, LIKELY, "object"),
        (9.0, LIKELY, "object"),
    ],
)
def test_shape_and_likeness_are_weighed(upright: float, likeness: float, what: str) -> None:
    assert judge(upright, likeness, at_side=False, looked=True).what == what


def test_likeness_makes_it_surer_and_a_half_figure_less_sure() -> None:
    shape = judge(2.5, LIKELY, at_side=False, looked=True)
    seen = judge(2.5, SURE, at_side=False, looked=True)
    half = judge(2.5, SURE, at_side=True, looked=True)
    assert shape.confidence < seen.confidence
    assert half.confidence < seen.confidence


def test_without_a_picture_there_is_only_the_shape() -> None:
    slim = MotionTrack(1, MotionRegion(0.4, 0.2, 0.1, 0.5), 0.0)
    flat = MotionTrack(2, MotionRegion(0.4, 0.2, 0.4, 0.1), 0.0)
    square = MotionTrack(3, MotionRegion(0.4, 0.2, 0.3, 0.4), 0.0)
    assert [classify(Sighting(None, one)).what for one in (slim, flat, square)] == [
        "person",
        "object",
        "unknown",
    ]


def test_what_moves_with_the_light_is_light() -> None:
    one = MotionTrack(1, MotionRegion(0.4, 0.2, 0.1, 0.5), 0.0)
    assert classify(Sighting(None, one, light=True)).what == "light"


def test_a_broken_picture_is_an_error_of_ours() -> None:
    one = MotionTrack(1, MotionRegion(0.4, 0.2, 0.1, 0.5), 0.0)
    with pytest.raises(DecodeError):
        classify(Sighting(b"\xff\xd8 no picture", one))


@pytest.mark.parametrize(
    "region", [(0.0, 0.0, 1.0, 1.0), (0.0, 0.99, 0.01, 0.01), (0.5, 0.3, 0.0, 0.4)]
)
def test_any_region_can_be_looked_at(region: tuple[float, float, float, float]) -> None:
    (shot, *_) = shots(Scene("any", 1), 0.2)
    verdict = classify(Sighting(shot.jpeg, MotionTrack(1, MotionRegion(*region), 0.0)))
    assert verdict.what in ("person", "object")
