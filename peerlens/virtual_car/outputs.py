"""What a control board gives its motor, servos, lamps and horn, and the line that tells it."""

import math
from dataclasses import dataclass

from protocol.messages import DriveState

_STATES: tuple[DriveState, ...] = ("disarmed", "arming", "armed", "neutral", "stopped")
_FIELDS = 9


@dataclass(frozen=True, slots=True)
class Outputs:
    """Throttle -1 (back) to 1, steering -1 (left) to 1 (right), pan and tilt -1 to 1."""

    state: DriveState = "disarmed"
    throttle: float = 0.0
    steering: float = 0.0
    brake: bool = True
    lights: bool = False
    horn: bool = False
    pan: float = 0.0
    tilt: float = 0.0


NEUTRAL = Outputs()
"""No throttle, steering straight, brake on."""


def line_of(outputs: Outputs, at_us: int) -> str:
    """Return ``outputs`` as the line ``out …`` that a twin prints; ``at_us`` of CLOCK_MONOTONIC."""
    axes = " ".join(f"{axis:.3f}" for axis in (outputs.throttle, outputs.steering))
    flags = " ".join(str(int(flag)) for flag in (outputs.brake, outputs.lights, outputs.horn))
    return f"out {at_us} {outputs.state} {axes} {flags} {outputs.pan:.3f} {outputs.tilt:.3f}"


def parse_line(line: str) -> Outputs:
    """Return what a line ``out …`` says. Raises ValueError for any other line."""
    word, *fields = line.split()
    if word != "out" or len(fields) != _FIELDS:
        raise ValueError(f"expected 'out' and {_FIELDS} fields, given {line[:100]!r}")
    _, state, *numbers = fields
    for known in _STATES:
        if known == state:
            return _outputs(known, [float(number) for number in numbers])
    raise ValueError(f"state {state[:40]!r}: expected one of {', '.join(_STATES)}")


def _outputs(state: DriveState, numbers: list[float]) -> Outputs:
    if not all(math.isfinite(number) and abs(number) <= 1 for number in numbers):
        raise ValueError("an output is not within -1 to 1")
    throttle, steering, brake, lights, horn, pan, tilt = numbers
    return Outputs(
        state, throttle, steering, bool(brake), bool(lights), bool(horn), pan=pan, tilt=tilt
    )
