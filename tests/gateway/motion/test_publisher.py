"""What of the detector's results is told."""

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.motion import MotionPublisher
from gateway.motion.publisher import CROWD
from gateway.units import MotionEvent

FPS = 30


def event_at(capture_s: float, level: str) -> MotionEvent:
    return MotionEvent(capture_s, level, 1.0, ())


def published(events: Iterable[MotionEvent], audience: int = 1) -> list[MotionEvent]:
    publisher = MotionPublisher()
    told = (publisher.select(event, audience) for event in events)
    return [event for event in told if event is not None]


@pytest.mark.parametrize(("audience", "told_s", "count"), [(1, 0.1, 21), (CROWD, 0.25, 9)])
def test_publisher_tells_some_times_a_second_and_one_end(
    audience: int, told_s: float, count: int
) -> None:
    moving = [event_at(i / FPS, "LOW") for i in range(60)]
    still = [event_at((60 + i) / FPS, "NONE") for i in range(60)]
    told = published([*moving, *still], audience)
    assert len(told) == count
    assert [event.level for event in told].count("NONE") == 1
    assert told[-1].level == "NONE"
    assert all(b.capture_s - a.capture_s > told_s - 0.001 for a, b in pairwise(told))


def test_publisher_says_nothing_while_nothing_moves() -> None:
    assert published(event_at(i / FPS, "NONE") for i in range(60)) == []


def test_publisher_bridges_a_short_pause() -> None:
    told = published(event_at(i / FPS, "NONE" if i % 5 == 4 else "HIGH") for i in range(60))
    assert {event.level for event in told} == {"HIGH"}


def test_publisher_ends_what_a_lost_camera_left_open() -> None:
    publisher = MotionPublisher()
    publisher.select(event_at(1.0, "HIGH"))
    ended = publisher.end(1.5)
    assert ended == MotionEvent(1.5, "NONE", 0.0, ())
    assert publisher.end(1.6) is None
    assert publisher.select(event_at(1.7, "NONE")) is None


@given(st.lists(st.tuples(st.floats(0.0, 0.5), st.sampled_from(["NONE", "LOW", "HIGH"]))))
def test_publisher_never_ends_twice(steps: list[tuple[float, str]]) -> None:
    now, events = 0.0, []
    for step, level in steps:
        now += step
        events.append(event_at(now, level))
    told = [event.level for event in published(events)]
    assert not told or told[0] != "NONE"
    assert all({a, b} != {"NONE"} for a, b in pairwise(told))
