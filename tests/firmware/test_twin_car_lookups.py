"""A resolver that hangs holds up the search for the gateway, and nothing else."""

import subprocess
from pathlib import Path

import pytest
from aiohttp import ClientSession

from tests.firmware.board_gateway import board_gateway, sending
from tests.firmware.twin import running
from tests.support.polling import until


@pytest.fixture(scope="module")
def hanging_lookups(tmp_path_factory: pytest.TempPathFactory) -> Path:
    library = tmp_path_factory.mktemp("lookups") / "hanging_lookups.so"
    source = Path(__file__).with_suffix("").with_name("hanging_lookups.c")
    command = ["cc", "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"]
    subprocess.run(command, check=True, timeout=60)
    return library


async def test_a_board_lives_on_while_the_lookup_hangs(
    twin_car: Path, hanging_lookups: Path, tmp_path: Path
) -> None:
    hang = tmp_path / "hang"
    hang.touch()
    environment = {"LD_PRELOAD": str(hanging_lookups), "LOOKUPS_HANG": str(hang)}
    async with (
        board_gateway() as gateway,
        running(
            *(twin_car, gateway.url_by("localhost"), "--http-port", "0"), environment=environment
        ) as twin,
        ClientSession() as session,
    ):
        url = await twin.http_url() / "status"

        async def loop() -> dict[str, int]:
            async with session.get(url) as answer:
                told: dict[str, int] = (await answer.json())["loop"]
                return told

        before = await loop()
        await twin.prints("link down ")
        after = await loop()
        assert after["passes"] > before["passes"] + 100, "the loop went on all the while"
        assert after["stalls"] == 0
        assert gateway.links == 0
        hang.unlink()
        await until(lambda: gateway.links == 1, "the link", 15)


async def test_a_car_whose_link_is_lost_stops_though_the_lookup_hangs(
    twin_car: Path, hanging_lookups: Path, tmp_path: Path
) -> None:
    hang = tmp_path / "hang"
    environment = {"LD_PRELOAD": str(hanging_lookups), "LOOKUPS_HANG": str(hang)}
    async with (
        board_gateway() as gateway,
        running(twin_car, gateway.url_by("localhost"), environment=environment) as twin,
        sending(gateway) as commands,
    ):
        await twin.reaches("armed")
        commands.throttle = 1.0
        await until(lambda: twin.now.throttle == 1.0, "throttle")
        hang.touch()
        obeyed_us = twin.last_command_us
        gateway.cut()
        stopped = await twin.leaves_throttle()
        assert (stopped.state, stopped.neutral) == ("disarmed", True)
        assert stopped.at_us - obeyed_us < 400_000
        # And it ends in order, though its look-up does not.
        assert await twin.stop() == 0
