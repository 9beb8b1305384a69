"""Outputs: CPU time of the gateway for one more output (WHIP), beside that for one more viewer."""

import contextlib
import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bench.errors import NoMeasurement
from bench.fanout import frames_made
from bench.figures import line_through, ratio, rounded, table
from bench.load import generator
from bench.options import run
from bench.processes import Child, child, free_port, python
from bench.servers import CAMERA_FPS, LOOPBACK, camera, peerlens

JOIN_TIMEOUT_S = 30.0


@dataclass(frozen=True)
class Plan:
    """How many each side gets, and for how long."""

    counts: tuple[int, ...]
    settle_s: float
    window_s: float


FULL = Plan((1, 16, 64), 2.0, 10.0)
QUICK = Plan((1, 48), 0.7, 2.0)


@dataclass(frozen=True)
class Step:
    """The gateway's CPU in percent of one core, with so many outputs or viewers."""

    count: int
    cpu_pct: float
    camera_fps: float
    fps_least: float


def measure(quick: bool) -> None:
    """Both sides one after the other; a gateway of its own for each number of outputs."""
    plan = QUICK if quick else FULL
    outputs = [_with_outputs(count, plan) for count in plan.counts]
    viewers = _with_viewers(plan)
    rows = [
        (name, step.count, *(f"{x:.1f}" for x in (step.cpu_pct, step.camera_fps, step.fps_least)))
        for name, steps in (("outputs", outputs), ("viewers", viewers))
        for step in steps
    ]
    print(table(("", "number", "CPU %", "camera fps", "fps least"), rows))
    print(rounded(figures(outputs, viewers)))


def figures(outputs: list[Step], viewers: list[Step]) -> dict[str, float | int | None]:
    """What the line of JSON says."""
    output, viewer = (
        max(0.0, line_through([(step.count, step.cpu_pct) for step in steps])[0])
        for steps in (outputs, viewers)
    )
    return {
        "cpu_per_output_pct": output,
        "cpu_per_viewer_pct": viewer,
        "ratio": ratio(output, viewer),
        "fps_least": min(step.fps_least for step in (*outputs, *viewers)),
        "camera_fps_least": min(step.camera_fps for step in (*outputs, *viewers)),
    }


class _Clock:
    """What a gateway takes, and its camera makes, from here on."""

    def __init__(self, gateway: Child, source: str) -> None:
        self._gateway, self._source = gateway, source
        self._before = self._now()

    def _now(self) -> tuple[float, int, float]:
        return self._gateway.cpu_s(), frames_made(self._source), time.perf_counter()

    def read(self) -> tuple[float, float, float]:
        """CPU in percent of a core, frames/s of the camera, and the seconds that went by."""
        cpu_s, frames, elapsed_s = (
            now - then for now, then in zip(self._now(), self._before, strict=True)
        )
        return 100.0 * cpu_s / elapsed_s, frames / elapsed_s, elapsed_s


def _with_outputs(count: int, plan: Plan) -> Step:
    with camera() as source, _publishing(source, count) as (gateway, frames):
        deadline_s = time.monotonic() + JOIN_TIMEOUT_S
        while len(frames()) < count or min(frames()) == 0:
            if time.monotonic() > deadline_s:
                raise NoMeasurement(f"{len(frames())} of {count} outputs came up")
            time.sleep(0.2)
        time.sleep(plan.settle_s)
        before = frames()
        clock = _Clock(gateway, source)
        time.sleep(plan.window_s)
        cpu_pct, camera_fps, elapsed_s = clock.read()
        got = [now - then for now, then in zip(frames(), before, strict=True)]
    return Step(count, cpu_pct, camera_fps, min(got) / elapsed_s)


@contextlib.contextmanager
def _publishing(source: str, count: int) -> Iterator[tuple[Child, Callable[[], list[int]]]]:
    """Run a sink, and a gateway that publishes to it; gives what each session has got, too."""
    sink_port, port = free_port(), free_port()
    sink, origin = f"http://{LOOPBACK}:{sink_port}", f"http://{LOOPBACK}:{port}"
    arguments = ["--source", source, "--whip", f"{sink}/whip"]
    arguments += ["--outputs", str(count), "--port", str(port)]

    def frames() -> list[int]:
        with urllib.request.urlopen(f"{sink}/frames", timeout=5.0) as response:
            listed: list[int] = json.load(response)
            return listed

    with (
        child("sink", python("bench.whip_sink", "--port", str(sink_port)), ready=f"{sink}/frames"),
        child(
            "gateway", python("bench.output_gateway", *arguments), ready=f"{origin}/healthz"
        ) as gateway,
    ):
        yield gateway, frames


def _with_viewers(plan: Plan) -> list[Step]:
    steps = []
    with (
        camera() as source,
        peerlens(source) as server,
        generator(server.target, server.reported_kbps, fps=CAMERA_FPS) as load,
    ):
        for count in plan.counts:
            crowd = load.join(count)
            if crowd.viewers < count:
                raise NoMeasurement(f"{crowd.viewers} of {count} viewers joined: {crowd.failure}")
            time.sleep(plan.settle_s)
            clock = _Clock(server.child, source)
            window = load.measure(plan.window_s)
            cpu_pct, camera_fps, _ = clock.read()
            steps.append(Step(count, cpu_pct, camera_fps, window.fps_min))
    return steps


if __name__ == "__main__":
    run("outputs", "CPU of one more output, in percent of a core.", measure)
