"""Signed updates of the camera's firmware: it streams on meanwhile, and keeps its settings."""

import asyncio
import io
from pathlib import Path

import pytest
from aiohttp import ClientSession

from tests.firmware.signing import Signer
from tests.support.polling import until
from tests.support.twin_camera import ADMIN, TwinCamera


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return Signer(tmp_path_factory.mktemp("keys"))


async def upload(camera: TwinCamera, image: bytes) -> tuple[int, str]:
    async with (
        ClientSession(headers=ADMIN) as session,
        session.post(camera.base_url + "/update", data=io.BytesIO(image)) as answer,
    ):
        return answer.status, (await answer.text()).strip()


async def boots(camera: TwinCamera, count: int) -> None:
    await until(
        lambda: [line for line in camera.output if line.startswith("http://")][count - 1 :],
        f"boot {count}",
        20.0,
    )


async def test_streams_while_it_is_updated_and_comes_back_with_its_settings(
    signer: Signer, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    async with (
        TwinCamera("--state", str(state), "--update-key", signer.public) as camera,
        ClientSession() as session,
        session.get(camera.url) as stream,
    ):
        async with session.patch(
            camera.base_url + "/settings", json={"camera": {"quality": 20}}, headers=ADMIN
        ) as answer:
            assert answer.status == 200, await answer.text()
        assert camera.status()["firmware"] == "0.1.0"
        assert await stream.content.readany()
        uploading = asyncio.create_task(
            upload(camera, signer.image("1.0.0", "twin-camera", bytes(3_000_000)))
        )
        while not uploading.done():
            assert await stream.content.readany()
        assert await uploading == (200, "installed version 1.0.0; the device reboots into it")
        await boots(camera, 2)
        told = camera.status()
        assert told["firmware"] == "1.0.0"
        assert told["target"] == "twin-camera"
        assert told["reset"] == "software"
        assert told["quality"] == 20
        await until(lambda: camera.status()["update"]["state"] == "idle", "confirmed")


async def test_refuses_the_boards_firmware(signer: Signer, tmp_path: Path) -> None:
    state = str(tmp_path / "state")
    async with TwinCamera("--state", state, "--update-key", signer.public) as camera:
        assert await upload(camera, signer.image("1.0.0", "twin-car")) == (
            422,
            "the image is for twin-car; expected one for twin-camera",
        )
        assert camera.status()["firmware"] == "0.1.0"


async def test_counts_the_reboot_of_a_fault_and_a_power_cut(tmp_path: Path) -> None:
    async with TwinCamera("--state", str(tmp_path / "state")) as camera:
        assert camera.status()["reset"] == "power-on"
        camera.faults.set("reboot")
        await boots(camera, 2)
        assert camera.status()["reset"] == "software"
        await camera.stop()
        await camera.start()
        told = camera.status()
        assert told["reset"] == "power-on"
        assert told["boots"]["count"] == 3
