"""Memory of the server for one more viewer, and whether it comes back when they leave."""

import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass

import psutil

from bench.camera_farm import Farm, camera_farm
from bench.errors import NoMeasurement
from bench.figures import line_through, ratio, rounded, table
from bench.options import run
from bench.processes import Child
from bench.servers import Server, baseline, peerlens
from bench.watchers import Watchers, watchers

MB = 1_000_000
SETTLE_S = 2.0
GONE_TIMEOUT_S = 30.0


@dataclass(frozen=True)
class Plan:
    """How many viewers at each step; then rounds of so many that join and leave.

    The first ``warm_up`` rounds do not count: what leaving viewers leave behind waits for
    Python's garbage collector, and it takes about 150 of them until that comes and goes evenly.
    """

    viewers: tuple[int, ...]
    baseline: tuple[int, ...]
    at_once: int
    warm_up: int
    rounds: int

    @property
    def joins(self) -> int:
        return self.at_once * self.rounds


QUICK = Plan(viewers=(10, 25, 40), baseline=(1, 2, 3), at_once=12, warm_up=13, rounds=13)
FULL = Plan(viewers=(10, 40, 70, 100), baseline=(1, 2, 3, 4), at_once=20, warm_up=10, rounds=50)


@dataclass(frozen=True)
class Held:
    """What the process held after so many viewers: ``uss`` is memory that is its own, in bytes."""

    viewers: int
    uss: int
    descriptors: int
    threads: int


def measure(quick: bool) -> None:
    """Both sides one after the other."""
    plan = QUICK if quick else FULL
    with camera_farm() as farm:
        example = _baseline(farm, plan)
        with peerlens(farm.stream(0)) as server:
            targets = [server.target] * max(*plan.viewers, plan.at_once)
            with watchers(targets, server.reported_kbps) as watching:
                _round(server, watching, plan.at_once)
                steps = [_watched(server, watching, count) for count in plan.viewers]
                _leave(server, watching)
                before = [_round(server, watching, plan.at_once) for _ in range(plan.warm_up)]
                rounds = [_round(server, watching, plan.at_once) for _ in range(plan.rounds)]
    _print(plan, example, steps, before, rounds)


def _baseline(farm: Farm, plan: Plan) -> list[Held]:
    with baseline(farm.stream(0)) as server:
        targets = [server.target] * plan.baseline[-1]
        with watchers(targets, server.reported_kbps) as watching:
            return [_watched(server, watching, count) for count in plan.baseline]


def _watched(server: Server, watching: Watchers, count: int) -> Held:
    watching.watch(count)
    time.sleep(SETTLE_S)
    return held(server.child, count)


def _round(server: Server, watching: Watchers, count: int) -> Held:
    watching.watch(count)
    _leave(server, watching)
    return held(server.child, count)


def _leave(server: Server, watching: Watchers) -> None:
    """Have everyone leave, and wait until the server is done with them."""
    watching.watch(0)
    origin = server.target.blank.rsplit("/", 1)[0]
    deadline_s = time.monotonic() + GONE_TIMEOUT_S
    while there := _sessions(origin):
        if time.monotonic() > deadline_s:
            raise NoMeasurement(f"{there} viewers are still there after {GONE_TIMEOUT_S:g} s")
        time.sleep(0.05)


def _sessions(origin: str) -> int:
    with urllib.request.urlopen(f"{origin}/metrics", timeout=10.0) as answer:
        lines = answer.read().decode().splitlines()
    names = ("peerlens_peers ", "peerlens_peers_closing ")
    return sum(int(float(line.split()[-1])) for line in lines if line.startswith(names))


def held(process: Child, viewers: int) -> Held:
    """Ask the kernel what ``process`` holds."""
    observed = psutil.Process(process.popen.pid)
    return Held(
        viewers,
        observed.memory_full_info().uss,
        observed.num_fds(),
        observed.num_threads(),
    )


def mb_per_viewer(steps: Sequence[Held]) -> float:
    """The slope over the steps, in megabytes."""
    return line_through([(step.viewers, step.uss / MB) for step in steps])[0]


def growth_mb_per_1000_joins(rounds: Sequence[Held]) -> float:
    """The slope over all joins so far, scaled to 1,000; each round ended with nobody there."""
    points, joins = [], 0
    for each in rounds:
        joins += each.viewers
        points.append((float(joins), each.uss / MB))
    return 1_000.0 * line_through(points)[0]


def _print(
    plan: Plan,
    example: Sequence[Held],
    steps: Sequence[Held],
    before: Sequence[Held],
    rounds: Sequence[Held],
) -> None:
    rows = [
        *(_row("aiortc example", step, f"{step.viewers}") for step in example),
        *(_row("Peerlens", step, f"{step.viewers}") for step in steps),
        _row("before the joins", before[-1], "0"),
        _row(f"after {plan.joins} joins and leaves", rounds[-1], "0"),
    ]
    print(table(("", "viewers", "MB", "descriptors", "threads"), rows))
    growth = growth_mb_per_1000_joins(rounds)
    if plan.joins != 1_000:
        print(f"growth over {plan.joins} joins, scaled to 1000")
    each, example_each = mb_per_viewer(steps), mb_per_viewer(example)
    figures = {
        "mb_per_viewer": each,
        "growth_mb_per_1000_joins": growth,
        "baseline_mb_per_viewer": example_each,
        "ratio": ratio(each, example_each),
        "joins": plan.joins,
        "descriptors_left": rounds[-1].descriptors - before[-1].descriptors,
        "threads_left": rounds[-1].threads - before[-1].threads,
    }
    print(rounded(figures))


def _row(name: str, step: Held, viewers: str) -> tuple[object, ...]:
    return name, viewers, f"{step.uss / MB:.1f}", step.descriptors, step.threads


if __name__ == "__main__":
    run("memory", "Memory for one more viewer, and growth over joins and leaves.", measure)
