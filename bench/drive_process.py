"""A process of drivers made of aiortc; what it is told, and answers, is in bench/drivers.py."""

import argparse
import asyncio
import contextlib
import json
import mmap
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiohttp

from bench.driver import CONNECT_TIMEOUT_S
from bench.drivers import SENT_TIME
from bench.socket_driver import SocketDriver
from bench.target import Place, Target
from protocol.messages import Drive

CONNECTING_AT_ONCE = 4
CLOSE_TIMEOUT_S = 2.0


class NotedDriver(SocketDriver):
    """Writes the time of its newest command where others can read it, also after its death."""

    def __init__(self, noted: mmap.mmap, number: int) -> None:
        super().__init__()
        self._noted = noted
        self._at = number * SENT_TIME.size

    def send(self, command: Drive) -> None:
        super().send(command)
        SENT_TIME.pack_into(self._noted, self._at, self.sent_s)

    async def go_to(self, session: aiohttp.ClientSession, where: Target | Place) -> None:
        if isinstance(where, Place):
            await self.join(session, where)
        else:
            await self.connect(session, where)


class Fleet:
    """All drivers of the process."""

    def __init__(self, noted: mmap.mmap) -> None:
        self._noted = noted
        self._session: aiohttp.ClientSession | None = None
        self._drivers: list[NotedDriver] = []

    async def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """Do what one line of input asks for."""
        if "connect" in question:
            await self._connect([Target(**target) for target in question["connect"]])
        if "join" in question:
            await self._connect([Place(**place) for place in question["join"]])
        if "arm" in question:
            within_s = question["arm"]
            await asyncio.gather(*(driver.arm(within_s) for driver in self._drivers))
        if "throttle" in question:
            for driver in self._drivers:
                driver.throttle = question["throttle"]
        reasons: Counter[str] = Counter()
        for driver in self._drivers:
            reasons += driver.reasons
        return {"reasons": reasons}

    async def _connect(self, places: Sequence[Target | Place]) -> None:
        """Be new drivers; the ones before are over."""
        await self.close()
        token = places[0].token
        self._session = aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=aiohttp.ClientTimeout(total=CONNECT_TIMEOUT_S),
        )
        at_once = asyncio.Semaphore(CONNECTING_AT_ONCE)
        await asyncio.gather(
            *(self._add(number, place, at_once) for number, place in enumerate(places))
        )

    async def _add(self, number: int, place: Target | Place, at_once: asyncio.Semaphore) -> None:
        assert self._session is not None
        driver = NotedDriver(self._noted, number)
        self._drivers.append(driver)
        async with at_once:
            await driver.go_to(self._session, place)

    async def close(self) -> None:
        closing = [asyncio.create_task(driver.close()) for driver in self._drivers]
        self._drivers = []
        if closing:
            await asyncio.wait(closing, timeout=CLOSE_TIMEOUT_S)
        if self._session is not None:
            await self._session.close()
            self._session = None


async def serve(noted: mmap.mmap) -> None:
    """Answer questions from standard input until it ends."""
    fleet = Fleet(noted)
    while line := await asyncio.to_thread(sys.stdin.readline):
        try:
            answer = await fleet.answer(json.loads(line))
        except (OSError, TimeoutError, ValueError, aiohttp.ClientError) as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)
    await fleet.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.drive_process")
    parser.add_argument("--sent", type=Path, required=True, help="file for the times of sending")
    path: Path = parser.parse_args().sent
    with (
        path.open("r+b") as file,
        mmap.mmap(file.fileno(), 0) as noted,
        contextlib.suppress(KeyboardInterrupt),
    ):
        asyncio.run(serve(noted))


if __name__ == "__main__":
    main()
