"""The camera's own stream, chosen by hand by somebody on its network."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import ClientSession

from tests.e2e.test_live_video import Demo, demo
from tests.support.chromium import Screen, screen
from tests.support.tls_front import tls_front
from tests.support.twin_camera import TwinCamera

PAGE = '[data-testid="camera-page"]'
CHOOSE, LEAVE = '[data-testid="local-choose"]', '[data-testid="local-leave"]'
IMAGE = '[data-testid="local-image"]'
DEADLINE_MS = 10_000

WIDTH = """document.querySelector('[data-testid="local-image"]').naturalWidth"""


@contextlib.asynccontextmanager
async def registered(url: str, stream_url: str) -> AsyncIterator[None]:
    """A camera says where its stream is, as an ESP32 does."""
    message = {
        "type": "register",
        "role": "camera",
        "deviceId": "front",
        "streamUrl": stream_url,
    }
    async with ClientSession() as session, session.ws_connect(f"{url}/ws") as socket:
        await socket.send_json(message)
        assert (await socket.receive_json())["type"] == "registered"
        # Reading answers the server's pings.
        listening = asyncio.create_task(socket.receive())
        yield
        listening.cancel()


async def path(page: Screen, wanted: str) -> None:
    await page.shown(PAGE, "data-path", wanted, DEADLINE_MS / 1_000)


async def test_who_is_on_the_cameras_network_can_choose_its_own_stream() -> None:
    """The camera is the firmware, which registers by itself."""
    async with demo() as running:
        server = running.url.replace("http://", "ws://") + "/ws"
        async with TwinCamera("--url", server, "--id", "front", "--size", "SVGA") as camera:
            await camera.program.printed("^link up$")
            await chooses_the_stream_of_its_own(running)


async def chooses_the_stream_of_its_own(running: Demo) -> None:
    async with screen() as page:
        await page.open(f"{running.url}/camera/front")
        await path(page, "direct")
        await page.page.click(CHOOSE, timeout=DEADLINE_MS)
        await path(page, "mjpeg")
        await page.state("live")
        assert await page.page.evaluate(WIDTH) == 800
        await page.page.click(LEAVE)
        await path(page, "direct")
        await page.sees_motion_picture()
        assert await page.page.locator(IMAGE).count() == 0


async def test_a_camera_that_gives_no_picture_is_said_to() -> None:
    async with (
        demo() as running,
        registered(running.url, "http://127.0.0.1:9/stream"),
        screen() as page,
    ):
        await page.open(f"{running.url}/camera/front")
        await page.page.click(CHOOSE, timeout=DEADLINE_MS)
        await page.state("error")
        words = await page.page.text_content('[data-testid="cover"]')
        assert words is not None
        assert "another network" in words
        assert "127.0.0.1:9" in words


async def test_nobody_is_offered_a_stream_that_nobody_announced() -> None:
    async with demo() as running, screen() as page:
        await page.open(f"{running.url}/camera/front")
        await path(page, "direct")
        await page.state("live")
        assert await page.page.locator('[data-testid="local-choice"]').count() == 0


async def test_on_an_https_page_it_is_not_even_tried(tmp_path: Path) -> None:
    async with (
        demo() as running,
        registered(running.url, f"{running.camera_url}/stream"),
        tls_front(running.url, tmp_path) as secure,
        screen(arguments=["--ignore-certificate-errors"]) as page,
    ):
        await page.open(f"{secure}/camera/front")
        await path(page, "direct")
        warning = await page.page.text_content('[data-testid="local-mixed"]', timeout=DEADLINE_MS)
        assert warning is not None
        assert "HTTPS" in warning
        assert await page.page.locator(CHOOSE).count() == 0
        assert await page.page.locator(IMAGE).count() == 0


async def test_the_camera_is_let_go_when_its_stream_is_left() -> None:
    async with (
        demo() as running,
        registered(running.url, f"{running.camera_url}/stream"),
        screen() as page,
    ):
        await page.open(f"{running.url}/camera/front")
        await page.page.click(CHOOSE, timeout=DEADLINE_MS)
        await page.state("live")
        await page.page.click(LEAVE)
        await path(page, "direct")
        await clients(running, 1)


async def clients(running: Demo, wanted: int) -> None:
    """Wait until the camera serves so many streams; the gateway is one of them."""
    end_s = time.monotonic() + DEADLINE_MS / 1_000
    async with ClientSession() as session:
        while True:
            async with session.get(f"{running.camera_url}/status") as answer:
                streams = (await answer.json())["streams"]
            if streams == wanted:
                return
            assert time.monotonic() < end_s, f"{streams} streams are open"
            await asyncio.sleep(0.1)
