"""A camera against a real virtual ESP32-S3 over real HTTP: opening, failing, coming back."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from gateway import camera as camera_module
from gateway.camera import Camera
from gateway.camera_state import CameraState
from gateway.motion.classifier import Classifier
from gateway.motion_settings import MotionSettings
from gateway.quality import Quality
from gateway.settings import CameraSettings
from gateway.units import AccessUnit, Codec, MotionEvent
from peerlens.virtual_camera import VirtualCamera
from peerlens.virtual_camera.pictures import ScenePictures
from protocol.messages import CameraInfo
from tests.support.polling import until
from tests.support.twin_camera import TwinCamera


@pytest.fixture
async def virtual() -> AsyncIterator[VirtualCamera]:
    async with VirtualCamera(ScenePictures(320, 240, 30.0)) as running:
        yield running


@pytest.fixture(params=["stand-in", "twin"])
async def either(request: pytest.FixtureRequest) -> AsyncIterator[VirtualCamera | TwinCamera]:
    """The camera in Python, and the firmware compiled for this machine."""
    async with (
        TwinCamera("--size", "QVGA", "--fps", "30")
        if request.param == "twin"
        else VirtualCamera(ScenePictures(320, 240, 30.0))
    ) as camera:
        yield camera


@contextlib.asynccontextmanager
async def running(settings: CameraSettings) -> AsyncIterator[Camera]:
    with ThreadPoolExecutor(2) as executor:
        async with Camera("front", settings, executor) as camera:
            yield camera


async def live(camera: Camera) -> None:
    await until(lambda: camera.state is CameraState.LIVE, "the camera to be live")


async def test_opens_when_wanted_and_is_released_after_the_last(
    virtual: VirtualCamera, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.demand.LINGER_S", 0.3)
    async with running(CameraSettings(source=virtual.url)) as camera:
        await asyncio.sleep(0)
        assert camera.state is CameraState.IDLE
        with camera.wanted():
            with camera.wanted():
                await live(camera)
            assert virtual.streams == 1
        assert virtual.streams == 1, "it lingers for a page that reloads"
        with camera.wanted():
            await asyncio.sleep(0)
        await until(lambda: camera.state is CameraState.IDLE, "the release")
        await until(lambda: virtual.streams == 0, "the camera to be alone")
        assert camera.connects == 1
        with camera.wanted():
            await live(camera)


async def test_a_warm_camera_is_open_without_viewers(virtual: VirtualCamera) -> None:
    async with running(CameraSettings(source=virtual.url, warm=True)) as camera:
        await live(camera)
        await until(lambda: camera.info.width == 320, "its size")
        assert camera.info.viewers == 0


async def test_says_what_it_is_to_the_outside(virtual: VirtualCamera) -> None:
    infos: list[CameraInfo] = []
    settings = CameraSettings(source=virtual.url, name="Front door")
    async with running(settings) as camera:
        with camera.changes.subscribed(infos.append), camera.wanted():
            await live(camera)
            await until(lambda: camera.info.fps and camera.info.fps > 20, "a frame rate")
    assert [info.state for info in infos][:2] == ["connecting", "live"]
    assert infos[-1].name == "Front door"


@pytest.mark.parametrize(
    ("fault", "state"), [("stall", CameraState.STALLED), ("drop", CameraState.OFFLINE)]
)
async def test_is_back_within_two_seconds_of_the_cameras_return(
    either: VirtualCamera | TwinCamera, fault: str, state: CameraState
) -> None:
    settings = CameraSettings(source=either.url, stall_timeout_s=0.6)
    async with running(settings) as camera:
        with camera.wanted():
            await live(camera)
            either.faults.set(fault)
            await until(lambda: camera.state is state, f"{state}")
            assert camera.info.detail
            either.faults.clear()
            returned = time.monotonic()
            await live(camera)
            assert time.monotonic() - returned < 2.0


async def test_survives_the_camera_being_unplugged(either: VirtualCamera | TwinCamera) -> None:
    async with running(CameraSettings(source=either.url)) as camera:
        with camera.wanted():
            await live(camera)
            await either.stop()
            await until(lambda: camera.state is CameraState.OFFLINE, "offline")
            await either.start()
            returned = time.monotonic()
            await live(camera)
            assert time.monotonic() - returned < 2.0


@pytest.mark.parametrize("fault", ["corrupt", "truncated", "joined"])
async def test_broken_pictures_cost_only_themselves(
    either: VirtualCamera | TwinCamera, fault: str
) -> None:
    async with running(CameraSettings(source=either.url)) as camera:
        stream = camera.streams[Codec.H264][Quality.HIGH]
        units: asyncio.Queue[AccessUnit] = asyncio.Queue()
        with camera.wanted(), stream.hub.subscribed(units.put_nowait):
            await asyncio.wait_for(units.get(), 5)
            either.faults.set(fault)
            for _ in range(20):
                await asyncio.wait_for(units.get(), 5)
            assert camera.state is CameraState.LIVE
            assert camera.connects == 1


async def test_rtp_time_goes_on_over_a_reconnect(either: VirtualCamera | TwinCamera) -> None:
    async with running(CameraSettings(source=either.url)) as camera:
        stream = camera.streams[Codec.H264][Quality.HIGH]
        units: asyncio.Queue[AccessUnit] = asyncio.Queue()
        with camera.wanted(), stream.hub.subscribed(units.put_nowait):
            first = await asyncio.wait_for(units.get(), 5)
            assert first.keyframe
            either.faults.set("drop")
            await until(lambda: camera.state is CameraState.OFFLINE, "offline")
            either.faults.clear()
            await live(camera)
            last = first
            for _ in range(10):
                unit = await asyncio.wait_for(units.get(), 5)
                assert unit.rtp_time > last.rtp_time
                last = unit
            elapsed = (last.rtp_time - first.rtp_time) / 90_000
            assert elapsed == pytest.approx(last.capture_s - first.capture_s, abs=0.002)


async def test_both_codecs_are_encoded_only_while_watched(virtual: VirtualCamera) -> None:
    async with running(CameraSettings(source=virtual.url)) as camera:
        h264, vp8 = (camera.streams[codec][Quality.HIGH] for codec in (Codec.H264, Codec.VP8))
        with camera.wanted():
            await live(camera)
            for stream in (h264, vp8):
                units: asyncio.Queue[AccessUnit] = asyncio.Queue()
                with stream.hub.subscribed(units.put_nowait):
                    unit = await asyncio.wait_for(units.get(), 5)
                    assert unit.codec is stream.codec
                    assert unit.keyframe
        assert h264.keyframes == vp8.keyframes == 1


async def test_motion_is_told_and_ended_when_the_camera_goes(
    either: VirtualCamera | TwinCamera,
) -> None:
    levels: list[str] = []
    async with running(CameraSettings(source=either.url)) as camera:
        with camera.motion.subscribed(lambda event: levels.append(event.level)), camera.wanted():
            await until(lambda: levels and levels[-1] != "NONE", "motion of the car")
            await until(lambda: camera.info.motion, "the info to say so")
            await either.stop()
            await until(lambda: levels[-1] == "NONE", "its end")
            assert not camera.info.motion


async def test_a_wrong_password_is_an_error_for_a_person() -> None:
    pictures = ScenePictures(320, 240, 30.0)
    async with VirtualCamera(pictures, basic=("admin", "secret")) as virtual:
        settings = CameraSettings.model_validate(
            {"source": virtual.url, "auth": {"username": "admin", "password": "wrong"}}
        )
        async with running(settings) as camera:
            with camera.wanted():
                await until(lambda: camera.state is CameraState.ERROR, "the error")
                assert "wrong" not in (camera.info.detail or "")
                assert "401" in (camera.info.detail or "")


async def test_a_failing_detector_never_touches_the_stream(
    virtual: VirtualCamera, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("detector is broken")

    monkeypatch.setattr("gateway.motion.MotionDetector.detect", fail)
    async with running(CameraSettings(source=virtual.url)) as camera:
        stream = camera.streams[Codec.H264][Quality.HIGH]
        units: asyncio.Queue[AccessUnit] = asyncio.Queue()
        with camera.wanted(), stream.hub.subscribed(units.put_nowait):
            for _ in range(20):
                await asyncio.wait_for(units.get(), 5)
        assert camera.pipeline.motion_failures > 5


async def test_a_camera_that_fails_while_nobody_watches_is_idle_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("gateway.demand.LINGER_S", 0.1)
    monkeypatch.setattr(camera_module, "RETRY_FIRST_S", 30.0)
    monkeypatch.setattr(camera_module, "RETRY_MOST_S", 30.0)
    async with running(CameraSettings(source="http://127.0.0.1:9/stream")) as camera:
        with camera.wanted():
            await until(lambda: camera.state is CameraState.OFFLINE, "the failure")
        await until(lambda: camera.state is CameraState.IDLE, "the release")
        with camera.wanted():
            await until(lambda: camera.connects == 2, "an attempt at once")


async def test_motion_ends_when_the_camera_is_released(
    virtual: VirtualCamera, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.demand.LINGER_S", 0.0)
    async with running(CameraSettings(source=virtual.url)) as camera:
        with camera.wanted():
            await until(lambda: camera.info.motion, "motion of the car")
        await until(lambda: camera.state is CameraState.IDLE, "the release")
        assert not camera.info.motion


async def test_viewers_that_leave_together_are_told_of_once(virtual: VirtualCamera) -> None:
    infos: list[CameraInfo] = []
    async with running(CameraSettings(source=virtual.url)) as camera:
        with camera.changes.subscribed(infos.append):
            with contextlib.ExitStack() as viewers:
                for _ in range(20):
                    viewers.enter_context(camera.jpegs.subscribed(lambda _: None))
                await until(lambda: infos, "the news")
            await until(lambda: infos[-1].viewers == 0, "the news that they left")
        assert [info.viewers for info in infos] == [20, 0]


async def test_other_motion_settings_count_at_once(virtual: VirtualCamera) -> None:
    everywhere = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    async with running(CameraSettings(source=virtual.url)) as camera:
        with camera.wanted():
            await until(lambda: camera.info.motion, "motion of the car")
            camera.change_motion(MotionSettings(masks=(everywhere,)))
            assert camera.motion_settings.masks == (everywhere,)
            await until(lambda: not camera.info.motion, "nothing behind the mask")
            camera.change_motion(MotionSettings())
            await until(lambda: camera.info.motion, "motion again")
            camera.change_motion(MotionSettings(enabled=False))
            assert not camera.info.motion


async def test_what_moves_is_named_on_the_way_to_the_episodes(virtual: VirtualCamera) -> None:
    detections: list[MotionEvent] = []
    with ThreadPoolExecutor(2) as executor:
        classifier = Classifier(executor)
        settings = CameraSettings(source=virtual.url)
        async with Camera("front", settings, executor, classifier=classifier) as camera:
            with camera.detections.subscribed(detections.append), camera.wanted():
                await until(lambda: any(event.what for event in detections), "a verdict")
        classifier.close()
    votes = [event for event in detections if event.what is not None]
    assert votes[0].what == "object", "it is the demo's car"
    assert any(event.tracks for event in detections)
