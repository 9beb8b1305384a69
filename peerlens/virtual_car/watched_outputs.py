"""What the virtual car's outputs pass through: neutral when the loop that sets them hangs."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Self

from peerlens.virtual_car.outputs import NEUTRAL, Outputs
from protocol.messages import DriveState

STALL_S = 0.2

OnOutputs = Callable[[Outputs], None]
"""Is told of every change, by the loop or by the watchdog's thread, one call at a time."""


class WatchedOutputs:
    """``with watched_outputs:`` runs the watchdog; the loop feeds it, far more often than that.

    It is a thread, so it does not help against what stops the whole process.
    """

    def __init__(self, on_outputs: OnOutputs, stall_s: float = STALL_S) -> None:
        self._on_outputs = on_outputs
        self._stall_s = stall_s
        self._lock = threading.Lock()
        self._told: Outputs | None = None
        self._tripped = False
        self._fed_s = time.monotonic()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="car-watchdog", daemon=True)

    def __enter__(self) -> Self:
        self.feed(NEUTRAL)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        with self._lock:
            self._tell(_neutral(self._told or NEUTRAL))

    def feed(self, outputs: Outputs) -> bool:
        """Tell that the loop is alive, and what the outputs are now.

        Returns False, once, when the watchdog had given the loop up: nothing was set then, as
        ``outputs`` may be from before.
        """
        with self._lock:
            self._fed_s = time.monotonic()
            if self._tripped:
                self._tripped = False
                return False
            self._tell(outputs)
            return True

    def _watch(self) -> None:
        wait_s = self._stall_s
        while not self._ended.wait(wait_s):
            with self._lock:
                wait_s = self._fed_s + self._stall_s - time.monotonic()
                if wait_s <= 0 and self._told is not None:
                    self._tripped = True
                    self._tell(_neutral(self._told))
                    wait_s = self._stall_s

    def _tell(self, outputs: Outputs) -> None:
        if outputs != self._told:
            self._told = outputs
            self._on_outputs(outputs)


def _neutral(told: Outputs) -> Outputs:
    """Return what a board in that state does after a stall; the lamps stay."""
    state: DriveState = "stopped" if told.state == "stopped" else "disarmed"
    return replace(told, state=state, throttle=0.0, steering=0.0, brake=True, horn=False)
