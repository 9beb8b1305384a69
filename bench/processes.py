"""Processes under measurement: start, wait until they answer, always stop."""

import contextlib
import http.client
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO, Any, NoReturn
from urllib.parse import urlsplit

import psutil

from bench.errors import ProcessFailed

ROOT = Path(__file__).resolve().parent.parent
START_TIMEOUT_S = 20.0
STOP_TIMEOUT_S = 5.0
POLL_S = 0.05
LOG_TAIL_CHARS = 2_000


@dataclass(frozen=True)
class Child:
    """A running child; ``popen`` has pipes when it was started with them."""

    name: str
    popen: subprocess.Popen[str]
    _log: IO[str]

    @property
    def tail(self) -> str:
        """The end of what it has logged."""
        return _tail(self._log)

    def cpu_s(self) -> float:
        """User and system time of the process and its children so far, in seconds.

        Raises :class:`ProcessFailed` when it has ended.
        """
        if self.popen.poll() is not None:
            raise ProcessFailed(f"{self.name} ended with code {self.popen.returncode}")
        process = psutil.Process(self.popen.pid)
        family = [process, *process.children(recursive=True)]
        return sum(times.user + times.system for times in (p.cpu_times() for p in family))

    def ask(self, question: Mapping[str, Any], within_s: float) -> dict[str, Any]:
        """Write one line of JSON to a child with pipes and return the line it answers with.

        An answer with the key ``error`` is a failure. Raises :class:`ProcessFailed`.
        """
        stdin, stdout = self.popen.stdin, self.popen.stdout
        assert stdin is not None
        assert stdout is not None
        try:
            stdin.write(json.dumps(question) + "\n")
            stdin.flush()
            readable, _, _ = select.select([stdout], [], [], within_s)
            line = stdout.readline() if readable else '{"error": "no answer"}'
        except OSError as error:
            raise ProcessFailed(f"{self.name} ended: {error}") from error
        answer: dict[str, Any] = json.loads(line or '{"error": "ended"}')
        if "error" in answer:
            raise ProcessFailed(f"{self.name}: {answer['error']}")
        return answer


@contextlib.contextmanager
def child(
    name: str, argv: Sequence[str], *, ready: str | None = None, pipes: bool = False
) -> Iterator[Child]:
    """Run ``argv`` for the time of the block, in a process group of its own.

    ``ready`` is a URL that must answer 200 first. With ``pipes``, standard input and output
    are the caller's. Raises :class:`ProcessFailed` with the end of the log.
    """
    with tempfile.TemporaryFile("w+", prefix=f"bench-{name}-", errors="replace") as log:
        popen = subprocess.Popen(
            argv,
            cwd=ROOT,
            stdin=subprocess.PIPE if pipes else subprocess.DEVNULL,
            stdout=subprocess.PIPE if pipes else log,
            stderr=log,
            text=True,
            start_new_session=True,
        )
        started = Child(name, popen, log)
        try:
            if ready is not None:
                _wait_until_ready(started, ready)
            yield started
        finally:
            _stop(started)


def python(module: str, *arguments: str) -> list[str]:
    """The command that runs ``module`` with this interpreter."""
    return [sys.executable, "-m", module, *arguments]


def free_port() -> int:
    """A port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def stop_children_on_terminate() -> None:
    """Leave through the ``finally`` blocks when this process is terminated."""
    signal.signal(signal.SIGTERM, _leave)


def _leave(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + signal.SIGTERM)


def _wait_until_ready(started: Child, url: str) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if started.popen.poll() is not None:
            code = started.popen.returncode
            raise ProcessFailed(f"{started.name} ended with code {code}:\n{started.tail}")
        if _answers(url):
            return
        time.sleep(POLL_S)
    raise ProcessFailed(f"{started.name} does not answer at {url}:\n{started.tail}")


def _answers(url: str) -> bool:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=2.0)
    try:
        connection.request("GET", parts.path or "/")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _tail(log: IO[str]) -> str:
    log.seek(0)
    return log.read()[-LOG_TAIL_CHARS:]


def _stop(started: Child) -> None:
    popen = started.popen
    for pipe in (popen.stdin, popen.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(popen.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        popen.wait(STOP_TIMEOUT_S)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(popen.pid, signal.SIGKILL)
    popen.wait()
