"""A camera that sees somebody: what is kept of that, with real pictures, encoders and files."""

import contextlib
import threading
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import simplejpeg

from gateway.camera import Camera
from gateway.events.database import EventQuery
from gateway.events.folder import Kind
from gateway.events.settings import EventsSettings
from gateway.gateway import Gateway
from gateway.motion_settings import MotionSettings
from gateway.quality import Quality
from gateway.settings import CameraSettings, WebrtcSettings
from gateway.units import AccessUnit, Codec
from peerlens.virtual_camera import VirtualCamera
from protocol.messages import EventChanged, EventInfo
from tests.support.events import decoded
from tests.support.intruder import Intruder, shows_intruder
from tests.support.polling import until

EVENT_DEADLINE_S = 20.0
QUICK = EventsSettings(pre_roll_s=1.0, post_roll_s=0.5, max_clip_s=30.0)


class Scene:
    """A gateway with one warm camera, somebody before it, and what was told of it."""

    def __init__(self, gateway: Gateway, intruder: Intruder, path: Path) -> None:
        self.gateway = gateway
        self.intruder = intruder
        self.path = path
        self.told: list[EventChanged] = []

    @property
    def camera(self) -> Camera:
        return self.gateway.cameras["front"]

    def events(self) -> dict[str, EventInfo]:
        return {change.event.id: change.event for change in self.told}

    async def calm(self, seconds: float) -> None:
        """Wait until the camera has been open, and the scene empty, for so many seconds."""
        goal = self.camera.frames + round(seconds * self.intruder.fps)
        await until(lambda: self.camera.frames >= goal, "pictures", EVENT_DEADLINE_S)

    async def somebody(self, seconds: float = 1.5) -> EventInfo:
        """Let somebody pass; returns the event when it has ended, with its clip."""
        before = set(self.events())
        self.intruder.moving = True
        await until(lambda: set(self.events()) - before, "the event", EVENT_DEADLINE_S)
        await self.calm(seconds)
        self.intruder.moving = False
        [event_id] = set(self.events()) - before
        ended = lambda: self.events()[event_id].end_ms is not None  # noqa: E731
        await until(ended, "its end", EVENT_DEADLINE_S)
        return self.events()[event_id]

    async def clip(self, event: EventInfo) -> Path:
        """Return the clip once it is complete."""
        recorder = self.gateway.recording.recorders["front"]
        await until(lambda: recorder._clip is None, "the end of the clip", EVENT_DEADLINE_S)
        await until(lambda: not self.gateway.recording.writer.waiting, "the disk")
        path = await self.gateway.recording.file(event.id, Kind.CLIP)
        assert path is not None
        return path


@contextlib.asynccontextmanager
async def scene(
    tmp_path: Path, events: EventsSettings = QUICK, *, warm: bool = True
) -> AsyncIterator[Scene]:
    intruder = Intruder()
    async with VirtualCamera(intruder) as virtual:
        settings = CameraSettings(
            source=virtual.url, warm=warm, motion=MotionSettings(classify=False)
        )
        gateway = Gateway({"front": settings}, WebrtcSettings(), events=events, state_dir=tmp_path)
        async with gateway:
            made = Scene(gateway, intruder, tmp_path / "events")
            with gateway.events.subscribed(made.told.append):
                yield made


async def test_an_event_has_a_snapshot_of_its_peak_and_a_clip_that_begins_before_it(
    tmp_path: Path,
) -> None:
    async with scene(tmp_path) as front:
        await front.calm(2.0)
        assert front.told == [], "nobody was there"
        event = await front.somebody()
        path = await front.clip(event)
        snapshot = await front.gateway.recording.snapshot(event.id)
        [listed] = await front.gateway.recording.select(EventQuery())
    assert listed == event
    assert event.camera == "front"
    assert event.level != "NONE"
    assert event.end_ms is not None
    assert 500 < event.end_ms - event.start_ms < 20_000

    assert snapshot is not None
    luma = simplejpeg.decode_jpeg(snapshot, "GRAY")[:, :, 0]
    assert shows_intruder(luma)
    height, width = luma.shape
    inside = np.zeros_like(luma)
    for region in event.regions:
        left, top = round(region.x * width), round(region.y * height)
        inside[
            top : top + round(region.height * height), left : left + round(region.width * width)
        ] = 1
    bright = luma > 200
    assert (bright & (inside > 0)).sum() > 0.6 * bright.sum(), "the boxes are of this picture"

    pictures = decoded(path)
    shown = [at_s for at_s, luma in pictures if shows_intruder(luma)]
    # A busy machine looks at every third picture only, and then knows of motion a while later.
    assert 0.2 <= shown[0] <= 3.0, "somebody comes after the pre-roll"
    assert pictures[-1][0] - shown[-1] >= 0.2, "and is gone in the end"
    assert all(b - a < 1.0 for (a, _), (b, _) in pairwise(pictures))


