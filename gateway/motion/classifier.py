"""Asks what moved, beside the frame path: rarely, one at a time, and the newest look only."""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

from gateway.motion.classify import Sighting, Verdict, classify

logger = logging.getLogger(__name__)

PER_SECOND = 4.0
"""Looks over all cameras."""
MOST_SHARE = 0.1
"""Of a core, in the long run: on a slow machine there are fewer looks."""
LOG_INTERVAL_S = 10.0

Tell = Callable[[Verdict], None]


@dataclass(frozen=True, slots=True)
class _Question:
    sighting: Sighting
    tell: Tell


class Classifier:
    """Runs ``work`` in ``executor``, which should be its own, as it may be slow or hang.

    Each camera has one place in the queue; a newer look takes that of an older one, which is
    counted as ``dropped``. Cameras take turns. A look that fails is counted and forgotten.
    On the event loop only.
    """

    def __init__(
        self,
        executor: Executor,
        work: Callable[[Sighting], Verdict] = classify,
        per_second: float = PER_SECOND,
    ) -> None:
        self._executor = executor
        self._work = work
        self._interval_s = 1.0 / per_second
        self._waiting: dict[str, _Question] = {}
        self._busy = False
        self._closed = False
        self._timer: asyncio.TimerHandle | None = None
        self._not_before_s = 0.0
        self._logged_s = float("-inf")
        self.looks = 0
        self.dropped = 0
        self.failures = 0

    def ask(self, camera_id: str, sighting: Sighting, tell: Tell) -> None:
        """Have ``sighting`` looked at when it is this camera's turn; returns at once."""
        if self._closed:
            return
        if camera_id in self._waiting:
            self.dropped += 1
        self._waiting[camera_id] = _Question(sighting, tell)
        self._go_on()

    def close(self) -> None:
        """Forget what waits; what runs is not told any more."""
        self._closed = True
        self._waiting.clear()
        if self._timer is not None:
            self._timer.cancel()

    def _go_on(self) -> None:
        if self._busy or self._timer is not None or not self._waiting:
            return
        loop = asyncio.get_running_loop()
        delay_s = self._not_before_s - loop.time()
        if delay_s > 0.0:
            self._timer = loop.call_later(delay_s, self._due)
            return
        camera_id = next(iter(self._waiting))
        question = self._waiting.pop(camera_id)
        self._busy = True
        self._not_before_s = loop.time() + self._interval_s
        self._executor.submit(self._run, loop, question)

    def _due(self) -> None:
        self._timer = None
        self._go_on()

    def _run(self, loop: asyncio.AbstractEventLoop, question: _Question) -> None:
        """In the executor."""
        started_s = time.thread_time()
        verdict: Verdict | None = None
        error: Exception | None = None
        try:
            verdict = self._work(question.sighting)
        except Exception as raised:
            error = raised
        took_s = time.thread_time() - started_s
        if not loop.is_closed():
            loop.call_soon_threadsafe(self._done, question, verdict, error, took_s)

    def _done(
        self,
        question: _Question,
        verdict: Verdict | None,
        error: Exception | None,
        took_s: float,
    ) -> None:
        self._busy = False
        self.looks += 1
        now_s = asyncio.get_running_loop().time()
        self._not_before_s = max(self._not_before_s, now_s + took_s * (1.0 / MOST_SHARE - 1.0))
        if self._closed:
            return
        if verdict is not None:
            question.tell(verdict)
        elif error is not None:
            self.failures += 1
            if now_s - self._logged_s >= LOG_INTERVAL_S:
                self._logged_s = now_s
                logger.warning("what moved could not be told: %r", error)
        self._go_on()
