"""Signaling and gateway as two processes, and what a viewer sees when either is killed."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import ClientSession

from peerlens.virtual_camera import VirtualCamera
from peerlens.virtual_camera.pictures import ScenePictures
from tests.support.chromium import Screen, screen
from tests.support.polling import until
from tests.support.program import Program, free_port, program
from tests.support.viewer import watching

SDP = {"Content-Type": "application/sdp"}


class Apart:
    """Starts either process, again if need be, always at the same addresses."""

    def __init__(self, folder: Path, camera_url: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._configuration = folder / "gateway.yaml"
        self._configuration.write_text(
            f"http: {{port: {free_port()}}}\n"
            f"signaling: {{url: 'ws://127.0.0.1:{self.port}/ws', gateway_id: home}}\n"
            f"cameras: {{front: {{source: '{camera_url}', name: Front}}}}\n"
        )

    @contextlib.asynccontextmanager
    async def signaling(self) -> AsyncIterator[Program]:
        async with program("signaling", "--set", f"http.port={self.port}") as running:
            await running.printed("Peerlens is up")
            yield running

    @contextlib.asynccontextmanager
    async def gateway(self) -> AsyncIterator[Program]:
        async with program("gateway", "-c", str(self._configuration)) as running:
            await running.printed("registered with")
            yield running


@contextlib.asynccontextmanager
async def virtual_camera() -> AsyncIterator[str]:
    async with VirtualCamera(ScenePictures(640, 480, 25.0)) as camera:
        yield camera.url


async def signaling_seen(page: Screen, wanted: str) -> None:
    await page.shown("[data-signaling]", "data-signaling", wanted, 15.0)


async def test_video_goes_on_without_signaling_and_the_link_comes_back(tmp_path: Path) -> None:
    async with virtual_camera() as camera_url, contextlib.AsyncExitStack() as stack:
        apart = Apart(tmp_path, camera_url)
        broker = await stack.enter_async_context(apart.signaling())
        gateway = await stack.enter_async_context(apart.gateway())
        page = await stack.enter_async_context(screen())
        await page.open(f"{apart.url}/camera/front")
        await page.state("live")
        await signaling_seen(page, "connected")

        await broker.kill()
        await signaling_seen(page, "connecting")
        await page.sees_motion_picture()
        assert await page.attribute("data-state") == "live"

        await stack.enter_async_context(apart.signaling())
        await signaling_seen(page, "connected")
        await until(
            lambda: sum("registered with" in line for line in gateway.output) == 2,
            "the gateway to register again",
        )
        await page.sees_motion_picture()
        sessions = [line for line in gateway.output if "negotiating -> connecting" in line]
        assert len(sessions) == 1, "the viewer's session must be the first one still"


async def test_the_page_recovers_when_the_gateway_is_killed_and_returns(tmp_path: Path) -> None:
    async with virtual_camera() as camera_url, contextlib.AsyncExitStack() as stack:
        apart = Apart(tmp_path, camera_url)
        await stack.enter_async_context(apart.signaling())
        gateway = await stack.enter_async_context(apart.gateway())
        page = await stack.enter_async_context(screen())
        await page.open(f"{apart.url}/camera/front")
        await page.state("live")

        await gateway.kill()
        await page.state("offline")

        await stack.enter_async_context(apart.gateway())
        await page.state("live")
        await page.sees_motion_picture()


async def test_signaling_forwards_whep_to_the_gateway(tmp_path: Path) -> None:
    async with virtual_camera() as camera_url, contextlib.AsyncExitStack() as stack:
        apart = Apart(tmp_path, camera_url)
        await stack.enter_async_context(apart.signaling())
        await stack.enter_async_context(apart.gateway())
        client = await stack.enter_async_context(ClientSession(apart.url))

        async def exchange(offer: str) -> str:
            async with client.post("/front/whep", data=offer, headers=SDP) as response:
                assert response.status == 201, await response.text()
                return await response.text()

        async with watching(exchange) as viewer:
            await viewer.frames_more(5)
        async with client.get("/api/cameras") as response:
            [front] = await response.json()
        assert (front["id"], front["state"]) == ("front", "live")
