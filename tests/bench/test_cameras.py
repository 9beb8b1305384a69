"""The cameras of the benchmark, and the arithmetic over them."""

import asyncio
import itertools

import pytest

from bench.camera_farm import FPS, HEIGHT, WIDTH, FarmStatus, camera_farm
from bench.cameras import FULL, QUICK, Step, _check, fitted, peerlens_with
from bench.errors import NoMeasurement
from bench.target import Target
from bench.watchers import watchers
from gateway.decode import jpeg_luma, jpeg_size
from gateway.settings import CameraSettings
from gateway.source.http_mjpeg import HttpMjpegSource
from gateway.units import JpegFrame, RawFrame


def step(cameras: int = 1, cpu_pct: float = 10.0, used_fps: float = FPS) -> Step:
    return Step("some", cameras, cpu_pct, FPS, used_fps, 5.0, 5.0)


def test_cameras_per_core_leaves_room_for_what_is_fixed() -> None:
    line = fitted([step(1, 6.0), step(11, 16.0), step(21, 26.0)])
    assert line.cpu_per_camera_pct == pytest.approx(1.0)
    assert line.fixed_pct == pytest.approx(5.0)
    assert line.cameras_per_core == pytest.approx(95.0)


def test_a_step_that_was_not_all_done_is_refused() -> None:
    before, after = FarmStatus(1, 0, 0, 24_000), FarmStatus(1, 100, 0, 24_000)
    _check(step(), before, after)
    with pytest.raises(NoMeasurement, match="machine is full"):
        _check(step(used_fps=0.8 * FPS), before, after)
    with pytest.raises(NoMeasurement, match="did not read 7"):
        _check(step(), before, FarmStatus(1, 100, 7, 24_000))


def test_plans_grow() -> None:
    for plan in (QUICK, FULL):
        for steps in (plan.watched, plan.unwatched, plan.baseline):
            assert len(steps) > 1
            assert all(fewer < more for fewer, more in itertools.pairwise(steps))


async def test_farm_serves_pictures_of_the_stated_size_at_the_stated_rate() -> None:
    with camera_farm() as farm:
        frames: list[JpegFrame] = []
        enough = asyncio.Event()

        def take(frame: JpegFrame | RawFrame) -> None:
            assert isinstance(frame, JpegFrame)
            frames.append(frame)
            if len(frames) == 2 * FPS:
                enough.set()

        source = HttpMjpegSource(CameraSettings(source=farm.stream(3)))
        running = asyncio.create_task(source.run(take))
        await asyncio.wait_for(enough.wait(), 20)
        status = await asyncio.to_thread(farm.status)
        running.cancel()
        await asyncio.wait({running})
    assert status.streams == 1
    assert status.skipped == 0
    assert status.picture_bytes == pytest.approx(24_000, rel=0.1)
    assert {jpeg_size(frame) for frame in frames} == {(WIDTH, HEIGHT)}
    assert all(jpeg_luma(frame).shape == (120, 160) for frame in frames)
    span_s = frames[-1].received_s - frames[0].received_s
    assert (len(frames) - 1) / span_s == pytest.approx(FPS, rel=0.3)


def test_each_camera_is_watched_and_left() -> None:
    with camera_farm() as farm, peerlens_with(farm, 2, warm=False) as (server, origin):
        targets = [Target("whep", f"{origin}/{n}/whep", origin) for n in range(2)]
        with watchers(targets, 1_400) as watching:
            watching.watch(2)
            watched = watching.measure(1.5)
            watching.watch(0)
        assert server.cpu_s() > 0.0
    assert watched.viewers == 2
    assert watched.fps_least == pytest.approx(FPS, rel=0.5)
    assert watched.kbps_each > 100.0
    assert 0.0 < watched.watchers_cpu_pct < 100.0
