"""The compiled twin: how it is built, run and watched."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from peerlens.virtual_car.errors import BuildError, Superseded
from peerlens.virtual_car.firmware_build import compiled_twin
from peerlens.virtual_car.outputs import Outputs
from peerlens.virtual_car.twin import BoardLink, CompiledTwin
from protocol.messages import ClearStop, Stop, Telemetry
from tests.peerlens.test_virtual_car_client import BoardServer, serving
from tests.support.polling import until

CMAKE = """cmake_minimum_required(VERSION 3.16)
project(firmware CXX)
add_executable(twin-car twin.cpp)
"""
WORKS = "int main() { return 0; }\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A source checkout with the smallest firmware."""
    firmware = tmp_path / "firmware"
    firmware.mkdir()
    (firmware / "CMakeLists.txt").write_text(CMAKE)
    (firmware / "twin.cpp").write_text(WORKS)
    return tmp_path


async def test_it_is_compiled_once_and_again_when_the_sources_change(checkout: Path) -> None:
    program = await compiled_twin(checkout)
    assert os.access(program, os.X_OK)
    assert program.is_relative_to(checkout / "build" / "twin-car")
    built = program.stat().st_ino
    assert (await compiled_twin(checkout)).stat().st_ino == built
    source = checkout / "firmware" / "twin.cpp"
    source.write_text("int main() { return 1; }\n")
    changed_s = program.stat().st_mtime + 5
    os.utime(source, (changed_s, changed_s))
    again = await compiled_twin(checkout)
    process = await asyncio.create_subprocess_exec(again)
    assert await asyncio.wait_for(process.wait(), 10) == 1


async def test_two_that_start_at_once_build_one_after_the_other(checkout: Path) -> None:
    first, second = await asyncio.gather(compiled_twin(checkout), compiled_twin(checkout))
    assert first == second


async def test_what_does_not_compile_is_said_in_one_line(checkout: Path) -> None:
    (checkout / "firmware" / "twin.cpp").write_text("int main() { return nothing; }\n")
    with pytest.raises(BuildError, match=r"did not compile: .*nothing") as failure:
        await compiled_twin(checkout)
    assert "\n" not in str(failure.value)


async def test_without_sources(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="no firmware sources"):
        await compiled_twin(tmp_path)


async def test_without_a_compiler(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(checkout))
    monkeypatch.delenv("CXX", raising=False)
    with pytest.raises(BuildError, match=r"no C\+\+ compiler found"):
        await compiled_twin(checkout)


async def test_a_build_has_a_deadline(checkout: Path) -> None:
    with pytest.raises(BuildError, match=r"within 0\.01 s"):
        await compiled_twin(checkout, deadline_s=0.01)


PYTHON = f'"{sys.executable}" -m peerlens.virtual_car'


@pytest.fixture(params=["firmware", "python"])
async def command(request: pytest.FixtureRequest) -> str:
    """Both programs print the same lines."""
    return PYTHON if request.param == "python" else f'"{await compiled_twin()}"'


class RunningTwin:
    """A twin that runs ``command``, and leaves the ids of its processes in a file."""

    def __init__(self, folder: Path, url: str, command: str) -> None:
        self.outputs: list[Outputs] = []
        program = folder / "twin-car"
        program.write_text(f'#!/bin/sh\necho $$ >> "{folder}/pids"\nexec {command} "$@"\n')
        program.chmod(0o755)
        self._pids = folder / "pids"
        self.twin = CompiledTwin(program, BoardLink(url, "board-1", "a-token"), self.outputs.append)

    @property
    def pids(self) -> list[int]:
        return [int(pid) for pid in self._pids.read_text().split()]

    @property
    def now(self) -> Outputs:
        return self.outputs[-1]


@contextlib.asynccontextmanager
async def running(folder: Path, server: BoardServer, command: str) -> AsyncIterator[RunningTwin]:
    twin = RunningTwin(folder, server.url, command)
    task = asyncio.create_task(twin.twin.run())
    try:
        yield twin
    finally:
        task.cancel()
        await asyncio.wait({task})


async def test_the_outputs_are_what_the_program_prints(tmp_path: Path, command: str) -> None:
    server = BoardServer()
    async with serving(server), running(tmp_path, server, command) as twin:
        await until(lambda: server.count(Telemetry), "the first telemetry")
        assert server.registrations[0].token == "a-token"
        await server.drive(0.0, lambda: twin.now.state == "armed", "armed")
        await server.drive(0.5, lambda: twin.now.throttle == 0.5, "half throttle")
        await until(lambda: twin.now.state == "neutral", "neutral when nobody commands")
        await until(lambda: twin.now.state == "disarmed", "disarmed when nobody commands")
        await server.drive(0.0, lambda: twin.now.state == "armed", "armed again")
        await server.drive(0.5, lambda: twin.now.throttle == 0.5, "half throttle again")
        await server.say(Stop())
        await until(lambda: twin.now.state == "stopped", "the emergency stop")
        assert twin.now.throttle == 0.0
        await server.say(ClearStop())
        await until(lambda: twin.now.state == "disarmed", "its end")
        pid = twin.pids[0]
    assert twin.now.throttle == 0.0, "when it ends"
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_a_program_that_dies_stops_the_car_and_is_started_again(
    tmp_path: Path, command: str
) -> None:
    server = BoardServer()
    async with serving(server), running(tmp_path, server, command) as twin:
        await until(lambda: server.count(Telemetry), "the first telemetry")
        await server.drive(0.0, lambda: twin.now.state == "armed", "armed")
        await server.drive(1.0, lambda: twin.now.throttle == 1.0, "full throttle")
        os.kill(twin.pids[0], signal.SIGKILL)
        await until(lambda: twin.now.throttle == 0.0, "neutral")
        assert twin.now.brake
        await until(lambda: len(server.registrations) == 2, "the next registration")
        await server.drive(0.0, lambda: twin.now.state == "armed", "armed again")


async def test_a_superseded_program_is_not_started_again(tmp_path: Path, command: str) -> None:
    server = BoardServer()
    server.refuse_with = ("superseded", 4409)
    async with serving(server):
        twin = RunningTwin(tmp_path, server.url, command)
        async with asyncio.timeout(20):
            with pytest.raises(Superseded, match="board-1"):
                await twin.twin.run()
    assert len(server.registrations) == 1


async def test_a_program_that_cannot_run_is_tried_again(tmp_path: Path) -> None:
    outputs: list[Outputs] = []
    program = tmp_path / "twin-car"
    twin = CompiledTwin(program, BoardLink("ws://127.0.0.1:9/", "board-1"), outputs.append)
    task = asyncio.create_task(twin.run())
    try:
        await until(lambda: outputs, "the first outputs")
        program.write_text(f'#!/bin/sh\necho started > "{tmp_path}/started"\necho out garbage\n')
        program.chmod(0o755)
        await until((tmp_path / "started").exists, "the start of the program")
        assert all(each.throttle == 0.0 for each in outputs)
    finally:
        task.cancel()
        await asyncio.wait({task})
