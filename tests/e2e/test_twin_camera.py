"""The firmware of the camera, compiled for this machine, from the network to Chromium."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

from tests.support.chromium import Screen, screen
from tests.support.polling import until
from tests.support.program import program
from tests.support.twin_camera import TwinCamera

STALL_S = 1.0


@contextlib.asynccontextmanager
async def page_of(camera: TwinCamera, folder: Path) -> AsyncIterator[Screen]:
    """``peerlens up`` with that one camera, and its page."""
    file = folder / "peerlens.yaml"
    front = {"source": camera.url, "stall_timeout_s": STALL_S}
    file.write_text(json.dumps({"http": {"port": 0}, "cameras": {"front": front}}))
    async with program("up", "-c", str(file)) as running, screen() as page:
        url = (await running.printed(r"Peerlens is up: (http://\S+)")).group(1).rstrip("/")
        await page.open(f"{url}/camera/front")
        await page.state("live")
        yield page


async def test_the_page_shows_it_with_motion_and_latency(tmp_path: Path) -> None:
    async with TwinCamera("--fps", "25") as camera, page_of(camera, tmp_path) as page:
        seen = await page.sees_motion_picture()
        assert (seen["width"], seen["height"]) == (640, 480)
        await page.page.wait_for_selector('[data-testid="motion-box"]', timeout=15_000)
        await page.page.wait_for_selector(
            '[data-testid="camera-page"]:not([data-latency-ms=""])', timeout=15_000
        )
        assert 0 < float(await page.attribute("data-latency-ms") or "nan") < 1_000


async def test_the_page_is_live_again_after_each_of_its_bad_days(tmp_path: Path) -> None:
    async with (
        TwinCamera("--fps", "25", "--fault-s", "4") as camera,
        page_of(camera, tmp_path) as page,
    ):
        # Nothing to be seen of these but that it goes on.
        for fault in ("clock-jump", "corrupt", "joined", "truncated"):
            camera.faults.set(fault)
            await asyncio.sleep(0.5)
            camera.faults.clear()
            await page.state("live")
            await page.sees_motion_picture()
        camera.faults.set("partial")
        await page.state("offline")
        camera.faults.clear()
        await page.state("live")
        # Silence: the camera is not known to be gone until it has been for long enough.
        camera.faults.set("wifi-gone")
        await page.state("stalled")
        await page.state("live")
        await page.sees_motion_picture()
        camera.faults.set("reboot")
        await until(lambda: camera.output.count(camera.url) == 2, "the second start")
        await page.state("live")
        await page.sees_motion_picture()
