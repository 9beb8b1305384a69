"""Cameras that one core carries: CPU time of the server for one more camera."""

import contextlib
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.camera_farm import FPS, Farm, FarmStatus, camera_farm
from bench.errors import NoMeasurement
from bench.figures import line_through, ratio, rounded, table
from bench.motion_daemon import installed, motion_daemon
from bench.options import run
from bench.processes import Child, child, free_port
from bench.servers import BASELINE_REPORTED_KBPS, BITRATE_KBPS, baseline
from bench.target import Target
from bench.watchers import Watched, watchers

START_TIMEOUT_S = 20.0
KEEPS_UP_TIMEOUT_S = 45.0
FEWEST_STEPS = 2
BUSY_HELPER_PCT = 80.0
LEAST_OF_FRAMES = 0.9


@dataclass(frozen=True)
class Plan:
    """How many cameras at each step, and how long each is measured.

    Before that, in ``settle_s``, bitrates settle and motion detectors learn their background.
    """

    watched: tuple[int, ...]
    unwatched: tuple[int, ...]
    baseline: tuple[int, ...]
    settle_s: float
    seconds: float


QUICK = Plan(watched=(4, 12), unwatched=(8, 24), baseline=(1, 2), settle_s=1.5, seconds=2.5)
FULL = Plan(
    watched=(5, 10, 20, 30),
    unwatched=(20, 40, 60, 80),
    baseline=(1, 2, 3),
    settle_s=4.0,
    seconds=10.0,
)


@dataclass(frozen=True)
class Step:
    """One side with so many cameras: ``cpu_pct`` of a core, and what the helpers did meanwhile.

    ``fps`` is what each camera sent, ``used_fps`` what the server made use of, as far as it tells.
    """

    side: str
    cameras: int
    cpu_pct: float
    fps: float
    used_fps: float
    farm_pct: float
    watchers_pct: float


@dataclass(frozen=True)
class Line:
    """CPU over cameras; ``fixed_pct`` is what the server takes without any."""

    cpu_per_camera_pct: float
    fixed_pct: float

    @property
    def cameras_per_core(self) -> float:
        return max(0.0, 100.0 - self.fixed_pct) / max(self.cpu_per_camera_pct, 1e-6)


def fitted(steps: Sequence[Step]) -> Line:
    """The line through all steps; what is below zero is noise and counts as zero."""
    slope, fixed = line_through([(step.cameras, step.cpu_pct) for step in steps])
    return Line(max(0.0, slope), max(0.0, fixed))


def measure(quick: bool) -> None:
    """All sides one after the other, each with the machine to itself."""
    plan = QUICK if quick else FULL
    with camera_farm() as farm:
        bench = CameraBench(farm, plan)
        sides = [bench.baseline(), bench.watched(), bench.unwatched(), bench.motion()]
        picture_bytes = farm.status().picture_bytes
    _print(sides, picture_bytes)


