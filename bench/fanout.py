"""Fan-out: CPU time of the server for one more viewer of the same camera."""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from bench.errors import NoMeasurement
from bench.figures import line_through, ratio, rounded, table
from bench.load import Window, generator
from bench.options import run
from bench.servers import CAMERA_FPS, Server, baseline, camera, peerlens

SETTLE_S = 2.0
BUSY_GENERATOR_PCT = 80.0
LOST_LIMIT = 0.01


@dataclass(frozen=True)
class Step:
    """The server's CPU, in percent of one core, at some number of viewers."""

    cpu_pct: float
    window: Window


@dataclass(frozen=True)
class Line:
    """CPU over viewers: ``fixed_pct`` is the camera's own share."""

    cpu_per_viewer_pct: float
    fixed_pct: float

    @property
    def viewers_per_core(self) -> int:
        return max(0, int((100.0 - self.fixed_pct) / max(self.cpu_per_viewer_pct, 1e-6)))


def measure(quick: bool) -> None:
    """Both sides one after the other, each with the machine to itself."""
    seconds = 4.0 if quick else 15.0
    with camera() as source:
        before = _steps(baseline(source), (1, 4) if quick else (1, 2, 4), seconds)
    with camera() as source:
        after = _steps(peerlens(source), (1, 16, 33) if quick else (1, 33, 66, 100), seconds)
    _print(before, after)


def _steps(
    starting: AbstractContextManager[Server], viewers: Sequence[int], seconds: float
) -> list[Step]:
    with starting as server, generator(server.target, server.reported_kbps) as load:
        steps = []
        for count in viewers:
            load.join(count)
            time.sleep(SETTLE_S)
            steps.append(_step(server, load.measure, seconds))
        return steps


def _step(server: Server, measure_load: Callable[[float], Window], seconds: float) -> Step:
    began_s, began_cpu_s = time.perf_counter(), server.child.cpu_s()
    window = measure_load(seconds)
    cpu_s, elapsed_s = server.child.cpu_s() - began_cpu_s, time.perf_counter() - began_s
    _check(window)
    return Step(100.0 * cpu_s / elapsed_s, window)


def _check(window: Window) -> None:
    """Refuse a window in which the generator, not the server, was measured."""
    if window.generator_cpu_pct > BUSY_GENERATOR_PCT:
        raise NoMeasurement(
            f"the load generator used {window.generator_cpu_pct:.0f} % of a core with"
            f" {window.viewers} viewers: fewer viewers, or a faster machine"
        )
    if window.lost > LOST_LIMIT * (window.packets + window.lost):
        raise NoMeasurement(f"{window.lost} of {window.packets + window.lost} packets were lost")


def fitted(steps: Sequence[Step]) -> Line:
    """The line through all steps; a slope below zero is noise and counts as zero."""
    slope, fixed = line_through([(step.window.viewers, step.cpu_pct) for step in steps])
    return Line(max(0.0, slope), max(0.0, fixed))


def _print(before: Sequence[Step], after: Sequence[Step]) -> None:
    header = (
        *("", "viewers", "CPU %", "kbit/s each", "packets/s each"),
        *("fps mean", "fps least", "lost", "generator CPU %"),
    )
    rows = [_row("aiortc example", step) for step in before]
    print(table(header, [*rows, *(_row("Peerlens", step) for step in after)]))
    line, baseline_line = fitted(after), fitted(before)
    figures = {
        "cpu_per_viewer_pct": line.cpu_per_viewer_pct,
        "baseline_cpu_per_viewer_pct": baseline_line.cpu_per_viewer_pct,
        "janus_cpu_per_viewer_pct": None,
        "ratio": ratio(line.cpu_per_viewer_pct, baseline_line.cpu_per_viewer_pct),
        "viewers_per_core": line.viewers_per_core,
        "baseline_viewers_per_core": baseline_line.viewers_per_core,
        "fps_least": min(step.window.fps_min for step in after),
        "source_fps": CAMERA_FPS,
    }
    print(rounded(figures))


def _row(name: str, step: Step) -> tuple[object, ...]:
    window = step.window
    return (
        name,
        window.viewers,
        f"{step.cpu_pct:.1f}",
        f"{window.kbps_per_viewer:.0f}",
        f"{window.packets_per_s_per_viewer:.0f}",
        f"{window.fps_mean:.1f}",
        f"{window.fps_min:.1f}",
        window.lost,
        f"{window.generator_cpu_pct:.0f}",
    )


if __name__ == "__main__":
    run("fanout", "CPU of one more viewer, in percent of a core.", measure)
