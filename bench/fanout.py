"""Fan-out: CPU time of the server for one more viewer of the same camera."""

import functools
import json
import time
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from bench.blaster import Blast, blaster
from bench.errors import NoMeasurement, ProcessFailed
from bench.figures import line_through, ratio, rounded, table
from bench.janus import has_janus, janus
from bench.load import Generator, Window, generator
from bench.options import run
from bench.servers import CAMERA_FPS, Server, baseline, camera, peerlens
from bench.target import Target

BUSY_GENERATOR_PCT = 80.0
LOST_LIMIT = 0.01
HOLDS = 0.98
"""Part of the camera's frames that every viewer must get."""
SPARE = 1.5
"""How many times the largest step's packets the generator is shown to take."""
PACKETS_PER_FRAME = 6
"""Of the made-up viewers; 1.4 Mbit/s at 30 frames/s makes a little more than five."""


@dataclass(frozen=True)
class Plan:
    """How many viewers each side gets, and for how long."""

    baseline: tuple[int, ...]
    viewers: tuple[int, ...]
    pages: tuple[int, ...]
    settle_s: float
    window_s: float


FULL = Plan((1, 2, 4), (1, 16, 64, 256, 500), (1, 16, 64, 128), 2.0, 10.0)
QUICK = Plan((1, 3), (1, 64), (1, 24), 0.7, 2.0)


@dataclass(frozen=True)
class Step:
    """The server's CPU, in percent of one core, at some number of viewers."""

    cpu_pct: float
    camera_fps: float
    window: Window

    @property
    def holds(self) -> bool:
        """Whether every viewer got what the camera made; one frame may be under way."""
        return self.window.fps_min >= HOLDS * self.camera_fps - 1.0 / self.window.seconds


@dataclass(frozen=True)
class Series:
    """One side's steps; ``ended`` is why there are no more, if there should be."""

    name: str
    steps: tuple[Step, ...]
    ended: str
    srtp: str

    @property
    def held(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.holds)

    @property
    def carried(self) -> int:
        """The most viewers at which nobody fell below the camera's rate."""
        return max((step.window.viewers for step in self.held), default=0)


@dataclass(frozen=True)
class Line:
    """CPU over viewers: ``fixed_pct`` is the camera's own share."""

    cpu_per_viewer_pct: float
    fixed_pct: float

    @property
    def viewers_per_core(self) -> int:
        return max(0, int((100.0 - self.fixed_pct) / max(self.cpu_per_viewer_pct, 1e-6)))


def measure(quick: bool) -> None:
    """All sides one after the other, each with the machine to itself."""
    plan = QUICK if quick else FULL
    before = _series("aiortc example", baseline, plan, plan.baseline)
    after = _series("Peerlens", peerlens, plan, plan.viewers)
    pages = _series("Peerlens' page", peerlens, plan, plan.pages, pages=True)
    other = _series("Janus", janus, plan, plan.viewers) if has_janus() else None
    default = None
    if other is not None and not quick:
        threads = functools.partial(janus, shared_loops=False)
        default = _series("Janus' default", threads, plan, plan.viewers)
    alone = _generator_alone(max(plan.viewers), plan.window_s)
    ran = [one for one in (before, after, pages, other, default) if one is not None]
    _print(ran, alone)
    print(rounded(figures(before, after, pages, other, default, alone)))


def _series(
    name: str,
    server_for: Callable[[str], AbstractContextManager[Server]],
    plan: Plan,
    viewers: Sequence[int],
    pages: bool = False,
) -> Series:
    """Go on with more viewers until the server, or the generator, cannot."""
    steps: list[Step] = []
    ended = srtp = ""
    with camera() as source, server_for(source) as server:
        target, kbps = server.target, server.reported_kbps
        with generator(target, kbps, pages=pages, fps=CAMERA_FPS) as load:
            try:
                for count in viewers:
                    crowd = load.join(count)
                    srtp = crowd.srtp
                    if crowd.viewers < count:
                        ended = f"{crowd.viewers} of {count} joined ({crowd.failure})"
                        break
                    time.sleep(plan.settle_s)
                    step = _step(source, server, load, plan.window_s)
                    ended = _trouble_of_generator(step)
                    if not ended:
                        steps.append(step)
                        ended = _trouble_of_server(step)
                    if ended:
                        break
            except ProcessFailed as error:
                ended = str(error)
    return Series(name, tuple(steps), ended, srtp)


def _step(source: str, server: Server, load: Generator, seconds: float) -> Step:
    frames = server.frames_fed or (lambda: frames_made(source))
    made, began_s, began_cpu_s = frames(), time.perf_counter(), server.child.cpu_s()
    window = load.measure(seconds)
    cpu_s, elapsed_s = server.child.cpu_s() - began_cpu_s, time.perf_counter() - began_s
    made = frames() - made
    return Step(100.0 * cpu_s / elapsed_s, min(made / elapsed_s, CAMERA_FPS), window)


def frames_made(source: str) -> int:
    """How many pictures the camera has taken so far: it may be late, where it shares a core."""
    status = source.removesuffix("/stream") + "/status"
    try:
        with urllib.request.urlopen(status, timeout=5.0) as response:
            return int(json.load(response)["frames"])
    except OSError as error:
        raise ProcessFailed(f"the camera does not answer: {error}") from error