class CameraBench:
    """The sides, each a list of steps."""

    def __init__(self, farm: Farm, plan: Plan) -> None:
        self._farm = farm
        self._plan = plan

    def baseline(self) -> list[Step]:
        """aiortc's example, which knows one camera: a process for each, one viewer each."""
        steps = []
        with contextlib.ExitStack() as stack:
            most = self._plan.baseline[-1]
            servers = [
                stack.enter_context(baseline(self._farm.stream(number))) for number in range(most)
            ]
            targets = [server.target for server in servers]
            watching = stack.enter_context(watchers(targets, BASELINE_REPORTED_KBPS))
            for count in self._plan.baseline:
                watching.watch(count)
                children = [server.child for server in servers[:count]]
                steps.append(self._step("aiortc example", count, children, watching.measure))
        return steps

    def watched(self) -> list[Step]:
        """Peerlens with one light viewer for each camera; no other camera is open."""
        steps: list[Step] = []
        most = self._plan.watched[-1]
        with peerlens_with(self._farm, most, warm=False) as (server, origin):
            targets = [Target("whep", f"{origin}/{n}/whep", origin) for n in range(most)]
            with watchers(targets, BITRATE_KBPS) as watching:
                for count in self._plan.watched:
                    with _ending(steps, "Peerlens", count):
                        watching.watch(count)
                        step = self._step("Peerlens", count, [server], watching.measure, origin)
                        steps.append(step)
        return steps

    def unwatched(self) -> list[Step]:
        """Peerlens looking for motion in cameras that nobody watches."""
        steps: list[Step] = []
        for count in self._plan.unwatched:
            with (
                _ending(steps, "Peerlens, unwatched", count),
                peerlens_with(self._farm, count, warm=True) as (server, origin),
            ):
                self._wait_for_streams(count)
                step = self._step("Peerlens, unwatched", count, [server], origin=origin)
                steps.append(step)
        return steps

    def motion(self) -> list[Step]:
        """Debian's motion with the same cameras; no steps where it is not installed."""
        steps = []
        for count in self._plan.unwatched if installed() else ():
            with motion_daemon([self._farm.stream(n) for n in range(count)]) as daemon:
                self._wait_for_streams(count)
                steps.append(self._step("motion", count, [daemon]))
        return steps

    def _wait_for_streams(self, count: int) -> None:
        deadline_s = time.monotonic() + START_TIMEOUT_S
        while (open_now := self._farm.status().streams) != count:
            if time.monotonic() > deadline_s:
                raise NoMeasurement(f"{open_now} of {count} cameras were opened")
            time.sleep(0.1)

    def _step(
        self,
        side: str,
        count: int,
        servers: Sequence[Child],
        measure: Callable[[float], Watched] | None = None,
        origin: str | None = None,
    ) -> Step:
        if origin is not None:
            _wait_until_it_keeps_up(origin)
        time.sleep(self._plan.settle_s)
        before, used_before = self._farm.status(), _used_frames(origin)
        farm_s, servers_s = self._farm.child.cpu_s(), sum(server.cpu_s() for server in servers)
        began_s = time.perf_counter()
        watched = None
        if measure is None:
            time.sleep(self._plan.seconds)
        else:
            watched = measure(self._plan.seconds)
        elapsed_s = time.perf_counter() - began_s
        servers_s = sum(server.cpu_s() for server in servers) - servers_s
        farm_s = self._farm.child.cpu_s() - farm_s
        after, used = self._farm.status(), _used_frames(origin) - used_before
        fps = (after.sent - before.sent) / elapsed_s / count
        used_fps = used / elapsed_s / count if origin is not None else fps
        if watched is not None:
            used_fps = min(used_fps, watched.fps_least)
        step = Step(
            side,
            count,
            100.0 * servers_s / elapsed_s,
            fps,
            used_fps,
            100.0 * farm_s / elapsed_s,
            watched.watchers_cpu_pct if watched is not None else 0.0,
        )
        _check(step, before, after)
        return step


@contextlib.contextmanager
def _ending(steps: Sequence[Step], side: str, count: int) -> Iterator[None]:
    """Let a series end where the machine is full, once there are enough steps for a line."""
    try:
        yield
    except NoMeasurement as error:
        if len(steps) < FEWEST_STEPS:
            raise
        print(f"{side}: no step of {count} cameras: {error}", flush=True)


def _wait_until_it_keeps_up(origin: str) -> None:
    """Opening many cameras at once is an overload of its own: wait until it is over."""
    deadline_s = time.monotonic() + KEEPS_UP_TIMEOUT_S
    while _sum(_metrics(origin), "peerlens_overload_level") > 0:
        if time.monotonic() > deadline_s:
            raise NoMeasurement("the gateway is overloaded and does not recover")
        time.sleep(0.25)


