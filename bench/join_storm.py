"""Join storm: many viewers come at once, while one has been watching all along."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from bench.errors import NoMeasurement
from bench.figures import percentile, ratio, rounded, table
from bench.load import Storm, Window, generator
from bench.options import run
from bench.servers import CAMERA_FPS, Server, baseline, camera, peerlens

CARRIED_BY_BASELINE = 4
"""Viewers that aiortc's example can serve; both sides are stormed by as many."""


@dataclass(frozen=True)
class Arrivals:
    """``viewers`` that join at once, or at random, ``per_s`` of them a second (Poisson)."""

    viewers: int
    per_s: float | None

    def __str__(self) -> str:
        return f"{self.per_s:g} a second" if self.per_s else "at once"


@dataclass(frozen=True)
class Outcome:
    """What one storm did. ``cpu_s`` is the server's, beyond what it takes to serve them."""

    server: str
    arrivals: Arrivals
    storm: Storm
    watcher: Window
    cpu_s: float

    @property
    def cpu_ms_per_join(self) -> float:
        return 1_000.0 * max(0.0, self.cpu_s) / max(1, len(self.storm.joined_s))

    def joined_ms(self, percent: float) -> float:
        """Raises :class:`NoMeasurement` when nobody joined."""
        if not self.storm.joined_s:
            raise NoMeasurement(f"{self.server}: nobody joined ({self.storm.failure})")
        return 1_000.0 * percentile(self.storm.joined_s, percent)


def measure(quick: bool) -> None:
    """Each storm meets a server of its own, with one watcher and nobody else."""
    few, many = Arrivals(CARRIED_BY_BASELINE, None), Arrivals(100, None)
    spread = Arrivals(40 if quick else 300, 10.0)
    pause_s = 1.0 if quick else 4.0
    before = _outcome("aiortc example", baseline, few, pause_s)
    same = _outcome("Peerlens", peerlens, few, pause_s)
    after = _outcome("Peerlens", peerlens, many, pause_s)
    poisson = _outcome("Peerlens", peerlens, spread, pause_s)
    _print(before, same, after, poisson)
    print(rounded(figures(before, same, after, poisson)))


def _outcome(
    name: str,
    server_for: Callable[[str], AbstractContextManager[Server]],
    arrivals: Arrivals,
    pause_s: float,
) -> Outcome:
    """The watcher has a generator of its own, so that the storm's does not delay it."""
    with (
        camera() as source,
        server_for(source) as server,
        generator(server.target, server.reported_kbps, fps=CAMERA_FPS) as watching,
        generator(server.target, server.reported_kbps, fps=CAMERA_FPS) as storming,
    ):
        crowd = watching.join(1)
        if crowd.viewers < 1:
            raise NoMeasurement(f"{name}: not even one viewer could join ({crowd.failure})")
        time.sleep(pause_s)
        quiet = _cpu_rate(server, pause_s)
        began_s, began_cpu_s = time.perf_counter(), server.child.cpu_s()
        watching.begin()
        storm = storming.storm(arrivals.viewers, arrivals.per_s)
        cpu_s, elapsed_s = server.child.cpu_s() - began_cpu_s, time.perf_counter() - began_s
        watcher = watching.end()
        full = _cpu_rate(server, pause_s)
    joined = max(1, len(storm.joined_s))
    serving_s = quiet * elapsed_s + max(0.0, full - quiet) / joined * storm.watching_s
    return Outcome(name, arrivals, storm, watcher, cpu_s - serving_s)


def _cpu_rate(server: Server, seconds: float) -> float:
    """The server's CPU, in cores."""
    began_s, began_cpu_s = time.perf_counter(), server.child.cpu_s()
    time.sleep(seconds)
    return (server.child.cpu_s() - began_cpu_s) / (time.perf_counter() - began_s)


def figures(
    before: Outcome, same: Outcome, after: Outcome, poisson: Outcome
) -> dict[str, float | int | None]:
    """What the line of JSON says. Raises :class:`NoMeasurement`."""
    return {
        "viewers": after.arrivals.viewers,
        "failed": after.storm.failed,
        "join_p50_ms": after.joined_ms(50),
        "join_p95_ms": after.joined_ms(95),
        "join_max_ms": after.joined_ms(100),
        "cpu_ms_per_join": after.cpu_ms_per_join,
        "watcher_frames_lost": after.watcher.missed,
        "watcher_longest_gap_ms": after.watcher.longest_gap_ms,
        "generator_cpu_pct": after.storm.generator_cpu_pct,
        "poisson_viewers": poisson.arrivals.viewers,
        "poisson_per_s": poisson.arrivals.per_s,
        "poisson_failed": poisson.storm.failed,
        "poisson_join_p50_ms": poisson.joined_ms(50),
        "poisson_join_p95_ms": poisson.joined_ms(95),
        "poisson_join_max_ms": poisson.joined_ms(100),
        "poisson_watcher_frames_lost": poisson.watcher.missed,
        "few_viewers": same.arrivals.viewers,
        "few_join_p95_ms": same.joined_ms(95),
        "few_cpu_ms_per_join": same.cpu_ms_per_join,
        "baseline_few_join_p95_ms": before.joined_ms(95),
        "baseline_few_cpu_ms_per_join": before.cpu_ms_per_join,
        "baseline_watcher_frames_lost": before.watcher.missed,
        "ratio": ratio(same.joined_ms(95), before.joined_ms(95)),
    }


def _print(*outcomes: Outcome) -> None:
    header = (
        *("", "viewers", "arriving", "failed", "p50 ms", "p95 ms", "max ms"),
        *("CPU ms each", "watcher lost", "longest gap ms", "generator CPU %"),
    )
    print(table(header, [_row(outcome) for outcome in outcomes]))
    for outcome in outcomes:
        if outcome.storm.failure:
            print(f"{outcome.server}, {outcome.arrivals}: {outcome.storm.failure}")


def _row(outcome: Outcome) -> tuple[object, ...]:
    return (
        outcome.server,
        outcome.arrivals.viewers,
        outcome.arrivals,
        outcome.storm.failed,
        *(f"{outcome.joined_ms(percent):.0f}" for percent in (50, 95, 100)),
        f"{outcome.cpu_ms_per_join:.1f}",
        outcome.watcher.missed,
        f"{outcome.watcher.longest_gap_ms:.0f}",
        f"{outcome.storm.generator_cpu_pct:.0f}",
    )


if __name__ == "__main__":
    run("join_storm", "Time to the first frame of many viewers who come at once.", measure)
