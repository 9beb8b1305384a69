"""Light viewers of one or many cameras, which come and go, in a process of their own.

It is told what to do over its pipes, one JSON object per line: ``{"watch": 4}`` has the first four
targets watched and no other, ``{"measure": 5.0}`` counts for five seconds. End of input ends it.
"""

import argparse
import asyncio
import contextlib
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import aiohttp

from bench.light_socket import LightLoop
from bench.light_viewer import CONNECT_TIMEOUT_S, LightViewer
from bench.processes import Child, child, python
from bench.target import Target

AT_ONCE = 4


@dataclass(frozen=True)
class Watched:
    """What the viewers received in one window: frame rates are of the slowest and of all."""

    viewers: int
    fps_least: float
    fps_mean: float
    kbps_each: float
    watchers_cpu_pct: float


class Watchers:
    """The caller's side: a handle on the process. Everything raises :class:`ProcessFailed`."""

    def __init__(self, process: Child) -> None:
        self._process = process

    def watch(self, count: int) -> None:
        """Have the first ``count`` targets watched, and no other."""
        self._process.ask({"watch": count}, 60.0 + count * CONNECT_TIMEOUT_S / AT_ONCE)

    def measure(self, seconds: float) -> Watched:
        return Watched(**self._process.ask({"measure": seconds}, seconds + 30.0))


@contextlib.contextmanager
def watchers(targets: Sequence[Target], bitrate_kbps: int) -> Iterator[Watchers]:
    """Run the process for the time of the block; it reports ``bitrate_kbps`` of bandwidth."""
    encoded = json.dumps([asdict(target) for target in targets])
    argv = python("bench.watchers", "--targets", encoded, "--kbps", str(bitrate_kbps))
    with child("watchers", argv, pipes=True) as started:
        yield Watchers(started)


class _Crowd:
    def __init__(self, session: aiohttp.ClientSession, targets: Sequence[Target], bps: int) -> None:
        self._session = session
        self._targets = targets
        self._bps = bps
        self._viewers: list[LightViewer] = []

    async def watch(self, count: int) -> dict[str, Any]:
        leaving, self._viewers = self._viewers[count:], self._viewers[:count]
        await asyncio.gather(*(viewer.close() for viewer in leaving))
        while (there := len(self._viewers)) < count:
            coming = self._targets[there : min(count, there + AT_ONCE)]
            self._viewers += await asyncio.gather(*(self._join(target) for target in coming))
        return {"viewers": len(self._viewers)}

    async def _join(self, target: Target) -> LightViewer:
        viewer = LightViewer(self._bps)
        await viewer.join(self._session, target)
        return viewer

    async def measure(self, seconds: float) -> dict[str, Any]:
        before = [viewer.received for viewer in self._viewers]
        began_s, began_cpu_s = time.perf_counter(), time.process_time()
        await asyncio.sleep(seconds)
        elapsed_s = time.perf_counter() - began_s
        cpu_s = time.process_time() - began_cpu_s
        counts = [
            viewer.received.since(earlier)
            for viewer, earlier in zip(self._viewers, before, strict=True)
        ]
        each = len(counts) * elapsed_s
        return asdict(
            Watched(
                viewers=len(counts),
                fps_least=min(count.frames for count in counts) / elapsed_s,
                fps_mean=sum(count.frames for count in counts) / each,
                kbps_each=sum(count.bytes for count in counts) * 8 / 1_000 / each,
                watchers_cpu_pct=100.0 * cpu_s / elapsed_s,
            )
        )


async def serve(targets: Sequence[Target], bitrate_bps: int) -> None:
    """Answer questions from standard input until it ends."""
    async with aiohttp.ClientSession() as session:
        crowd = _Crowd(session, targets, bitrate_bps)
        while line := await asyncio.to_thread(sys.stdin.readline):
            question = json.loads(line)
            try:
                if "watch" in question:
                    answer = await crowd.watch(question["watch"])
                else:
                    answer = await crowd.measure(question["measure"])
            except (OSError, ValueError, aiohttp.ClientError) as error:
                answer = {"error": f"{type(error).__name__}: {error}"}
            print(json.dumps(answer), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.watchers")
    parser.add_argument("--targets", required=True, help="a list of Target as JSON")
    parser.add_argument("--kbps", type=int, required=True, help="bandwidth to report to the server")
    arguments = parser.parse_args()
    targets = [Target(**entry) for entry in json.loads(arguments.targets)]
    with contextlib.suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=LightLoop) as runner:
        runner.run(serve(targets, arguments.kbps * 1_000))


if __name__ == "__main__":
    main()
