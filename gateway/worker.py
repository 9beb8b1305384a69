"""Runs the work of one camera off the event loop, one frame at a time, newest frame wins."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Generic, TypeVar

Unit = TypeVar("Unit")
logger = logging.getLogger(__name__)

LOG_INTERVAL_S = 1.0
"""What fails once may fail with every frame."""


class NewestFirstWorker(Generic[Unit]):
    """Calls ``work`` in ``executor``; while it is busy only the newest unit is kept.

    So a camera never has more than one job in the shared pool, and a machine that is
    too slow shows fewer frames rather than older ones.

    ``waited`` is called on the event loop with the seconds that a job stood in the pool's
    queue: when it has ended, and when it still stands there as a second newer unit comes.
    """

    def __init__(
        self,
        executor: Executor,
        work: Callable[[Unit], None],
        waited: Callable[[float], None] = lambda seconds: None,
    ) -> None:
        self._executor = executor
        self._work = work
        self._waited = waited
        self._idle = asyncio.Event()
        self._idle.set()
        self._pending: Unit | None = None
        self._queued = False
        self._submitted_s = 0.0
        self._logged_s = float("-inf")
        self._closed = False
        self.dropped = 0
        self.failures = 0

    def submit(self, unit: Unit) -> None:
        """Hand over ``unit``; returns at once."""
        if self._closed:
            return
        if self._idle.is_set():
            self._start(unit)
            return
        if self._pending is not None:
            self.dropped += 1
            if self._queued:
                self._waited(asyncio.get_running_loop().time() - self._submitted_s)
        self._pending = unit

    def _start(self, unit: Unit) -> None:
        loop = asyncio.get_running_loop()
        self._submitted_s = loop.time()
        self._queued = True
        self._executor.submit(self._run, loop, unit)
        self._idle.clear()

    def _run(self, loop: asyncio.AbstractEventLoop, unit: Unit) -> None:
        """In the pool. One wake-up of the loop tells it all: run_in_executor takes three."""
        self._queued = False
        waited_s = loop.time() - self._submitted_s
        error: Exception | None = None
        try:
            self._work(unit)
        except Exception as raised:
            error = raised
        loop.call_soon_threadsafe(self._finished, waited_s, error)

    def _finished(self, waited_s: float, error: Exception | None) -> None:
        self._idle.set()
        if error is not None:
            self._failed(error)
        pending, self._pending = self._pending, None
        if pending is not None and not self._closed:
            self._start(pending)
        self._waited(waited_s)

    def _failed(self, error: Exception) -> None:
        self.failures += 1
        now_s = asyncio.get_running_loop().time()
        if now_s - self._logged_s >= LOG_INTERVAL_S:
            self._logged_s = now_s
            logger.error("a frame could not be processed", exc_info=error)

    async def close(self) -> None:
        """Forget what is pending and wait for the job that runs."""
        self._closed = True
        self._pending = None
        await self._idle.wait()
