"""The camera's firmware compiled for this machine, as a process of its own.

It has what tests use of :class:`peerlens.virtual_camera.VirtualCamera`, so that they can run
against either.
"""

import asyncio
import base64
import http.client
import json
import os
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

from tests.support.program import Program
from tests.support.twin_build import built

ANSWER_TIMEOUT_S = 5.0
OPEN = ("--basic", "admin:s3cret", "--open-pictures")
ADMIN = {"Authorization": "Basic " + base64.b64encode(b"admin:s3cret").decode()}


class TwinFaults:
    """Sets faults the way a person would, by /control."""

    def __init__(self, camera: "TwinCamera") -> None:
        self._camera = camera

    def set(self, fault: str) -> None:
        status, text = self._camera.ask("/control?" + urlencode({"var": "fault", "val": fault}))
        assert status == 200, text

    def clear(self) -> None:
        self.set("none")


class TwinCamera:
    """``async with`` starts it, :meth:`stop` pulls the plug and :meth:`start` puts it back.

    Everybody may look, unless the ``arguments`` say what HTTP asks for. ``inside`` is a command
    that runs another.
    """

    def __init__(
        self,
        *arguments: str,
        environment: dict[str, str] | None = None,
        inside: tuple[str, ...] = (),
    ) -> None:
        self.faults = TwinFaults(self)
        self.url = ""
        locked = not {"--basic", "--bearer", "--settings"}.isdisjoint(arguments)
        self._arguments = (*OPEN, *arguments) if not locked else arguments
        self._environment = environment or {}
        self._inside = inside
        self._program: Program | None = None
        self._port = 0

    @property
    def base_url(self) -> str:
        return self.url.removesuffix("/stream")

    @property
    def port(self) -> int:
        return self._port

    @property
    def program(self) -> Program:
        assert self._program is not None
        return self._program

    @property
    def output(self) -> list[str]:
        """The lines it printed."""
        return self.program.output

    @property
    def streams(self) -> int:
        streams: int = self.status()["streams"]
        return streams

    def status(self) -> dict[str, Any]:
        status, text = self.ask("/status")
        assert status == 200, text
        answer: dict[str, Any] = json.loads(text)
        return answer

    def ask(self, path: str) -> tuple[int, str]:
        """GET as the admin; return status and text.

        It waits, which holds up the test but not the camera.
        """
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(
            parts.hostname or "", parts.port, timeout=ANSWER_TIMEOUT_S
        )
        try:
            connection.request("GET", path, headers=ADMIN)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    async def start(self) -> None:
        """Start it, at the same port as before if there was one."""
        process = await asyncio.create_subprocess_exec(
            *(*self._inside, str(built("twin-camera"))),
            *("--port", str(self._port), *self._arguments),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, **self._environment},
        )
        self._program = Program(process)
        self.url = (await self._program.printed(r"^(http://\S+/stream)$")).group(1)
        self._port = urlsplit(self.url).port or 0

    async def stop(self) -> None:
        """Pull the plug. Idempotent."""
        if self._program is not None and self._program.running:
            await self._program.kill()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """It must end in order when it is asked to, whatever was done to it."""
        if self._program is None or not self._program.running:
            return
        try:
            code = await self._program.stop()
        finally:
            await self.stop()
        assert error is not None or code == 0, "\n".join([f"exit code {code}", *self.output])


def folder_of(jpegs: Iterable[bytes], folder: Path) -> str:
    """Write ``jpegs`` as files that the twin shows in this order."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, jpeg in enumerate(jpegs):
        (folder / f"{number:04d}.jpg").write_bytes(jpeg)
    return str(folder)
