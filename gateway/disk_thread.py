"""One thread for work that a disk may hold up: nobody waits for ever, and nothing piles up."""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

Result = TypeVar("Result")
Job = tuple[Future[Any], Callable[[], Any]]


class DiskBusy(Exception):
    """The disk does not answer in time, or too much waits for it; the text is for people."""


class DiskThread:
    """Does work in order. At most ``most_waiting`` jobs wait; more are refused.

    A daemon, so that a disk that hangs for good does not keep the process from ending.
    """

    def __init__(self, name: str, most_waiting: int) -> None:
        self._jobs: queue.Queue[Job | None] = queue.Queue(most_waiting)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[], Result]) -> "asyncio.Future[Result]":
        """Queue ``work``; cancelling what is returned takes it out again, unless it has begun.

        Raises :class:`DiskBusy` when there is no room.
        """
        future: Future[Result] = Future()
        try:
            self._jobs.put_nowait((future, work))
        except queue.Full:
            raise DiskBusy("too much waits for the disk") from None
        return asyncio.wrap_future(future)

    async def run(self, work: Callable[[], Result], timeout_s: float) -> Result:
        """Return what ``work`` gives. Raises what it raises, or :class:`DiskBusy`."""
        future = self.submit(work)
        try:
            async with asyncio.timeout(timeout_s):
                return await future
        except TimeoutError:
            if future.done() and not future.cancelled():
                raise
            raise DiskBusy(f"the disk did not answer in {timeout_s:g} s") from None

    def finish(self, timeout_s: float) -> bool:
        """Do what waits, then end; false when that took too long. Blocks."""
        try:
            self._jobs.put(None, timeout=timeout_s)
        except queue.Full:
            return False
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            future, work = job
            if not future.set_running_or_notify_cancel():
                continue
            try:
                result = work()
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(result)
