"""The running twin-car and what its outputs did."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from yarl import URL

from tests.support.polling import until

STOP_TIMEOUT_S = 5.0


@dataclass(frozen=True)
class Outputs:
    """One ``out`` line."""

    at_us: int
    state: str
    throttle: float
    steering: float
    brake: bool
    lights: bool
    horn: bool
    pan: float
    tilt: float

    @property
    def neutral(self) -> bool:
        return self.throttle == 0 and self.steering == 0 and self.brake and not self.horn


def outputs_of(line: str) -> Outputs:
    _, at_us, state, throttle, steering, brake, lights, horn, pan, tilt = line.split(" ")
    return Outputs(
        int(at_us),
        state,
        float(throttle),
        float(steering),
        brake == "1",
        lights == "1",
        horn == "1",
        float(pan),
        float(tilt),
    )


@dataclass(frozen=True)
class Pins:
    """One ``pins`` line: pulses in microseconds, 0 for none, and duty of 1000."""

    at_us: int
    steering_us: int
    esc_us: int
    forward: int
    reverse: int
    lights: bool
    horn: bool
    pan_us: int
    tilt_us: int


def pins_of(line: str) -> Pins:
    _, *numbers = line.split(" ")
    at_us, steering_us, esc_us, forward, reverse, lights, horn, pan_us, tilt_us = map(int, numbers)
    return Pins(
        at_us, steering_us, esc_us, forward, reverse, bool(lights), bool(horn), pan_us, tilt_us
    )


class Twin:
    """The process; ``lines`` is all that it printed."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.lines: list[str] = []
        self.reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.lines.append(line.decode().rstrip("\n"))

    @property
    def outputs(self) -> list[Outputs]:
        return [outputs_of(line) for line in self.lines if line.startswith("out ")]

    @property
    def now(self) -> Outputs:
        return self.outputs[-1]

    @property
    def pins(self) -> list[Pins]:
        """With ``--pulses``."""
        return [pins_of(line) for line in self.lines if line.startswith("pins ")]

    async def http_url(self) -> URL:
        """Return where it serves, with ``--http-port 0``."""
        await self.prints("http ")
        port = next(line for line in self.lines if line.startswith("http ")).split(" ")[1]
        return URL(f"http://127.0.0.1:{port}")

    @property
    def last_command_us(self) -> int:
        """When the last command was obeyed."""
        return [int(line.split(" ")[1]) for line in self.lines if line.startswith("cmd ")][-1]

    async def reaches(self, state: str, deadline_s: float = 10.0) -> Outputs:
        """Wait until the newest outputs are in ``state``."""
        await until(lambda: self.outputs and self.now.state == state, state, deadline_s)
        return self.now

    async def leaves_throttle(self, deadline_s: float = 10.0) -> Outputs:
        """Wait until there is no throttle, and return the first outputs without it."""
        await until(lambda: self.now.throttle == 0, "no throttle", deadline_s)
        driven = max(i for i, outputs in enumerate(self.outputs) if outputs.throttle != 0)
        return self.outputs[driven + 1]

    async def prints(self, start: str) -> None:
        await until(lambda: any(line.startswith(start) for line in self.lines), start)

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    async def stop(self) -> int:
        with contextlib.suppress(ProcessLookupError):
            self.signal(signal.SIGTERM)
        code = await asyncio.wait_for(self.process.wait(), STOP_TIMEOUT_S)
        await self.reader
        return code


@contextlib.asynccontextmanager
async def running(
    program: Path, url: str, *arguments: str, environment: Mapping[str, str] | None = None
) -> AsyncIterator[Twin]:
    """Start twin-car as board-1; it must end in order when it is asked to."""
    process = await asyncio.create_subprocess_exec(
        str(program),
        *("--url", url, "--id", "board-1", "--trace", *arguments),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, **(environment or {})},
    )
    twin = Twin(process)
    try:
        yield twin
        if process.returncode is None:
            assert await twin.stop() == 0
            assert twin.now.neutral
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        await twin.reader
