"""The load generator: a process full of light viewers, told what to do over its pipes.

One JSON object per line in, one out: ``{"join": 4}`` brings the number of viewers up to four,
``{"measure": 5.0}`` counts for five seconds. End of input ends it.
"""

import argparse
import asyncio
import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import aiohttp

from bench.errors import ProcessFailed
from bench.light_viewer import LightViewer
from bench.processes import child, python
from bench.target import Target

JOINING_AT_ONCE = 4


@dataclass(frozen=True)
class Window:
    """What all viewers received in one window, and what that cost the generator."""

    seconds: float
    viewers: int
    packets: int
    lost: int
    kbps_per_viewer: float
    packets_per_s_per_viewer: float
    fps_min: float
    fps_mean: float
    generator_cpu_pct: float


class Generator:
    """The caller's side: a handle on the process."""

    def __init__(self, popen: "subprocess.Popen[str]") -> None:
        self._popen = popen

    def join(self, viewers: int) -> None:
        """Have ``viewers`` connected and receiving. Raises :class:`ProcessFailed`."""
        self._ask({"join": viewers})

    def measure(self, seconds: float) -> Window:
        return Window(**self._ask({"measure": seconds}))

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        stdin, stdout = self._popen.stdin, self._popen.stdout
        assert stdin is not None
        assert stdout is not None
        try:
            stdin.write(json.dumps(question) + "\n")
            stdin.flush()
            line = stdout.readline()
        except OSError as error:
            raise ProcessFailed(f"the load generator ended: {error}") from error
        if not line:
            raise ProcessFailed("the load generator ended")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise ProcessFailed(f"the load generator: {answer['error']}")
        return answer


@contextlib.contextmanager
def generator(target: Target, bitrate_kbps: int) -> Iterator[Generator]:
    """Run a load generator for the time of the block."""
    arguments = ["--target", json.dumps(asdict(target)), "--kbps", str(bitrate_kbps)]
    with child("load", python("bench.load", *arguments), pipes=True) as started:
        yield Generator(started.popen)


class Load:
    """All viewers of one target, in the generator's process."""

    def __init__(self, session: aiohttp.ClientSession, target: Target, bitrate_bps: int) -> None:
        self._session = session
        self._target = target
        self._bitrate_bps = bitrate_bps
        self._viewers: list[LightViewer] = []

    async def join(self, viewers: int) -> dict[str, Any]:
        while len(self._viewers) < viewers:
            some = min(JOINING_AT_ONCE, viewers - len(self._viewers))
            new = [LightViewer(self._bitrate_bps) for _ in range(some)]
            await asyncio.gather(*(viewer.join(self._session, self._target) for viewer in new))
            self._viewers += new
        return {"viewers": len(self._viewers)}

    async def measure(self, seconds: float) -> dict[str, Any]:
        before = [viewer.counter.received.copy() for viewer in self._viewers]
        began_s, began_cpu_s = time.perf_counter(), time.process_time()
        await asyncio.sleep(seconds)
        cpu_s, elapsed_s = time.process_time() - began_cpu_s, time.perf_counter() - began_s
        counts = [
            viewer.counter.received.since(earlier)
            for viewer, earlier in zip(self._viewers, before, strict=True)
        ]
        packets = sum(count.packets for count in counts)
        per_viewer = len(counts) * elapsed_s
        window = Window(
            seconds=elapsed_s,
            viewers=len(counts),
            packets=packets,
            lost=sum(count.expected - count.packets for count in counts),
            kbps_per_viewer=sum(count.bytes for count in counts) * 8 / 1_000 / per_viewer,
            packets_per_s_per_viewer=packets / per_viewer,
            fps_min=min(count.frames for count in counts) / elapsed_s,
            fps_mean=sum(count.frames for count in counts) / per_viewer,
            generator_cpu_pct=100.0 * cpu_s / elapsed_s,
        )
        return asdict(window)


async def serve(target: Target, bitrate_bps: int) -> None:
    """Answer questions from standard input until it ends."""
    async with aiohttp.ClientSession() as session:
        load = Load(session, target, bitrate_bps)
        while line := await asyncio.to_thread(sys.stdin.readline):
            question = json.loads(line)
            try:
                if "join" in question:
                    answer = await load.join(question["join"])
                else:
                    answer = await load.measure(question["measure"])
            except (OSError, aiohttp.ClientError) as error:
                answer = {"error": f"{type(error).__name__}: {error}"}
            print(json.dumps(answer), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.load")
    parser.add_argument("--target", required=True, help="a Target as JSON")
    parser.add_argument("--kbps", type=int, required=True, help="bandwidth to report to the server")
    arguments = parser.parse_args()
    target = Target(**json.loads(arguments.target))
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(target, arguments.kbps * 1_000))


if __name__ == "__main__":
    main()
