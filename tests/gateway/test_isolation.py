"""What one camera does on a bad day costs the others nothing. Real cameras, one gateway."""

import asyncio
import contextlib
import itertools
import os
from collections.abc import AsyncIterator

import pytest

from gateway.camera import Camera
from gateway.camera_state import CameraState
from gateway.gateway import Gateway
from gateway.settings import CameraSettings, WebrtcSettings
from peerlens.camera_fault import Fault
from peerlens.virtual_camera import VirtualCamera
from peerlens.virtual_camera.pictures import ScenePictures
from tests.support.mjpeg import part
from tests.support.pictures import jpeg
from tests.support.polling import until
from tests.support.raw_camera import Connection, raw_camera
from tests.support.shown_frames import ShownFrames, watching

FPS = 15.0
WINDOW_S = 1.5
STORM_FPS = 1_000


async def storm(connection: Connection) -> None:
    """A thousand whole pictures a second."""
    await connection.answer()
    loop = asyncio.get_running_loop()
    due_s = loop.time()
    for number in itertools.count():
        await connection.send(part(jpeg(number % 8)))
        due_s += 1 / STORM_FPS
        await asyncio.sleep(due_s - loop.time())


async def garbage(connection: Connection) -> None:
    """Whatever comes, as fast as it is taken: noise, false starts, pictures full of noise."""
    await connection.answer()
    whole = jpeg(1)
    scan = whole.index(b"\xff\xda") + 14
    for number in itertools.count():
        noise = os.urandom(8_000)
        await connection.send(
            (noise, b"\xff\xd8\xff\xe1" + noise, part(whole[:scan] + noise + b"\xff\xd9"))[
                number % 3
            ]
        )
        await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def gateway_with(**sources: str) -> AsyncIterator[Gateway]:
    settings = {
        name: CameraSettings(source=url, stall_timeout_s=0.5) for name, url in sources.items()
    }
    async with Gateway(settings, WebrtcSettings()) as gateway:
        yield gateway


@contextlib.asynccontextmanager
async def healthy() -> AsyncIterator[VirtualCamera]:
    async with VirtualCamera(ScenePictures(320, 240, FPS)) as camera:
        yield camera


async def settled(camera: Camera) -> None:
    await until(lambda: camera.info.fps and camera.info.fps > FPS / 2, "the healthy camera")


async def back(shown: ShownFrames) -> None:
    seen = shown.count
    await until(lambda: shown.count > seen + 5, "the other camera's return")


@pytest.mark.parametrize("trouble", ["storm", "garbage"])
async def test_storm_and_garbage_cost_only_themselves(trouble: str) -> None:
    script = {"storm": storm, "garbage": garbage}[trouble]
    async with (
        healthy() as good,
        raw_camera(script) as bad,
        gateway_with(good=good.url, bad=bad.url) as gateway,
    ):
        camera, other = gateway.camera("good"), gateway.camera("bad")
        with watching(camera) as shown:
            await settled(camera)
            before = await shown.within(WINDOW_S)
            with watching(other):
                await until(lambda: other.frames > 20 or other.connects > 1, "the trouble")
                during = await shown.within(WINDOW_S)
                if trouble == "storm":
                    assert other.gate.shed > 0
                    assert other.state is CameraState.LIVE
        assert during >= 0.7 * before > 0
        assert camera.state is CameraState.LIVE
        assert camera.connects == 1
        assert camera.gate.shed == 0


async def test_a_failing_camera_touches_no_other() -> None:
    async with (
        healthy() as good,
        healthy() as bad,
        gateway_with(good=good.url, bad=bad.url) as gateway,
    ):
        camera, other = gateway.camera("good"), gateway.camera("bad")
        with watching(camera) as shown, watching(other) as others:
            await settled(camera)
            await settled(other)
            before = await shown.within(WINDOW_S)
            for fault in (Fault.STALL, Fault.DROP, Fault.CORRUPT, Fault.TRUNCATED):
                bad.faults.set(fault)
                during = await shown.within(WINDOW_S)
                assert during >= 0.7 * before > 0, fault
                bad.faults.clear()
                await back(others)
        assert (camera.connects, camera.pipeline.bad_frames) == (1, 0)
        assert other.connects > 1
        assert other.pipeline.bad_frames > 0


async def test_a_stage_that_crashes_touches_no_other_camera(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def crash(*_: object, **__: object) -> None:
        raise RuntimeError("broken")

    async with (
        healthy() as good,
        healthy() as bad,
        gateway_with(good=good.url, bad=bad.url) as gateway,
    ):
        camera, other = gateway.camera("good"), gateway.camera("bad")
        pipeline = other.pipeline
        with watching(camera) as shown, watching(other) as others:
            await settled(camera)
            await settled(other)
            before = await shown.within(WINDOW_S)
            for stage, method in (
                (pipeline._decoder, "decode"),
                (pipeline, "_encode"),
                (pipeline._detector, "detect"),
            ):
                with monkeypatch.context() as broken:
                    broken.setattr(stage, method, crash)
                    during = await shown.within(WINDOW_S)
                assert during >= 0.7 * before > 0, method
                await back(others)
        assert camera.worker.failures == camera.pipeline.motion_failures == 0
        assert other.worker.failures > 2 * WINDOW_S
        assert pipeline.motion_failures > 0
    logged = [r for r in caplog.records if "could not be processed" in r.getMessage()]
    assert 0 < len(logged) <= 2 * (WINDOW_S + 1), "at most once a second"
