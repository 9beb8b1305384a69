"""The visible state of an output, and which changes of it are legal."""

import logging
import time
from collections.abc import Callable
from enum import StrEnum


class OutputState(StrEnum):
    """What an output does now."""

    WAITING = "waiting"
    """The camera gives no pictures, so there is nothing to publish."""
    CONNECTING = "connecting"
    LIVE = "live"
    FAILED = "failed"
    """It will be tried again; ``detail`` says what went wrong."""
    STOPPED = "stopped"


LEGAL: dict[OutputState, frozenset[OutputState]] = {
    OutputState.WAITING: frozenset({OutputState.CONNECTING}),
    OutputState.CONNECTING: frozenset({OutputState.LIVE, OutputState.FAILED}),
    OutputState.LIVE: frozenset({OutputState.FAILED, OutputState.WAITING}),
    OutputState.FAILED: frozenset({OutputState.CONNECTING, OutputState.WAITING}),
    OutputState.STOPPED: frozenset(),
}
"""Any state but the last may also go to stopped."""


class OutputLifecycle:
    """Holds the state, since when (``clock``, epoch seconds), and why.

    waiting -> connecting -> live -> failed -> connecting; waiting follows any state when the
    camera goes; stopped is the end. Each failure is logged once, however often it is met.
    """

    def __init__(
        self,
        log: logging.LoggerAdapter[logging.Logger],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.state = OutputState.WAITING
        self.detail: str | None = None
        self.since_s = clock()
        self._log = log
        self._clock = clock
        self._told: tuple[OutputState, str | None] | None = None

    def move(self, state: OutputState, detail: str | None = None) -> None:
        """Enter ``state`` because of ``detail``, a sentence for people."""
        if (state, detail) == (self.state, self.detail):
            return
        legal = state in LEGAL[self.state] or state is self.state
        if not legal and (state is not OutputState.STOPPED or self.state is OutputState.STOPPED):
            raise ValueError(f"output: {self.state} -> {state} is not a legal change")
        if state is not self.state:
            self.since_s = self._clock()
        self.state, self.detail = state, detail
        self._tell()

    def _tell(self) -> None:
        level = logging.WARNING if self.state is OutputState.FAILED else logging.INFO
        if self.state is OutputState.CONNECTING or self._told == (self.state, self.detail):
            # A server may be away for days: once for each reason.
            level = logging.DEBUG
        else:
            self._told = (self.state, self.detail)
        self._log.log(level, "= %s%s", self.state, f": {self.detail}" if self.detail else "")
