"""Control boards under measurement: the firmware's core, compiled, one process for each."""

import asyncio
import contextlib
import functools
import os
import selectors
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence

from bench.drive_trace import Trace
from bench.errors import ProcessFailed
from bench.processes import ROOT, python
from peerlens.virtual_car.errors import BuildError
from peerlens.virtual_car.firmware_build import compiled_twin
from peerlens.virtual_car.identity import TOKEN_VARIABLE

LINK_TIMEOUT_S = 10.0
STOP_TIMEOUT_S = 5.0


def now_us() -> int:
    """The time by which boards tell theirs."""
    return time.monotonic_ns() // 1_000


@functools.cache
def board_program() -> tuple[str, ...]:
    """The compiled board, or where there is no compiler its Python twin."""
    try:
        return (str(asyncio.run(compiled_twin())),)
    except BuildError:
        return tuple(python("peerlens.virtual_car"))


class Boards:
    """Running boards. Their lines are read by a thread; waiting never goes on without an end."""

    def __init__(self, processes: Sequence["subprocess.Popen[bytes]"]) -> None:
        self.traces = [Trace() for _ in processes]
        self._failure: str | None = None
        self._news = threading.Condition()
        self._selector = selectors.DefaultSelector()
        for process, trace in zip(processes, self.traces, strict=True):
            assert process.stdout is not None
            self._selector.register(process.stdout, selectors.EVENT_READ, (trace, bytearray()))
        self._reader = threading.Thread(target=self._read, name="boards", daemon=True)
        self._reader.start()

    def wait(self, true: Callable[[Trace], bool], within_s: float) -> bool:
        """Wait until ``true`` of all of them; return whether it became so."""
        return self._wait(lambda: all(true(trace) for trace in self.traces), within_s)

    def require(self, true: Callable[[Trace], bool], within_s: float, what: str) -> None:
        """The same. Raises :class:`ProcessFailed`, naming ``what``, when it did not."""
        if not self.wait(true, within_s):
            missing = sum(not true(trace) for trace in self.traces)
            raise ProcessFailed(f"{missing} of {len(self.traces)} boards: {what}, in vain")

    def linked(self) -> None:
        """Wait until all are registered."""
        self.require(lambda trace: trace.is_up, LINK_TIMEOUT_S, "to be registered")

    def finish(self) -> None:
        """Read what is left of boards that have ended."""
        self._reader.join(STOP_TIMEOUT_S)
        self._selector.close()

    def _wait(self, true: Callable[[], bool], within_s: float) -> bool:
        with self._news:
            done = self._news.wait_for(lambda: self._failure or true(), within_s)
        if self._failure is not None:
            raise ProcessFailed(self._failure)
        return bool(done)

    def _read(self) -> None:
        while self._selector.get_map():
            ready = self._selector.select()
            with self._news:
                for key, _ in ready:
                    self._take(key)
                self._news.notify_all()

    def _take(self, key: selectors.SelectorKey) -> None:
        trace, begun = key.data
        data = os.read(key.fd, 65_536)
        if not data:
            self._selector.unregister(key.fileobj)
            return
        *lines, rest = (begun + data).split(b"\n")
        begun[:] = rest
        try:
            for line in lines:
                trace.read(line.decode())
        except ValueError as error:
            self._failure = str(error)


@contextlib.contextmanager
def boards(url: str, count: int, token: str = "") -> Iterator[Boards]:
    """Run boards ``board-0`` and on that register at ``url``, for the time of the block."""
    program = board_program()
    environment = {**os.environ, TOKEN_VARIABLE: token} if token else None
    with contextlib.ExitStack() as running:
        processes = []
        for number in range(count):
            argv = [*program, "--url", url, "--id", f"board-{number}", "--trace"]
            process = subprocess.Popen(
                argv, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=environment
            )
            running.enter_context(process)
            running.callback(_end, process)
            processes.append(process)
        made = Boards(processes)
        try:
            yield made
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                _end(process)
            made.finish()


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(STOP_TIMEOUT_S)
    process.kill()
    process.wait()
