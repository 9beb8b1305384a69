"""Breaking things under cars that drive, over and over, and how each car fares."""

import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import psutil

from bench.boards import Boards, now_us
from bench.drive_trace import STOPS_WITHIN_US, Stop, Trace
from bench.drivers import Drivers
from bench.errors import BenchError, NoMeasurement

THROTTLE = 0.25
"""Less than what pictures that are a little old allow: a busy machine must not slow the cars."""
SET_OFF_ATTEMPTS, MOVES_TIMEOUT_S = 3, 3.0
SETTLE_S = (0.15, 0.25)
"""The fault comes at any moment between two commands."""


class Driving(Protocol):
    """Drivers that are connected: of aiortc (Drivers) or of Chromium (Tabs)."""

    def arm(self) -> None: ...

    def drive(self, throttle: float) -> None: ...


@dataclass(frozen=True)
class Fault:
    """One kind of loss.

    ``ready`` repairs what the last one broke, and returns the drivers. ``before`` breaks what must
    not stop anybody. ``strike`` is the fault, and ``after`` is what comes back while the drivers
    still hold their throttle.
    """

    name: str
    ready: Callable[[], Driving]
    strike: Callable[[], object]
    before: Callable[[], object] = lambda: None
    after: Callable[[], object] = lambda: None
    watch_s: float = 0.3
    """How long cars are looked at after that: they must stay where they are."""
    driver_dies: bool = False
    """What it sent before may still be under way: the cars are watched until that is too old."""


LATE_COMMANDS_S = 0.4
"""The time to live of commands."""


@dataclass(frozen=True)
class Outcome:
    """All cars under one kind of loss.

    ``from_send_ms`` is from the driver's newest command to neutral, where the driver can tell, and
    ``from_fault_ms`` from when everything was broken (0 for who had stopped by then).
    ``stutters``: how often a car went neutral that should have gone on. Such a car is no trial
    when it stands as the fault comes. ``busy_pct`` is of all cores, at each fault.
    """

    name: str
    stops: tuple[Stop, ...]
    from_send_ms: tuple[float, ...] = ()
    stutters: int = 0
    busy_pct: tuple[float, ...] = ()
    from_fault_ms: tuple[float, ...] = ()

    @property
    def stop_ms(self) -> list[float]:
        return [stop.stop_ms for stop in self.stops if stop.stop_ms is not None]

    @property
    def failed(self) -> int:
        return sum(stop.failed for stop in self.stops)


def together(name: str, outcomes: list[Outcome]) -> Outcome:
    return Outcome(
        name,
        tuple(stop for outcome in outcomes for stop in outcome.stops),
        tuple(ms for outcome in outcomes for ms in outcome.from_send_ms),
        sum(outcome.stutters for outcome in outcomes),
        tuple(percent for outcome in outcomes for percent in outcome.busy_pct),
        tuple(ms for outcome in outcomes for ms in outcome.from_fault_ms),
    )


def strike_often(fault: Fault, boards: Boards, trials: int) -> Outcome:
    """Strike until there are ``trials``. Raises :class:`bench.errors.BenchError`."""
    outcomes: list[Outcome] = []
    # Cars that stood are no trials; when there are too many of them, nothing is measured.
    for _ in range(2 * -(-trials // len(boards.traces))):
        outcomes.append(struck(fault, boards))
        if sum(len(outcome.stops) for outcome in outcomes) >= trials:
            return together(fault.name, outcomes)
    raise NoMeasurement(f"{fault.name}: most cars stood before the fault came")


def struck(fault: Fault, boards: Boards) -> Outcome:
    """One fault, under all cars at once."""
    driving = fault.ready()
    boards.linked()
    _set_off(driving, boards)
    moving_us, machine = now_us(), psutil.cpu_times()
    time.sleep(random.uniform(*SETTLE_S))
    fault.before()
    sent_us = _sent_us(driving)
    fault_us = now_us()
    fault.strike()
    struck_us = now_us()
    if fault.driver_dies:
        sent_us = _sent_us(driving)
        time.sleep(LATE_COMMANDS_S)
    boards.wait(_neutral_since(fault_us), STOPS_WITHIN_US / 1e6)
    busy_pct = _busy_pct(machine, psutil.cpu_times())
    fault.after()
    time.sleep(fault.watch_s)
    span = _Span(moving_us, fault_us, struck_us, now_us())
    return _outcome(fault.name, boards, span, sent_us, busy_pct)


def _set_off(driving: Driving, boards: Boards) -> None:
    """Have all cars move. Where a stalled machine disarmed one on its way, try again."""
    trouble = "not all of them moved"
    for _ in range(SET_OFF_ATTEMPTS):
        try:
            driving.arm()
        except BenchError as error:
            trouble = str(error)
            continue
        driving.drive(THROTTLE)
        if boards.wait(lambda trace: trace.moves, MOVES_TIMEOUT_S):
            return
    raise NoMeasurement(f"the cars did not set off: {trouble}")


def _neutral_since(at_us: int) -> Callable[[Trace], bool]:
    return lambda trace: not trace.moves and trace.neutral_since(at_us) is not None


def _busy_pct(before: Any, after: Any) -> float:
    passed = sum(after) - sum(before)
    return 100.0 * (1.0 - (after.idle - before.idle) / passed) if passed else 0.0


def _sent_us(driving: Driving) -> list[float] | None:
    return driving.sent_us() if isinstance(driving, Drivers) else None


@dataclass(frozen=True)
class _Span:
    """When all cars moved, when the fault began and was done, and how long cars were watched."""

    moving_us: int
    fault_us: int
    struck_us: int
    until_us: int


def _outcome(
    name: str, boards: Boards, span: _Span, sent_us: list[float] | None, busy_pct: float
) -> Outcome:
    stops, from_send_ms, from_fault_ms, stutters = [], [], [], 0
    for number, trace in enumerate(boards.traces):
        if not trace.moved_at(span.fault_us):
            stutters += trace.neutrals(span.moving_us, span.fault_us)
            continue
        stop = trace.stop(span.fault_us, span.struck_us, span.until_us)
        stops.append(stop)
        stutters += trace.neutrals(span.moving_us, stop.neutral_us or span.fault_us)
        if stop.neutral_us is not None:
            from_fault_ms.append(max(0.0, (stop.neutral_us - span.struck_us) / 1_000))
        if sent_us is not None and stop.neutral_us is not None:
            from_send_ms.append((stop.neutral_us - sent_us[number]) / 1_000)
        if stop.failed:
            _tell(name, number, trace, span)
    return Outcome(
        name,
        tuple(stops),
        tuple(from_send_ms),
        stutters,
        (busy_pct,),
        tuple(from_fault_ms),
    )


def _tell(name: str, number: int, trace: Trace, span: _Span) -> None:
    told = [
        f"{(output.at_us - span.fault_us) / 1_000:.0f} ms {output.state} {output.throttle:g}"
        for output in trace.outputs
        if span.fault_us <= output.at_us <= span.until_us
    ]
    struck_ms = (span.struck_us - span.fault_us) / 1_000
    print(f"{name}, {struck_ms:.0f} ms: car {number} failed to stop: {told}", file=sys.stderr)
