"""What stops a car whose commands stop: a pure state machine, the same as on the board.

``protocol/README.md``, "The failsafe", is its specification, and
``protocol/vectors/drive/failsafe.json`` its examples, in C++ too. No clock is read here: every
call brings the time, in milliseconds modulo 2^32.
"""

import math
from dataclasses import dataclass

from protocol.messages import DriveState

NEUTRAL_BAND = 0.05
"""A throttle this small is meant as none."""

_WRAP = 1 << 32


@dataclass(frozen=True, slots=True)
class FailsafeSettings:
    """All in milliseconds. ``stall_ms``: two calls further apart are a stall."""

    command_timeout_ms: int = 250
    disarm_timeout_ms: int = 1_000
    arm_neutral_ms: int = 500
    stall_ms: int = 200


@dataclass(frozen=True, slots=True)
class DriveOutput:
    """What goes to the motor: throttle -1 to 1, steering -1 (left) to 1 (right)."""

    throttle: float = 0.0
    steering: float = 0.0
    brake: bool = True


NEUTRAL = DriveOutput()


class Failsafe:
    """To be called at least every 20 ms; ``state`` and ``output`` are as of the last call."""

    def __init__(self, now_ms: int, settings: FailsafeSettings | None = None) -> None:
        self.settings = settings or FailsafeSettings()
        self.state: DriveState = "disarmed"
        self._wanted = NEUTRAL
        self._called_ms = now_ms % _WRAP
        self._commanded_ms = self._neutral_since_ms = self._called_ms

    @property
    def output(self) -> DriveOutput:
        return self._wanted if self.state == "armed" else NEUTRAL

    def command(self, now_ms: int, wanted: DriveOutput) -> None:
        """Take a fresh, newer command. One that holds no numbers is none."""
        self.tick(now_ms)
        if not (math.isfinite(wanted.throttle) and math.isfinite(wanted.steering)):
            return
        self._wanted = _clamped(wanted)
        self._commanded_ms = now_ms % _WRAP
        if self.state == "neutral":
            self.state = "armed"
        elif self.state == "disarmed" and self._wants_neutral:
            self.state = "arming"
            self._neutral_since_ms = self._commanded_ms
        elif self.state == "arming":
            self._go_on_arming()

    def tick(self, now_ms: int) -> None:
        """Do what time alone brings."""
        stalled = _since(self._called_ms, now_ms) > self.settings.stall_ms
        self._called_ms = now_ms % _WRAP
        if self.state in ("disarmed", "stopped"):
            return
        silent_ms = _since(self._commanded_ms, now_ms)
        if stalled or silent_ms >= self.settings.disarm_timeout_ms:
            self.state = "disarmed"
        elif silent_ms >= self.settings.command_timeout_ms:
            self.state = "disarmed" if self.state == "arming" else "neutral"

    def stop(self, now_ms: int) -> None:
        """Emergency stop: neutral until it is cleared."""
        self.tick(now_ms)
        self.state = "stopped"

    def clear(self, now_ms: int) -> None:
        """Clear the emergency stop; arming is next."""
        self.tick(now_ms)
        if self.state == "stopped":
            self.state = "disarmed"

    def link_lost(self, now_ms: int) -> None:
        """The link that commands come by ended, or a new one begins."""
        self.tick(now_ms)
        if self.state != "stopped":
            self.state = "disarmed"

    @property
    def _wants_neutral(self) -> bool:
        return self._wanted.brake or abs(self._wanted.throttle) <= NEUTRAL_BAND

    def _go_on_arming(self) -> None:
        if not self._wants_neutral:
            self.state = "disarmed"
        elif _since(self._neutral_since_ms, self._commanded_ms) >= self.settings.arm_neutral_ms:
            self.state = "armed"


def _since(then_ms: int, now_ms: int) -> int:
    return (now_ms - then_ms) % _WRAP


def _clamped(wanted: DriveOutput) -> DriveOutput:
    throttle = 0.0 if wanted.brake else min(1.0, max(-1.0, wanted.throttle))
    return DriveOutput(throttle, min(1.0, max(-1.0, wanted.steering)), wanted.brake)
