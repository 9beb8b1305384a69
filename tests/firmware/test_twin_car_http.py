"""The control board's own HTTP, and that nobody there can hold up the car."""

import asyncio
from pathlib import Path

from aiohttp import ClientError, ClientSession, encode_basic_auth

from tests.firmware.board_gateway import board_gateway, sending
from tests.firmware.twin import running
from tests.support.polling import until


async def test_status_tells_what_the_pins_get(twin_car: Path) -> None:
    async with (
        board_gateway() as gateway,
        running(twin_car, gateway.url, "--http-port", "0") as twin,
        sending(gateway) as commands,
        ClientSession(await twin.http_url()) as session,
    ):
        await twin.reaches("armed")
        commands.throttle, commands.steering = 1.0, 1.0
        commands.more = {"lights": True}
        await until(lambda: twin.now.throttle == 1.0, "throttle")
        await until(lambda: gateway.of_type("acted")[-1]["throttle"] == 1.0, "the answer")
        await asyncio.sleep(0.2)  # the ramp
        async with session.get("/status") as answer:
            told = await answer.json()
        assert told["state"] == "armed"
        assert told["outputs"]["forwardDuty"] == 1000
        assert told["outputs"]["steeringUs"] == 1900
        assert told["outputs"]["lights"] is True
        assert told["loop"]["passes"] > 100
        assert told["loop"]["stalls"] == 0


async def test_status_asks_for_what_is_set(twin_car: Path) -> None:
    access = ("--basic", "admin:pa55", "--bearer", "l00k")
    async with (
        board_gateway() as gateway,
        running(twin_car, gateway.url, "--http-port", "0", *access) as twin,
        ClientSession(await twin.http_url()) as session,
    ):
        for headers, status in (
            ({}, 401),
            ({"Authorization": "Bearer guess"}, 401),
            ({"Authorization": "Bearer l00k"}, 200),
            ({"Authorization": encode_basic_auth("admin", "pa55")}, 200),
        ):
            async with session.get("/status", headers=headers) as answer:
                assert answer.status == status


async def test_who_floods_its_http_does_not_stop_the_car(twin_car: Path) -> None:
    async with (
        board_gateway() as gateway,
        running(twin_car, gateway.url, "--http-port", "0") as twin,
        sending(gateway) as commands,
    ):
        url = await twin.http_url()
        await twin.reaches("armed")
        commands.throttle = 1.0
        await until(lambda: twin.now.throttle == 1.0, "throttle")
        answers = 0

        async def flood(session: ClientSession) -> None:
            nonlocal answers
            while True:
                try:
                    async with session.get(url / "status") as answer:
                        answers += answer.status == 200
                except ClientError:
                    await asyncio.sleep(0.01)

        async with ClientSession() as session:
            floods = [asyncio.create_task(flood(session)) for _ in range(4)]
            await until(lambda: answers > 500, "500 answers", 30)
            for each in floods:
                each.cancel()
            await asyncio.gather(*floods, return_exceptions=True)
        assert twin.now.throttle == 1.0
        assert [outputs.state for outputs in twin.outputs].count("armed") == 2
