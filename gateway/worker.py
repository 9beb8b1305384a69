"""Runs the work of one camera off the event loop, one frame at a time, newest frame wins."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Generic, TypeVar

Unit = TypeVar("Unit")
logger = logging.getLogger(__name__)


class NewestFirstWorker(Generic[Unit]):
    """Calls ``work`` in ``executor``; while it is busy only the newest unit is kept.

    So a camera never has more than one job in the shared pool, and a machine that is
    too slow shows fewer frames rather than older ones.
    """

    def __init__(self, executor: Executor, work: Callable[[Unit], None]) -> None:
        self._executor = executor
        self._work = work
        self._running: asyncio.Future[None] | None = None
        self._pending: Unit | None = None
        self._closed = False
        self.dropped = 0
        self.failures = 0

    def submit(self, unit: Unit) -> None:
        """Hand over ``unit``; returns at once."""
        if self._closed:
            return
        if self._running is None:
            self._start(unit)
            return
        if self._pending is not None:
            self.dropped += 1
        self._pending = unit

    def _start(self, unit: Unit) -> None:
        loop = asyncio.get_running_loop()
        self._running = loop.run_in_executor(self._executor, self._work, unit)
        self._running.add_done_callback(self._finished)

    def _finished(self, future: asyncio.Future[None]) -> None:
        self._running = None
        error = None if future.cancelled() else future.exception()
        if error is not None:
            self.failures += 1
            logger.error("a frame could not be processed", exc_info=error)
        pending, self._pending = self._pending, None
        if pending is not None and not self._closed:
            self._start(pending)

    async def close(self) -> None:
        """Forget what is pending and wait for the job that runs."""
        self._closed = True
        self._pending = None
        if self._running is not None:
            await asyncio.wait({self._running})
