"""A pool of one thread with far too many cameras, for real."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

from gateway import overload_watch
from gateway.camera import Camera
from gateway.gateway import Gateway
from gateway.metrics import GatewayMetrics
from gateway.overload import Level, Overload
from gateway.overload_watch import overload_watched
from gateway.settings import CameraSettings, WebrtcSettings
from tests.support.polling import until
from tests.support.shown_frames import ShownFrames, watching

CAMERAS = 12
LARGE = CameraSettings(source="synthetic:?width=1280&height=720&fps=30")
WINDOW_S = 2.0


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overload_watch, "ASSESS_INTERVAL_S", 0.1)
    monkeypatch.setattr("gateway.demand.LINGER_S", 0.0)


@contextlib.asynccontextmanager
async def crowd(overload: Overload) -> AsyncIterator[list[Camera]]:
    async with contextlib.AsyncExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(1))
        cameras = [Camera(f"camera{n}", LARGE, pool, overload) for n in range(CAMERAS)]
        for camera in cameras:
            await stack.enter_async_context(camera)
        await stack.enter_async_context(overload_watched(overload, cameras))
        yield cameras


async def recovered(overload: Overload, camera: Camera, shown: ShownFrames) -> None:
    """Wait for a second without anything shed."""
    async with asyncio.timeout(60):
        while True:
            await until(lambda: overload.level is Level.NONE, "the recovery", 60)
            shed = camera.pipeline.detections_shed, camera.gate.shed
            count = await shown.within(1.0)
            if count and (camera.pipeline.detections_shed, camera.gate.shed) == shed:
                return


async def test_sheds_fairly_says_so_and_recovers(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "gateway.overload_watch")
    overload = Overload()
    async with crowd(overload) as cameras:
        driven, *others = cameras
        with driven.driving(), watching(others[0]) as last_viewer:
            with contextlib.ExitStack() as viewers:
                shown = {id(c): viewers.enter_context(watching(c)) for c in cameras}
                await until(lambda: overload.level >= Level.HALF_RATE, "the overload", 30)
                counts = await asyncio.gather(
                    *(shown[id(camera)].within(WINDOW_S) for camera in others)
                )
                assert min(counts) >= max(counts) / 2 > 0, f"unfair: {counts}"
                assert driven.gate.shed <= min(camera.gate.shed for camera in others)
                assert all(camera.pipeline.detections_shed for camera in others)
                assert "overloaded" in (others[1].info.detail or "")
            await recovered(overload, others[0], last_viewer)
    records = [record for record in caplog.records if record.name == "gateway.overload_watch"]
    lines = [record.getMessage() for record in records]
    assert all(earlier != later for earlier, later in pairwise(lines)), "one for each change"
    assert "= the gateway keeps up" in lines


async def test_is_in_the_metrics() -> None:
    async with Gateway({"front": LARGE}, WebrtcSettings()) as gateway:
        families = {family.name: family for family in GatewayMetrics(gateway).collect()}
    assert families["peerlens_overload_level"].samples[0].value == Level.NONE
    for name in ("peerlens_camera_frames_shed", "peerlens_camera_detections_shed"):
        (sample,) = families[name].samples
        assert sample.labels == {"camera": "front"}
