"""The caller's side of a process of drivers.

One JSON object per line in, one out: ``{"connect": [Target, …]}`` makes a driver for each, or
``{"join": [Place, …]}`` one without a peer connection, ``{"arm": 5.0}`` has all of them take their
leases and arm within so many seconds, ``{"throttle": 0.25}`` is what they send from then on.
"""

import contextlib
import os
import signal
import struct
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.processes import Child, child, python
from bench.target import Place, Target

ANSWER_TIMEOUT_S = 15.0
ARM_TIMEOUT_S = 10.0
SENT_TIME = struct.Struct("<d")
"""Of one driver, on ``time.monotonic``; they follow each other in a file."""
MOST_DRIVERS = 256


class Drivers:
    """A process of drivers, started anew after each death.

    Everything raises :class:`bench.errors.ProcessFailed`.
    """

    def __init__(self, sent: Path, home: Callable[[], AbstractContextManager[None]]) -> None:
        self._sent = sent
        self._home = home
        self._running = contextlib.ExitStack()
        self._process: Child | None = None
        self._count = 0

    @property
    def are_connected(self) -> bool:
        """Whether they have been connected, and live."""
        return self._process is not None

    def connect(self, places: Sequence[Target | Place]) -> None:
        """Be connected, one driver for each; those before are over."""
        self._count = len(places)
        if self._process is None:
            argv = python("bench.drive_process", "--sent", str(self._sent))
            with self._home():
                running = child("drivers", argv, pipes=True)
                self._process = self._running.enter_context(running)
        how = "join" if isinstance(places[0], Place) else "connect"
        self._ask({how: [asdict(place) for place in places]}, 3 * ANSWER_TIMEOUT_S)

    def arm(self) -> None:
        """Take the leases, and send neutral commands until all cars are armed."""
        self._ask({"arm": ARM_TIMEOUT_S}, ARM_TIMEOUT_S + ANSWER_TIMEOUT_S)

    def drive(self, throttle: float) -> None:
        self._ask({"throttle": throttle}, ANSWER_TIMEOUT_S)

    def reasons(self) -> dict[str, int]:
        """Answers so far by their reason; ``passed`` for those without."""
        told: dict[str, int] = self._ask({}, ANSWER_TIMEOUT_S)["reasons"]
        return told

    def sent_us(self) -> list[float]:
        """When each driver sent its newest command. Works for drivers that are dead, too."""
        data = self._sent.read_bytes()[: self._count * SENT_TIME.size]
        return [seconds * 1e6 for (seconds,) in SENT_TIME.iter_unpack(data)]

    def kill(self) -> None:
        """SIGKILL."""
        assert self._process is not None
        os.killpg(self._process.popen.pid, signal.SIGKILL)
        self._process.popen.wait()
        self.close()

    def close(self) -> None:
        self._running.close()
        self._process = None

    def _ask(self, question: dict[str, Any], within_s: float) -> dict[str, Any]:
        assert self._process is not None
        return self._process.ask(question, within_s)


@contextlib.contextmanager
def drivers(
    home: Callable[[], AbstractContextManager[None]] = contextlib.nullcontext,
) -> Iterator[Drivers]:
    """Have drivers for the time of the block; ``home`` is where their process is started."""
    with tempfile.NamedTemporaryFile(prefix="bench-sent-") as file:
        file.write(bytes(MOST_DRIVERS * SENT_TIME.size))
        file.flush()
        made = Drivers(Path(file.name), home)
        try:
            yield made
        finally:
            made.close()
