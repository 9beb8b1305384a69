"""From what the detector says to facts: with a camera that runs, and scripted detections."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from gateway.camera import Camera
from gateway.camera_state import CameraState
from gateway.gateway import Gateway
from gateway.home_assistant.camera_watch import CameraWatch
from gateway.home_assistant.states import Facts
from gateway.motion_settings import MotionSettings
from gateway.settings import CameraSettings, WebrtcSettings
from gateway.units import MotionEvent, MotionRegion
from protocol.messages import EventChanged, EventInfo
from tests.support.polling import until

# Of itself it sees nothing.
BLIND = MotionSettings(min_duration_s=10.0, classify=False)
REGION = MotionRegion(0.1, 0.1, 0.2, 0.4)
EVENT = EventInfo("01a221a3aa15d55eef7fb8eb", "front", 1.0, "HIGH", 4.0)


class Watched:
    def __init__(self, watch: CameraWatch, told: list[Facts]) -> None:
        self.watch = watch
        self.told = told

    @property
    def camera(self) -> Camera:
        return self.watch.camera

    def sees(self, what: str | None = None, level: str = "HIGH") -> None:
        confidence = 0.9 if what else None
        now_s = time.monotonic()
        event = MotionEvent(now_s, level, 4.0, (REGION,), what=what, confidence=confidence)
        self.camera.detections.publish(event)

    async def becomes(self, **facts: bool) -> None:
        await until(
            lambda: all(getattr(self.watch.facts, key) is value for key, value in facts.items()),
            f"{facts}",
        )


@pytest.fixture
async def front() -> AsyncIterator[Watched]:
    settings = CameraSettings(source="synthetic:?width=160&height=120&fps=10", motion=BLIND)
    async with Gateway({"front": settings}, WebrtcSettings()) as gateway:
        told: list[Facts] = []
        watch = CameraWatch(
            gateway.cameras["front"], lambda watch: told.append(watch.facts), keep_open=True
        )
        with watch:
            made = Watched(watch, told)
            await made.becomes(live=True)
            yield made


async def test_motion_begins_at_once_and_ends_after_a_while_without_pictures(
    front: Watched,
) -> None:
    front.sees()
    assert front.watch.facts.motion
    assert not front.watch.facts.person
    await asyncio.sleep(0)
    front.sees(level="NONE")
    assert front.watch.facts.motion, "a moment's pause is no end"
    await front.becomes(motion=False)
    assert [facts.motion for facts in front.told if facts.live] == [False, True, False]


async def test_a_person_is_one_until_nothing_moves(front: Watched) -> None:
    front.sees()
    front.sees("person")
    assert front.watch.facts.person
    front.sees()
    assert front.watch.facts.person
    await front.becomes(person=False, motion=False)


async def test_an_object_is_no_person(front: Watched) -> None:
    front.sees()
    front.sees("object")
    assert front.watch.facts.motion
    assert not front.watch.facts.person


async def test_what_somebody_says_who_looked_at_the_picture_counts_while_it_moves(
    front: Watched,
) -> None:
    front.sees()
    person = EventInfo(EVENT.id, "front", 1.0, "HIGH", 4.0, what="person")
    assert front.watch.event_changed(EventChanged(person))
    assert front.watch.facts.person
    ended = EventInfo(EVENT.id, "front", 1.0, "HIGH", 4.0, what="person", end_ms=2.0)
    assert front.watch.event_changed(EventChanged(ended))
    assert not front.watch.facts.person
    older = EventInfo("0" * 24, "front", 0.5, "HIGH", 4.0)
    assert not front.watch.event_changed(EventChanged(older))
    assert not front.watch.event_changed(EventChanged(older, deleted=True))


async def test_an_episode_that_is_cut_for_its_length_is_no_pause(
    front: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.motion.episode.LONGEST_S", 0.1)
    front.sees("person")
    front.told.clear()
    goal_s = time.monotonic() + 0.5
    while time.monotonic() < goal_s:
        front.sees()
        await asyncio.sleep(0.02)
    assert front.told == [], "neither motion nor person came and went"
    assert front.watch.facts.person


async def test_switched_off_it_ends_and_the_camera_may_close(
    front: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.demand.LINGER_S", 0.1)
    front.sees("person")
    front.camera.change_motion(BLIND.model_copy(update={"enabled": False}))
    assert front.watch.facts == Facts(
        live=False, motion=False, person=False, detection=False, threshold=0.1
    )
    await until(lambda: front.camera.state is CameraState.IDLE, "it to close")
    front.camera.change_motion(BLIND)
    await front.becomes(live=True, detection=True)