def _trouble_of_generator(step: Step) -> str:
    """Why the generator, not the server, was measured; empty if it was not."""
    window = step.window
    if window.generator_cpu_pct > BUSY_GENERATOR_PCT:
        return (
            f"the load generator used {window.generator_cpu_pct:.0f} % of a core"
            f" with {window.viewers} viewers"
        )
    if window.overflowed and not step.holds:
        return (
            f"with {window.viewers} viewers frames were missing, and {window.overflowed}"
            " datagrams on this machine found a full buffer: perhaps the generator's"
        )
    return ""


def _trouble_of_server(step: Step) -> str:
    window = step.window
    if not step.holds:
        return (
            f"with {window.viewers} viewers somebody got {window.fps_min:.1f}"
            f" of {step.camera_fps:.1f} frames/s"
        )
    if window.lost > LOST_LIMIT * (window.packets + window.lost):
        return f"{window.lost} of {window.packets + window.lost} packets were lost"
    return ""


def _generator_alone(viewers: int, seconds: float) -> tuple[Window, Blast]:
    """More packets than any server sends, from a process that does nothing else."""
    nowhere = Target("whep", "", "")
    with generator(nowhere, 0, fps=CAMERA_FPS) as load:
        addresses = load.open(round(SPARE * viewers))
        with blaster(addresses, CAMERA_FPS, PACKETS_PER_FRAME, seconds + 2.0) as answer:
            time.sleep(0.5)
            window = load.measure(seconds)
            return window, Blast(**answer.result())


def fitted(steps: Sequence[Step]) -> Line:
    """The line through all steps; a slope below zero is noise and counts as zero."""
    slope, fixed = line_through([(step.window.viewers, step.cpu_pct) for step in steps])
    return Line(max(0.0, slope), max(0.0, fixed))


def line_of(series: Series) -> Line:
    """The line through the steps that held, or through all where only one did.

    Raises :class:`NoMeasurement` with fewer than two steps.
    """
    steps = series.held if len(series.held) > 1 else series.steps
    if len(steps) < 2:
        raise NoMeasurement(f"{series.name}: {series.ended or 'fewer than two steps'}")
    return fitted(steps)


def _line_if_any(series: Series | None) -> Line | None:
    return line_of(series) if series is not None and len(series.steps) > 1 else None


def figures(
    before: Series,
    after: Series,
    pages: Series,
    other: Series | None,
    default: Series | None,
    alone: tuple[Window, Blast],
) -> dict[str, float | int | None]:
    """What the line of JSON says. Raises :class:`NoMeasurement`."""
    line, baseline_line, page_line = line_of(after), line_of(before), line_of(pages)
    janus_line, default_line = _line_if_any(other), _line_if_any(default)
    own = line.cpu_per_viewer_pct
    measured = [step.window for series in (after, pages) for step in series.steps]
    return {
        "cpu_per_viewer_pct": own,
        "baseline_cpu_per_viewer_pct": baseline_line.cpu_per_viewer_pct,
        "janus_cpu_per_viewer_pct": janus_line.cpu_per_viewer_pct if janus_line else None,
        "janus_default_cpu_per_viewer_pct": default_line.cpu_per_viewer_pct
        if default_line
        else None,
        "cpu_per_page_viewer_pct": page_line.cpu_per_viewer_pct,
        "ratio": ratio(own, baseline_line.cpu_per_viewer_pct),
        "janus_ratio": ratio(own, janus_line.cpu_per_viewer_pct) if janus_line else None,
        "viewers_per_core": line.viewers_per_core,
        "baseline_viewers_per_core": baseline_line.viewers_per_core,
        "janus_viewers_per_core": janus_line.viewers_per_core if janus_line else None,
        "viewers_carried": after.carried,
        "baseline_viewers_carried": before.carried,
        "janus_viewers_carried": other.carried if other is not None else None,
        "fps_least": min(window.fps_min for window in measured),
        "source_fps": CAMERA_FPS,
        "lost": sum(window.lost for window in measured),
        "generator_cpu_pct": max(window.generator_cpu_pct for window in measured),
        "generator_alone_packets_per_s": alone[0].packets / alone[0].seconds,
        "generator_alone_cpu_pct": alone[0].generator_cpu_pct,
        "generator_alone_lost": alone[0].lost,
    }


def _print(all_series: Sequence[Series], alone: tuple[Window, Blast]) -> None:
    header = (
        *("", "viewers", "CPU %", "kbit/s each", "packets/s each", "camera fps"),
        *("fps mean", "fps least", "lost", "generator CPU %"),
    )
    rows = [_row(series.name, step) for series in all_series for step in series.steps]
    print(table(header, rows))
    for series in all_series:
        if series.ended:
            print(f"{series.name} ended: {series.ended}")
        print(f"{series.name}: {series.carried} carried, {series.srtp or 'no encryption known'}")
    if not any(series.name == "Janus" for series in all_series):
        print("Janus: not on this machine (Debian's package janus)")
    window, sent = alone
    print(
        f"generator alone: {window.viewers} made-up viewers, {window.packets / window.seconds:.0f}"
        f" packets/s, {window.lost} lost, {sent.failed} not sent,"
        f" {window.generator_cpu_pct:.0f} % of a core"
    )


def _row(name: str, step: Step) -> tuple[object, ...]:
    window = step.window
    return (
        name,
        window.viewers,
        f"{step.cpu_pct:.1f}",
        f"{window.kbps_per_viewer:.0f}",
        f"{window.packets_per_s_per_viewer:.0f}",
        f"{step.camera_fps:.1f}",
        f"{window.fps_mean:.1f}",
        f"{window.fps_min:.1f}",
        window.lost,
        f"{window.generator_cpu_pct:.0f}",
    )


if __name__ == "__main__":
    run("fanout", "CPU of one more viewer, in percent of a core.", measure)
