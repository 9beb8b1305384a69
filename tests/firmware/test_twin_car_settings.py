"""The settings of a control board over its HTTP: never while it is driven, and what they bring."""

from pathlib import Path

import pytest
from aiohttp import ClientSession, encode_basic_auth

from tests.firmware.board_gateway import board_gateway, sending
from tests.firmware.twin import running
from tests.support.polling import until

ADMIN = {"Authorization": encode_basic_auth("admin", "pa55w0rd")}


def options(folder: Path) -> tuple[str, ...]:
    kept = ("--settings", str(folder / "settings.json"))
    return ("--http-port", "0", "--basic", "admin:pa55w0rd", "--pulses", *kept)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/settings", {"board": {"motor": {"invert": True}}}),
        ("POST", "/restart", {}),
        ("POST", "/factory-reset", {}),
    ],
)
async def test_nothing_is_changed_while_it_is_driven_or_stopped(
    twin_car: Path, tmp_path: Path, method: str, path: str, body: dict[str, object]
) -> None:
    async with (
        board_gateway() as gateway,
        running(twin_car, gateway.url, *options(tmp_path)) as twin,
        sending(gateway) as commands,
        ClientSession(await twin.http_url(), headers=ADMIN) as session,
    ):
        await twin.reaches("armed")
        commands.throttle = 1.0
        await until(lambda: twin.now.throttle == 1.0, "throttle")
        async with session.request(method, path, json=body) as answer:
            assert (answer.status, await answer.text()) == (
                409,
                "the car is being driven: release it first\n",
            )
        assert twin.now.throttle == 1.0
        await gateway.send({"type": "stop"})
        await twin.reaches("stopped")
        async with session.request(method, path, json=body) as answer:
            assert answer.status == 409
            assert "clear the emergency stop first" in await answer.text()
        assert gateway.links == 1


async def test_a_trim_counts_from_the_next_boot(twin_car: Path, tmp_path: Path) -> None:
    async with (
        board_gateway() as gateway,
        running(twin_car, gateway.url, *options(tmp_path)) as twin,
        ClientSession(await twin.http_url(), headers=ADMIN) as session,
    ):
        await until(lambda: twin.pins, "the first pins")
        assert twin.pins[-1].steering_us == 1500
        steering = {"centreUs": 1550, "rangeUs": 400, "trim": 0.1}
        async with session.patch("/settings", json={"board": {"steering": steering}}) as answer:
            assert answer.status == 200, await answer.text()
        assert {pins.steering_us for pins in twin.pins} == {1500}
        async with session.post("/restart", json={}) as answer:
            assert answer.status == 202, await answer.text()
        await until(lambda: twin.pins[-1].steering_us == 1590, "the trimmed centre")
        await until(lambda: gateway.links == 2, "the link after the restart")


async def test_a_pulse_that_no_servo_takes_is_refused(twin_car: Path, tmp_path: Path) -> None:
    async with (
        board_gateway() as gateway,
        running(twin_car, gateway.url, *options(tmp_path)) as twin,
        ClientSession(await twin.http_url(), headers=ADMIN) as session,
    ):
        wrong = {"board": {"steering": {"centreUs": 2600}}}
        async with session.patch("/settings", json=wrong) as answer:
            assert answer.status == 422
            assert "centreUs" in await answer.text()
