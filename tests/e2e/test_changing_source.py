"""A camera that changes its size and loses its connection while real Chromium watches."""

from pathlib import Path

import pytest
from aiohttp import ClientSession

from peerlens.virtual_camera import VirtualCamera
from tests.support.changing_pictures import ChangingPictures
from tests.support.chromium import Screen, screen
from tests.support.presented import Presented
from tests.support.program import program

SIZE_DEADLINE_S = 10.0


async def shows(page: Screen, height: int) -> None:
    await page.page.wait_for_function(
        "height => document.querySelector('video').videoHeight === height",
        arg=height,
        timeout=SIZE_DEADLINE_S * 1_000,
    )


async def test_one_session_outlives_new_sizes_and_connections_of_its_camera(
    tmp_path: Path,
) -> None:
    pictures = ChangingPictures()
    configuration = tmp_path / "peerlens.yaml"
    async with VirtualCamera(pictures) as camera:
        configuration.write_text(
            f"http: {{port: 0}}\ncameras: {{front: {{source: '{camera.url}'}}}}\n"
        )
        async with program("up", "-c", str(configuration)) as running, screen() as page:
            url = (await running.printed(r"Peerlens is up: (\S+)")).group(1).rstrip("/")
            presented = await Presented.on(page.page)
            await page.open(f"{url}/camera/front")
            await page.state("live")
            await shows(page, 480)

            async def sessions() -> list[str]:
                async with ClientSession() as client, client.get(f"{url}/api/viewers") as answer:
                    return [viewer["session"] for viewer in await answer.json()]

            first = await sessions()
            assert len(first) == 1

            pictures.is_large = False
            await shows(page, 240)
            await page.sees_motion_picture()

            connections = camera.requests
            await camera.stop()
            await page.state("offline")
            pictures.is_large = True
            await camera.start()
            await page.state("live")
            await shows(page, 480)
            await page.sees_motion_picture()
            assert camera.requests > connections

            assert await sessions() == first
            assert await presented.connections() == 1
            window = await presented.since_last_look()
            assert window.heights == [480, 240, 480]
            # One clock through all of it: always forward, and as fast as time itself.
            assert min(window.rtp_steps_s) > 0
            passed_s = window.frames[-1].at_s - window.frames[0].at_s
            assert sum(window.rtp_steps_s) == pytest.approx(passed_s, abs=0.5)
