"""A newcomer's first minute: the demo in real Chromium, and what happens when things break."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from aiohttp import ClientSession

from bench.network.namespaces import Namespace
from tests.support.chromium import Screen, screen
from tests.support.program import Program, program


@dataclass
class Demo:
    """A running demo: its page and its virtual camera."""

    program: Program
    url: str
    camera_url: str

    async def fault(self, name: str) -> None:
        """Make the virtual camera misbehave, as a person would with curl."""
        async with (
            ClientSession() as session,
            session.get(f"{self.camera_url}/control", params={"var": "fault", "val": name}) as done,
        ):
            assert done.status == 200


@contextlib.asynccontextmanager
async def demo(*options: str, inside: Namespace | None = None) -> AsyncIterator[Demo]:
    arguments = ("demo", "--port", "0", "--fps", "25", *options)
    async with program(*arguments, inside=inside) as running:
        url = (await running.printed(r"Peerlens is up: (http://\S+)")).group(1).rstrip("/")
        camera = (await running.printed(r"front\s+(http://\S+)/stream")).group(1)
        yield Demo(running, url, camera)


@contextlib.asynccontextmanager
async def watching(url: str) -> AsyncIterator[Screen]:
    async with screen() as page:
        await page.open(url)
        await page.state("live")
        yield page


async def test_the_demo_shows_live_video_with_motion_and_latency() -> None:
    async with demo() as running, watching(f"{running.url}/camera/front") as page:
        seen = await page.sees_motion_picture()
        assert (seen["width"], seen["height"]) == (640, 480)
        assert await page.attribute("data-codec") == "H264"
        assert await page.attribute("data-path") == "direct"
        await page.page.wait_for_selector('[data-testid="motion-box"]', timeout=15_000)
        await page.page.wait_for_selector(
            '[data-testid="camera-page"]:not([data-latency-ms=""])', timeout=15_000
        )
        latency_ms = float(await page.attribute("data-latency-ms") or "nan")
        assert 0 < latency_ms < 1_000


async def test_the_demo_plays_over_whep_without_signaling() -> None:
    async with demo() as running, watching(f"{running.url}/camera/front?whep") as page:
        await page.sees_motion_picture()


async def test_the_grid_shows_all_cameras_live() -> None:
    async with demo("--cameras", "3", "--size", "320x240") as running, screen() as page:
        await page.open(running.url)
        for camera in ("front", "camera2", "camera3"):
            await page.shown(f'[data-testid="camera-card-{camera}"]', "data-state", "live", 20)


async def test_the_page_recovers_when_the_camera_is_unplugged_and_replugged() -> None:
    async with demo() as running, watching(f"{running.url}/camera/front") as page:
        await running.fault("drop")
        await page.state("offline")
        await running.fault("none")
        assert await page.state("live") < 4.0
        await page.sees_motion_picture()


async def test_a_frozen_camera_is_called_stalled_and_not_live() -> None:
    async with demo() as running, watching(f"{running.url}/camera/front") as page:
        await running.fault("stall")
        await page.state("stalled", 5.0)
        await running.fault("none")
        await page.state("live")
        await page.sees_motion_picture()


async def test_garbage_from_the_camera_does_not_stop_the_video() -> None:
    async with demo() as running, watching(f"{running.url}/camera/front") as page:
        for fault in ("corrupt", "joined", "truncated", "slow"):
            await running.fault(fault)
            await asyncio.sleep(1.0)
            assert await page.attribute("data-state") in ("live", "stalled")
        await running.fault("none")
        await page.state("live")
        await page.sees_motion_picture()


async def test_a_token_is_asked_for_and_stays_out_of_address_and_log(tmp_path: Path) -> None:
    state = str(tmp_path / "state")
    async with demo("--auth", "token", "--state-dir", state) as running:
        link = (await running.program.printed(r"viewer\s+(http://\S+#token=\S+)")).group(1)
        token = link.partition("#token=")[2]
        async with screen() as page:
            await page.open(f"{running.url}/camera/front")
            await page.page.wait_for_selector('[data-testid="token-prompt"]', timeout=10_000)
        async with watching(link.replace("/#", "/camera/front#")) as page:
            assert "token" not in page.page.url
            await page.sees_motion_picture()
        logged = [line for line in running.program.output if token in line]
        assert all(line.strip().startswith("viewer") for line in logged), logged
