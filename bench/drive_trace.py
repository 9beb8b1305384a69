"""What a control board did, from the lines it prints, and how long it took to stop. Pure.

Times are microseconds of CLOCK_MONOTONIC, which all processes of a machine share.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

SAME_COMMAND_US = 3_000
"""A command this close before the stop may be the one that stopped the car."""
STOPS_WITHIN_US = 2_000_000
"""A car that takes longer did not stop."""


@dataclass(frozen=True)
class Output:
    """The board's outputs since ``at_us``."""

    at_us: int
    state: str
    throttle: float
    steering: float


@dataclass(frozen=True)
class Stop:
    """How one car fared: ``stop_ms`` from its last command to neutral, None if it did not stop.

    ``jumped``: it had stopped, and moved again though nobody had armed it.
    """

    stop_ms: float | None
    neutral_us: int | None = None
    jumped: bool = False

    @property
    def failed(self) -> bool:
        return self.stop_ms is None or self.jumped


@dataclass
class Trace:
    """One board's lines so far. Commands and outputs are in the order of their times."""

    commands_us: list[int] = field(default_factory=list)
    outputs: list[Output] = field(default_factory=list)
    ups: int = 0
    """How often it has registered."""
    is_up: bool = False

    def read(self, line: str) -> None:
        """Take one line. Raises ValueError for one that no board prints."""
        try:
            self._take(*line.split())
        except (TypeError, ValueError) as error:
            raise ValueError(f"no line of a board: {line[:100]!r}") from error

    def _take(self, word: str, first: str, *rest: str) -> None:
        if word == "cmd":
            self.commands_us.append(int(first))
        elif word == "out":
            state, throttle, steering, *_ = rest
            self.outputs.append(Output(int(first), state, float(throttle), float(steering)))
        elif word == "link":
            self.is_up = first == "up"
            self.ups += self.is_up
        elif word != "refused":
            raise ValueError(word)

    @property
    def moves(self) -> bool:
        return bool(self.outputs) and self.outputs[-1].throttle != 0.0

    def moved_at(self, at_us: int) -> bool:
        """Whether there was throttle at that time."""
        index = bisect_right(self.outputs, at_us, key=_time)
        return index > 0 and self.outputs[index - 1].throttle != 0.0

    def neutral_since(self, at_us: int) -> int | None:
        """When throttle became 0 for the first time from ``at_us`` on."""
        for output in self.outputs[bisect_left(self.outputs, at_us, key=_time) :]:
            if output.throttle == 0.0:
                return output.at_us
        return None

    def neutrals(self, from_us: int, to_us: int) -> int:
        """How often throttle became 0 in that time."""
        return sum(
            1
            for before, after in zip(self.outputs, self.outputs[1:], strict=False)
            if from_us <= after.at_us < to_us and before.throttle and not after.throttle
        )

    def stop(self, fault_us: int, struck_us: int, watched_until_us: int) -> Stop:
        """How the car stopped after something broke from ``fault_us`` on.

        All was broken at ``struck_us``: a car that moved again before was told to, and one that
        moves again later jumps. Raises ValueError for a car that did not move at the
        beginning.
        """
        if not self.moved_at(fault_us):
            raise ValueError("the car did not move when the fault came")
        neutral_us = self.neutral_since(max(fault_us, self._last_throttle_us(struck_us)))
        if neutral_us is None or neutral_us > min(watched_until_us, fault_us + STOPS_WITHIN_US):
            return Stop(None)
        command_us = self._last_command_us(neutral_us)
        jumped = any(
            neutral_us < output.at_us <= watched_until_us and output.throttle
            for output in self.outputs
        )
        return Stop((neutral_us - command_us) / 1_000, neutral_us, jumped)

    def _last_throttle_us(self, until_us: int) -> int:
        index = bisect_right(self.outputs, until_us, key=_time)
        return max((output.at_us for output in self.outputs[:index] if output.throttle), default=0)

    def _last_command_us(self, neutral_us: int) -> int:
        index = bisect_left(self.commands_us, neutral_us - SAME_COMMAND_US)
        if index == 0:
            raise ValueError("the car moved without a command")
        return self.commands_us[index - 1]


def _time(output: Output) -> int:
    return output.at_us


def ways_ms(
    sent: Sequence[tuple[float, float]], outputs: Sequence[Output], limit_ms: float
) -> list[float]:
    """How long commands took to the outputs, for all that got there within ``limit_ms``.

    ``sent`` are times, in microseconds, and steering, by which a command is known; neighbours
    differ.
    """
    found = []
    for at_us, steering in sent:
        begin = bisect_left(outputs, at_us, key=_time)
        for output in outputs[begin:]:
            if output.at_us - at_us > limit_ms * 1_000:
                break
            if abs(output.steering - steering) < 0.0005:
                found.append((output.at_us - at_us) / 1_000)
                break
    return found
