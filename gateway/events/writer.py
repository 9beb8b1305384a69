"""The one thread that touches the disk, and the queue before it."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable

logger = logging.getLogger(__name__)

MAX_JOBS, MAX_BYTES = 1_024, 64_000_000
CLIP_SHARE = 0.75
"""Clips may fill so much of the queue: what happened matters more than what it looked like."""
LOG_INTERVAL_S = 1.0

Job = Callable[[], None]


class Writer:
    """Runs jobs in order, each once. ``submit`` never waits: when the queue is full it refuses.

    ``idle`` runs in the thread, too, once every ``idle_every_s``.
    """

    def __init__(self, idle: Job, idle_every_s: float) -> None:
        self.dropped = 0
        self.failures = 0
        self._idle = idle
        self._idle_every_s = idle_every_s
        self._jobs: deque[tuple[Job, int]] = deque()
        self._bytes = 0
        self._wake = threading.Condition()
        self._closing = False
        self._logged_s = float("-inf")
        self._thread = threading.Thread(target=self._run, name="events", daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many jobs wait."""
        return len(self._jobs)

    def submit(self, job: Job, size: int = 0, *, clip: bool = False) -> bool:
        """Queue ``job``, which holds ``size`` bytes; false, and counted, when there is no room."""
        share = CLIP_SHARE if clip else 1.0
        with self._wake:
            room = len(self._jobs) < MAX_JOBS * share and self._bytes + size <= MAX_BYTES * share
            if self._closing or not room:
                self.dropped += 1
                now_s = time.monotonic()
                tell = now_s - self._logged_s >= LOG_INTERVAL_S
                if tell:
                    self._logged_s = now_s
            else:
                self._jobs.append((job, size))
                self._bytes += size
                self._wake.notify()
                return True
        if tell and not self._closing:
            logger.warning("the disk is too slow for events: %d parts left out", self.dropped)
        return False

    def finish(self, timeout_s: float) -> bool:
        """Do what waits, then end; false when that took too long. Blocks."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        idle_s = time.monotonic() + self._idle_every_s
        while True:
            with self._wake:
                while not self._jobs and not self._closing:
                    left_s = idle_s - time.monotonic()
                    if left_s <= 0:
                        break
                    self._wake.wait(left_s)
                job, size = self._jobs.popleft() if self._jobs else (None, 0)
                if job is None and self._closing:
                    return
            if job is not None:
                self._do(job)
                with self._wake:
                    self._bytes -= size
            if time.monotonic() >= idle_s:
                self._do(self._idle)
                idle_s = time.monotonic() + self._idle_every_s

    def _do(self, job: Job) -> None:
        try:
            job()
        except Exception:
            # A defect, but one that must not end all recording.
            self.failures += 1
            logger.exception("events: a job failed unexpectedly")