def _check(step: Step, before: FarmStatus, after: FarmStatus) -> None:
    """Refuse a step in which a helper was measured, or not all of the work was done."""
    for helper, busy_pct in (("camera", step.farm_pct), ("viewer", step.watchers_pct)):
        if busy_pct > BUSY_HELPER_PCT:
            raise NoMeasurement(f"the {helper} process used {busy_pct:.0f} % of a core")
    # More than one camera for a watched one is open when a viewer's join opened it anew.
    if after.skipped > before.skipped:
        raise NoMeasurement(f"{step.side} did not read {after.skipped - before.skipped} pictures")
    if step.used_fps < LEAST_OF_FRAMES * FPS:
        raise NoMeasurement(
            f"{step.side} made use of {step.used_fps:.1f} of {FPS} pictures a second"
            f" with {step.cameras} cameras: the machine is full"
        )


@contextlib.contextmanager
def peerlens_with(farm: Farm, count: int, *, warm: bool) -> Iterator[tuple[Child, str]]:
    """Run ``peerlens up`` with so many cameras; gives the process and its origin."""
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    # As `motion` here, it keeps no pictures: the scene moves all the time.
    lines = [f"http: {{host: 127.0.0.1, port: {port}}}", "events: {enabled: false}", "cameras:"]
    for number in range(count):
        lines += [
            f'  "{number}":',
            f"    source: {farm.stream(number)}",
            f"    warm: {str(warm).lower()}",
            f"    video: {{max_bitrate_kbps: {BITRATE_KBPS}}}",
        ]
    with tempfile.TemporaryDirectory(prefix="bench-cameras-") as folder:
        file = Path(folder) / "peerlens.yaml"
        file.write_text("\n".join(lines) + "\n")
        command = Path(sys.executable).with_name("peerlens")
        argv = [str(command), "up", "-c", str(file)]
        with child("peerlens", argv, ready=f"{origin}/healthz") as started:
            yield started, origin


def _used_frames(origin: str | None) -> float:
    """Frames that Peerlens took less those that it left out, and detections likewise."""
    if origin is None:
        return 0.0
    lines = _metrics(origin)
    total = 0.0
    for name, sign in (("frames", 1), ("frames_skipped", -1), ("frames_shed", -1)):
        total += sign * _sum(lines, f"peerlens_camera_{name}_total")
    return total - _sum(lines, "peerlens_camera_detections_shed_total")


def _metrics(origin: str) -> list[str]:
    with urllib.request.urlopen(f"{origin}/metrics", timeout=10.0) as answer:
        text: str = answer.read().decode()
    return text.splitlines()


def _sum(lines: Sequence[str], name: str) -> float:
    beginnings = (name + "{", name + " ")
    return sum(float(line.split()[-1]) for line in lines if line.startswith(beginnings))


def _print(sides: Sequence[Sequence[Step]], picture_bytes: int) -> None:
    header = ("", "cameras", "CPU %", "fps sent", "fps used", "cameras CPU %", "viewers CPU %")
    rows = [
        (
            *(step.side, step.cameras, f"{step.cpu_pct:.1f}", f"{step.fps:.1f}"),
            *(f"{step.used_fps:.1f}", f"{step.farm_pct:.0f}", f"{step.watchers_pct:.0f}"),
        )
        for steps in sides
        for step in steps
    ]
    print(table(header, rows))
    example, watched, unwatched = (fitted(steps) for steps in sides[:3])
    motion = fitted(sides[3]) if sides[3] else None
    figures = {
        "cameras_per_core": watched.cameras_per_core,
        "cameras_per_core_motion_only": unwatched.cameras_per_core,
        "motion_daemon_cameras_per_core": motion.cameras_per_core if motion else None,
        "baseline_cameras_per_core": 100.0 / max(example.cpu_per_camera_pct, 1e-6),
        "ratio": ratio(watched.cpu_per_camera_pct, example.cpu_per_camera_pct),
        "picture_bytes": picture_bytes,
    }
    print(rounded(figures))


if __name__ == "__main__":
    run("cameras", "Cameras that one core carries, watched and unwatched.", measure)
