"""Driving over the relay of a signaling server apart: commands and pictures both go through it."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from peerlens.camera_fault import Fault
from peerlens.virtual_camera import VirtualCamera
from peerlens.virtual_camera.pictures import ScenePictures
from tests.e2e.test_driving import NO_WEBRTC, BoardLines, drive_on
from tests.support.cockpit import Cockpit, cockpit
from tests.support.polling import until
from tests.support.program import free_port, program


@dataclass(frozen=True)
class Drive:
    """A page on signaling that drives a car whose gateway it never reaches."""

    camera: VirtualCamera
    driver: Cockpit
    board: BoardLines


@contextlib.asynccontextmanager
async def drive(folder: Path) -> AsyncIterator[Drive]:
    async with (
        VirtualCamera(ScenePictures(320, 240, 25.0)) as camera,
        program("signaling", "--set", f"http.port={(port := free_port())}") as signaling,
    ):
        await signaling.printed("Peerlens is up")
        file = folder / "gateway.yaml"
        file.write_text(
            f"http: {{port: {free_port()}}}\n"
            f"signaling: {{url: 'ws://127.0.0.1:{port}/ws'}}\n"
            f"cameras: {{front: {{source: '{camera.url}'}}}}\n"
            "cars: {car1: {camera: front, board: board-1}}\n"
        )
        async with program("gateway", "-c", str(file)) as gateway:
            await gateway.printed("registered with")
            board = await BoardLines.of(f"ws://127.0.0.1:{port}/ws/board")
            try:
                await gateway.printed(r"board board-1 is there")
                url = f"http://127.0.0.1:{port}/drive/front"
                async with cockpit(url, init=NO_WEBRTC) as driver:
                    yield Drive(camera, driver, board)
            finally:
                await board.close()


async def test_commands_and_pictures_go_through_signaling(tmp_path: Path) -> None:
    async with drive(tmp_path) as it:
        await it.driver.says("path", "relay", 30)
        await it.driver.says("pictures", "live")
        await drive_on(it.driver, it.board)
        assert 0 < float(await it.driver.said("video-age-ms") or "nan") < 1_000
        await it.driver.page.keyboard.up("w")
        await until(lambda: it.board.throttle == 0, "neutral")


async def test_without_fresh_pictures_there_is_no_throttle(tmp_path: Path) -> None:
    async with drive(tmp_path) as it:
        await it.driver.says("path", "relay", 30)
        await it.driver.says("pictures", "live")
        await it.driver.says("board", "online")
        await it.driver.take_the_wheel()
        it.camera.faults.set(Fault.STALL)
        await it.driver.says("pictures", "stalled")
        await it.driver.page.keyboard.down("w")
        await it.driver.says("reason", "stale-video")
        assert it.board.throttle == 0
        await it.driver.page.keyboard.up("w")
        it.camera.faults.set(Fault.NONE)
        await it.driver.says("pictures", "live", 30)
        await it.driver.page.keyboard.down("w")
        await until(lambda: it.board.throttle > 0.2, "the board to give throttle")