async def test_while_somebody_watches_nothing_is_encoded_for_the_clip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.events.recorder.KEYFRAME_INTERVAL_S", 1.0)
    async with scene(tmp_path) as front:
        stream = front.camera.streams[Codec.H264][Quality.HIGH]
        watched: list[AccessUnit] = []
        with stream.hub.subscribed(watched.append):
            await front.calm(3.5)
            event = await front.somebody()
            path = await front.clip(event)
        pictures = decoded(path)
        begin = next(unit for unit in watched if unit.keyframe)
        keyframes = [unit.capture_s for unit in watched if unit.keyframe]
    assert begin.capture_s < keyframes[-1]
    seconds = watched[-1].capture_s - watched[0].capture_s
    # The first one, and another when the camera's rate is known, are not the recorder's.
    assert len(keyframes) <= 2 + seconds, "no more keyframes than were asked for"
    # Each picture of the clip is one that went to the viewer: their times agree.
    sent = [unit.rtp_time for unit in watched]
    times = [round(at_s * 90_000) for at_s, _ in pictures]
    starts = [index for index, unit in enumerate(watched) if unit.keyframe]
    assert any(
        [at - sent[index] for at in sent[index : index + len(times)]] == times for index in starts
    )


async def test_it_counts_as_no_viewer_and_holds_no_camera_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.demand.LINGER_S", 0.2)
    async with scene(tmp_path, warm=False) as front:
        with front.camera.wanted():
            await front.calm(2.0)
            await front.somebody(0.5)
            assert front.camera.viewers == 0
        recorder = front.gateway.recording.recorders["front"]
        await until(lambda: front.camera.state.value == "idle", "it to be let go")
        assert recorder.bytes == 0


async def test_what_was_told_is_stored(tmp_path: Path) -> None:
    async with scene(tmp_path) as front:
        await front.calm(2.0)
        front.intruder.moving = True
        await until(lambda: front.told, "the event", EVENT_DEADLINE_S)
        listed = await front.gateway.recording.find(front.told[0].event.id)
        assert listed.start_ms == front.told[0].event.start_ms
    again = Gateway({}, WebrtcSettings(), events=QUICK, state_dir=tmp_path)
    async with again:
        [ended] = await again.recording.select(EventQuery())
        assert ended.end_ms is not None, "the gateway stopped in the middle of it, and said so"
        path = await again.recording.file(ended.id, Kind.CLIP)
    if ended.clip:
        assert path is not None
        assert decoded(path)


async def test_a_camera_without_jpegs_has_snapshots_and_clips_too(tmp_path: Path) -> None:
    source = "synthetic:?width=320&height=240&fps=20"
    cameras = {"front": CameraSettings(source=source, warm=True)}
    told: list[EventChanged] = []
    gateway = Gateway(cameras, WebrtcSettings(), events=QUICK, state_dir=tmp_path)
    async with gateway:
        with gateway.events.subscribed(told.append):
            complete = lambda: told and told[-1].event.clip and told[-1].event.snapshot  # noqa: E731
            await until(complete, "an event with all its parts", EVENT_DEADLINE_S)
        path = await gateway.recording.file(told[-1].event.id, Kind.CLIP)
    assert path is not None
    assert decoded(path)


async def test_a_disk_that_hangs_costs_only_the_clip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.events.writer.MAX_JOBS", 24)
    async with scene(tmp_path) as front:
        await front.calm(2.0)
        gate = threading.Event()

        def hang() -> None:
            gate.wait(30)

        front.gateway.recording.writer.submit(hang)
        before = front.camera.frames
        front.intruder.moving = True
        dropped = lambda: front.gateway.recording.writer.dropped > 0  # noqa: E731
        await until(dropped, "the queue to be full", EVENT_DEADLINE_S)
        await front.calm(1.0)
        assert front.camera.frames > before
        gate.set()
        front.intruder.moving = False
        ended = lambda: front.told and front.told[-1].event.end_ms is not None  # noqa: E731
        await until(ended, "the event all the same", EVENT_DEADLINE_S)


async def test_motion_snapshots_and_clips_can_be_switched_off(tmp_path: Path) -> None:
    events = EventsSettings(snapshots=False, clips=False)
    async with scene(tmp_path, events) as front:
        front.camera.change_motion(MotionSettings(enabled=False))
        front.intruder.moving = True
        await front.calm(1.5)
        assert front.told == []
        front.intruder.moving = False
        front.camera.change_motion(MotionSettings(classify=False))
        await front.calm(2.5)
        event = await front.somebody(0.5)
        assert (event.snapshot, event.clip) == (False, False)
        assert list((front.path / "media").iterdir()) == []


async def test_without_events_there_is_no_folder(tmp_path: Path) -> None:
    async with scene(tmp_path, EventsSettings(enabled=False)) as front:
        front.intruder.moving = True
        await front.calm(2.0)
        assert front.told == []
    assert not (tmp_path / "events").exists()
