"""The real ``peerlens`` command as a process of its own."""

import asyncio
import contextlib
import os
import re
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

from bench.network.namespaces import Namespace

PEERLENS = Path(sys.executable).parent / "peerlens"
START_TIMEOUT_S = 20.0
STOP_TIMEOUT_S = 10.0


class Program:
    """One running command; what it printed is in ``output``."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.output: list[str] = []
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            self.output.append(line.decode(errors="replace").rstrip("\n"))

    async def printed(self, pattern: str) -> re.Match[str]:
        """Wait until a line matches ``pattern``; fail with the output when none does."""
        end = time.monotonic() + START_TIMEOUT_S
        while True:
            for line in self.output:
                if found := re.search(pattern, line):
                    return found
            text = "\n".join(self.output)
            assert time.monotonic() < end, f"{pattern!r} was not printed:\n{text}"
            assert not self._reader.done(), f"it ended before it printed {pattern!r}:\n{text}"
            await asyncio.sleep(0.02)

    @property
    def pid(self) -> int:
        return self._process.pid

    async def kill(self) -> None:
        """SIGKILL: no goodbye to anybody."""
        self._process.kill()
        await asyncio.wait_for(self._process.wait(), STOP_TIMEOUT_S)
        await self._reader

    async def stop(self) -> int:
        """SIGTERM, and return the exit code."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        code = await asyncio.wait_for(self._process.wait(), STOP_TIMEOUT_S)
        await self._reader
        return code

    @property
    def running(self) -> bool:
        return self._process.returncode is None


@contextlib.asynccontextmanager
async def program(*arguments: str, inside: Namespace | None = None) -> AsyncIterator[Program]:
    """Start ``peerlens ARGUMENTS``, in a namespace if given; it must end when it is asked to."""
    command = [str(PEERLENS), *arguments]
    environment = {key: value for key, value in os.environ.items() if "PEERLENS" not in key}
    process = await asyncio.create_subprocess_exec(
        *(inside.command(*command) if inside is not None else command),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=environment | {"PYTHONUNBUFFERED": "1"},
    )
    running = Program(process)
    try:
        yield running
        if running.running:
            code = await running.stop()
            text = "\n".join(running.output)
            assert code == 0, f"exit code {code}:\n{text}"
            assert "Traceback" not in text, text
    finally:
        if running.running:
            await running.kill()


@contextlib.asynccontextmanager
async def python_program(
    *arguments: str, inside: Namespace | None = None
) -> AsyncIterator[Program]:
    """Run Python with ``arguments`` until the end of the block, which kills it."""
    command = [sys.executable, *arguments]
    process = await asyncio.create_subprocess_exec(
        *(inside.command(*command) if inside is not None else command),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    running = Program(process)
    try:
        yield running
    finally:
        if running.running:
            await running.kill()


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
