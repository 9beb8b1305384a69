"""Spreading a keyframe over some milliseconds, for paths that lose packets of a burst."""

import asyncio
from collections.abc import Callable

from gateway.rtp_writer import Run

STEP_S = 0.004
SMALLEST_STEP_PACKETS = 2


class Pacer:
    """Hands runs on to ``send``: at once, or in steps where that is asked for and a rate is set.

    At most one run is on its way in steps; the next one pushes the rest of it out. ``failed`` is
    called when a later step found the socket full: the rest of its run is lost.
    """

    def __init__(self, send: Callable[[Run], bool], failed: Callable[[], None]) -> None:
        self._send = send
        self._failed = failed
        self._rest: Run | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.rate_bps: float | None = None

    def send(self, run: Run, *, slowly: bool) -> bool:
        """Send ``run`` or, ``slowly`` where a rate is set, begin to; False when the socket is full.

        Pictures between keyframes are for sending at once: a step would be older than it need be.
        """
        if self._rest is not None and not self._flush():
            return False
        if self.rate_bps is None or not slowly:
            return self._send(run)
        first, rest = self._step(run)
        if not self._send(first):
            return False
        if rest is not None:
            # The run lies in a buffer that the next packet is written into.
            self._keep(Run(memoryview(bytes(rest.data)), rest.segment))
        return True

    def close(self) -> None:
        """Forget what is on its way."""
        self._rest = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _step(self, run: Run) -> tuple[Run, Run | None]:
        """Split off what may go in one step."""
        rate_bps = self.rate_bps or float("inf")
        packets = max(SMALLEST_STEP_PACKETS, int(min(rate_bps * STEP_S / 8, 65_536) / run.segment))
        end = packets * run.segment
        if end >= len(run.data):
            return run, None
        return Run(run.data[:end], run.segment), Run(run.data[end:], run.segment)

    def _keep(self, rest: Run) -> None:
        self._rest = rest
        self._timer = asyncio.get_running_loop().call_later(STEP_S, self._next_step)

    def _next_step(self) -> None:
        rest, self._rest, self._timer = self._rest, None, None
        if rest is None:
            return
        first, following = self._step(rest)
        if not self._send(first):
            self._failed()
        elif following is not None:
            self._keep(following)

    def _flush(self) -> bool:
        rest = self._rest
        self.close()
        return rest is None or self._send(rest)
