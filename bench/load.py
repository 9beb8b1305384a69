"""The load generator: a process full of light viewers, and the handle on it.

What it is told over its pipes: one JSON object per line in, one out. ``{"join": 4}`` brings the
number of viewers up to four, ``{"begin": true}`` and ``{"end": true}`` count what comes between
them, ``{"storm": 8, "per_s": 2.0}`` has eight more join (all at once when ``per_s`` is null),
``{"open": 4}`` binds sockets for bench.blaster. End of input ends it (bench/load_process.py).
"""

import contextlib
import json
import select
import subprocess
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from bench.errors import ProcessFailed
from bench.processes import child, python
from bench.target import Target

ANSWER_TIMEOUT_S = 30.0
JOIN_TIMEOUT_S = 180.0


@dataclass(frozen=True)
class Crowd:
    """How many are watching after a join, and why not more."""

    viewers: int
    failure: str
    srtp: str


@dataclass(frozen=True)
class Window:
    """What all viewers received in one window, and what that cost the generator.

    Bitrate is the witness's, who reads all packets. ``missed`` is the most frames that any
    viewer lacks of what the camera would have made between its first and last one, and
    ``overflowed`` what the kernel had no room for, on any UDP socket of this machine.
    """

    seconds: float
    viewers: int
    packets: int
    lost: int
    kbps_per_viewer: float
    packets_per_s_per_viewer: float
    packets_per_s_least: float
    fps_min: float
    fps_mean: float
    generator_cpu_pct: float
    missed: int = 0
    overflowed: int = 0
    longest_gap_ms: float = 0.0


@dataclass(frozen=True)
class Storm:
    """Seconds until each that got so far had its first whole frame, and how many did not.

    ``watching_s`` is how long all of them together have been watching by the end.
    """

    joined_s: tuple[float, ...]
    watching_s: float
    failed: int
    failure: str
    seconds: float
    generator_cpu_pct: float


class Generator:
    """The caller's side: a handle on the process. Everything raises :class:`ProcessFailed`."""

    def __init__(self, popen: "subprocess.Popen[str]") -> None:
        self._popen = popen

    def join(self, viewers: int) -> Crowd:
        """Have ``viewers`` connected and receiving, or as many as can be."""
        return Crowd(**self._ask({"join": viewers}, JOIN_TIMEOUT_S))

    def measure(self, seconds: float) -> Window:
        """Count for some time."""
        self.begin()
        time.sleep(seconds)
        return self.end()

    def begin(self) -> None:
        """Count from here on, those who are watching now."""
        self._ask({"begin": True})

    def end(self) -> Window:
        """What came since :meth:`begin`."""
        return Window(**self._ask({"end": True}))

    def storm(self, viewers: int, per_s: float | None) -> Storm:
        """Have ``viewers`` more join: at once, or at random, ``per_s`` of them a second."""
        takes_s = viewers / per_s if per_s else 0.0
        answer = self._ask({"storm": viewers, "per_s": per_s}, 3 * takes_s + JOIN_TIMEOUT_S)
        return Storm(**{**answer, "joined_s": tuple(answer["joined_s"])})

    def open(self, sockets: int) -> list[tuple[str, int]]:
        """Bind plain sockets, which count as viewers, and return their addresses."""
        return [(host, port) for host, port in self._ask({"open": sockets})["addresses"]]

    def _ask(self, question: dict[str, Any], takes_s: float = 0.0) -> dict[str, Any]:
        stdin = self._popen.stdin
        assert stdin is not None
        try:
            stdin.write(json.dumps(question) + "\n")
            stdin.flush()
        except OSError as error:
            raise ProcessFailed(f"the load generator ended: {error}") from error
        deadline_s = time.monotonic() + takes_s + ANSWER_TIMEOUT_S
        return Answer(self._popen, "the load generator", deadline_s).result()


@dataclass(frozen=True)
class Answer:
    """An answer, one line of JSON, that is on its way."""

    popen: "subprocess.Popen[str]"
    name: str
    deadline_s: float

    def result(self) -> dict[str, Any]:
        """Wait for it. Raises :class:`ProcessFailed`."""
        answer: dict[str, Any] = json.loads(answer_line(self.popen, self.name, self.deadline_s))
        if "error" in answer:
            raise ProcessFailed(f"{self.name}: {answer['error']}")
        return answer


def answer_line(popen: "subprocess.Popen[str]", name: str, deadline_s: float) -> str:
    """Read one line of what ``popen`` prints, until ``deadline_s`` on ``time.monotonic``.

    Raises :class:`ProcessFailed`, in which the process is called ``name``.
    """
    stdout = popen.stdout
    assert stdout is not None
    left_s = max(0.0, deadline_s - time.monotonic())
    if not select.select([stdout], [], [], left_s)[0]:
        raise ProcessFailed(f"{name} does not answer")
    try:
        line = stdout.readline()
    except OSError as error:
        raise ProcessFailed(f"{name} ended: {error}") from error
    if not line:
        raise ProcessFailed(f"{name} ended")
    return line


@contextlib.contextmanager
def generator(
    target: Target, bitrate_kbps: int, *, pages: bool = False, fps: float = 30.0
) -> Iterator[Generator]:
    """Run a load generator for the time of the block; ``pages`` makes its viewers pages."""
    arguments = ["--target", json.dumps(asdict(target)), "--kbps", str(bitrate_kbps)]
    arguments += ["--fps", str(fps), *(["--page"] if pages else [])]
    with child("load", python("bench.load_process", *arguments), pipes=True) as started:
        yield Generator(started.popen)
