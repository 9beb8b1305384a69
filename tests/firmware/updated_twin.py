"""A twin-car that can be updated: its HTTP, and what it keeps while it is off."""

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, encode_basic_auth

from tests.firmware.signing import Signer
from tests.firmware.twin import Twin, running
from tests.support.polling import until

ADMIN = {"Authorization": encode_basic_auth("admin", "pa55")}
NOBODY = "ws://127.0.0.1:1/ws/board"
"""A gateway that is not there: the link never comes up."""


class UpdatedTwin:
    """``state`` is the folder that it keeps."""

    def __init__(self, twin: Twin, session: ClientSession, state: Path) -> None:
        self.twin = twin
        self.session = session
        self.state = state

    async def upload(self, image: bytes, query: str = "") -> tuple[int, str]:
        """Return the status and the text of the answer."""
        async with self.session.post(
            "/update" + query, data=io.BytesIO(image), headers=ADMIN
        ) as answer:
            return answer.status, (await answer.text()).strip()

    async def status(self) -> dict[str, Any]:
        """Ask for it, which also tells a program on trial that it works."""
        async with self.session.get("/status", headers=ADMIN) as answer:
            assert answer.status == 200
            told: dict[str, Any] = await answer.json()
        return told

    async def tells(
        self, true: Callable[[dict[str, Any]], object], deadline_s: float = 20.0
    ) -> dict[str, Any]:
        """Ask for the status until ``true`` of it, and return it."""
        async with asyncio.timeout(deadline_s):
            told = await self.status()
            while not true(told):
                await asyncio.sleep(0.02)
                told = await self.status()
        return told

    async def pull_plug(self) -> None:
        """Kill it, in the middle of whatever it does."""
        self.twin.process.kill()
        await self.twin.process.wait()

    def kept(self) -> list[str]:
        """Return what the bootloader keeps: which slot boots, and the two slots."""
        return (self.state / "boot").read_text("utf-8").splitlines()

    async def boots(self, count: int) -> None:
        """Wait until it has booted so often, and listens."""
        await until(
            lambda: [line for line in self.twin.lines if line.startswith("http ")][count - 1 :],
            f"boot {count}",
            20.0,
        )

    async def keeps(self, slot: str, deadline_s: float = 20.0) -> None:
        await until(lambda: slot in self.kept(), slot, deadline_s)


@contextlib.asynccontextmanager
async def updated_twin(
    program: Path, state: Path, signer: Signer, *arguments: str, url: str = NOBODY
) -> AsyncIterator[UpdatedTwin]:
    options = ("--http-port", "0", "--basic", "admin:pa55", "--state", str(state))
    key = ("--update-key", signer.public)
    async with (
        running(program, url, *options, *key, *arguments) as twin,
        ClientSession(await twin.http_url()) as session,
    ):
        yield UpdatedTwin(twin, session, state)
