"""Compiles the firmware's core for this machine, where there are sources and a compiler."""

import asyncio
import contextlib
import fcntl
import os
import shutil
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO

from peerlens.virtual_car.errors import BuildError

ROOT = Path(__file__).resolve().parents[2]
TARGET = "twin-car"
DEADLINE_S = 120.0
_LOCK_POLL_S = 0.2
_COMPILERS = ("c++", "g++", "clang++")
_SOURCES = frozenset({".c", ".cc", ".cpp", ".h", ".hpp", ".cmake", ".txt", ".in", ".html"})
_NO_PART_OF_IT = frozenset({"tests", "fuzz", "tools", "esp"})


async def compiled_twin(root: Path = ROOT, deadline_s: float = DEADLINE_S) -> Path:
    """Return the program ``twin-car`` of the checkout ``root``, compiled if it is not up to date.

    Raises :class:`BuildError` where that is impossible, or takes longer.
    """
    # In a folder of its own: it is configured without the tests and what these need.
    sources, build = root / "firmware", root / "build" / TARGET
    if not (sources / "CMakeLists.txt").is_file():
        raise BuildError("no firmware sources here")
    try:
        async with asyncio.timeout(deadline_s), _one_at_a_time(build):
            newest_s = _newest_s(sources)
            program = _program(build)
            if program is None or program.stat().st_mtime < newest_s:
                await _build(sources, build)
                program = _program(build)
                if program is not None:
                    # As old as what it is made of, even if it was not linked anew, or if a source
                    # was saved meanwhile.
                    os.utime(program, (newest_s, newest_s))
    except TimeoutError:
        raise BuildError(f"the firmware core did not compile within {deadline_s:g} s") from None
    except OSError as error:
        raise BuildError(f"the firmware core did not compile: {error}") from error
    if program is None:
        raise BuildError(f"the firmware has no {TARGET}")
    return program


def _newest_s(sources: Path) -> float:
    return max(
        path.stat().st_mtime
        for path in sources.rglob("*")
        if path.suffix in _SOURCES
        and path.is_file()
        and path.relative_to(sources).parts[0] not in _NO_PART_OF_IT
    )


def _program(build: Path) -> Path | None:
    path = build / TARGET
    return path if path.is_file() and os.access(path, os.X_OK) else None


async def _build(sources: Path, build: Path) -> None:
    cmake = shutil.which("cmake")
    if not os.environ.get("CXX") and not any(shutil.which(name) for name in _COMPILERS):
        raise BuildError("no C++ compiler found")
    if cmake is None:
        raise BuildError("no cmake found")
    settings = ("-DCMAKE_BUILD_TYPE=Release", "-DBUILD_TESTING=OFF")
    await _run(cmake, "-S", str(sources), "-B", str(build), *settings)
    await _run(cmake, "--build", str(build), "--target", TARGET, "--parallel", "2")


async def _run(*command: str) -> None:
    """Run ``command`` with low priority, and in a group that can be ended as a whole."""
    nice = shutil.which("nice")
    process = await asyncio.create_subprocess_exec(
        *((nice, "-n", "10") if nice else ()),
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    if process.returncode != 0:
        raise BuildError(f"the firmware core did not compile: {_first_error(output)}")


def _first_error(output: bytes) -> str:
    lines = output.decode("utf-8", "replace").splitlines() or ["no output"]
    return next((line for line in lines if "error" in line.lower()), lines[-1]).strip()[:200]


@contextlib.asynccontextmanager
async def _one_at_a_time(build: Path) -> AsyncIterator[None]:
    """Two demos that start at once must not compile into one folder."""
    with _lock_file(build) as file:
        # Files tell nobody when they are unlocked.
        while not _locked(file):  # noqa: ASYNC110
            await asyncio.sleep(_LOCK_POLL_S)
        yield


def _lock_file(build: Path) -> IO[str]:
    build.mkdir(parents=True, exist_ok=True)
    return (build / ".lock").open("w")


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
