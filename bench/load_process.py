"""The process of the load generator; what it is told, and answers, is in bench/load.py."""

import argparse
import asyncio
import contextlib
import json
import random
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bench.light_socket import LightLoop, LightTransport
from bench.light_viewer import CONNECT_TIMEOUT_S, LightViewer
from bench.load import JOIN_TIMEOUT_S, Crowd, Storm, Window
from bench.rtp_counter import Received
from bench.target import Target

JOINING_AT_ONCE = 8


@dataclass(frozen=True)
class Socket:
    """A viewer without a connection, for packets that bench.blaster makes up."""

    transport: LightTransport

    @property
    def received(self) -> Received:
        return self.transport.counter.received

    def longest_gap_s(self) -> float:
        return self.transport.counter.longest_gap_s


@dataclass(frozen=True)
class _Moment:
    """Where a window began."""

    received: tuple[Received, ...]
    overflowed: int
    at_s: float
    cpu_s: float


class Load:
    """All viewers of one target, in the generator's process."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        target: Target,
        bitrate_bps: int,
        pages: bool,
        fps: float,
    ) -> None:
        self._session = session
        self._target = target
        self._bitrate_bps = bitrate_bps
        self._pages = pages
        self._fps = fps
        self._viewers: list[LightViewer | Socket] = []
        self._profile = ""
        self._before = _Moment((), _overflowed(), time.perf_counter(), time.process_time())

    async def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """Do what one line of input asks for."""
        if "join" in question:
            return asdict(await self.join(question["join"]))
        if "begin" in question:
            self.begin()
            return {}
        if "end" in question:
            return asdict(self.end())
        if "storm" in question:
            return asdict(await self.storm(question["storm"], question["per_s"]))
        return {"addresses": self.open(question["open"])}

    async def join(self, viewers: int) -> Crowd:
        """Stops at the first failure, or when it takes too long."""
        deadline_s = time.monotonic() + JOIN_TIMEOUT_S - CONNECT_TIMEOUT_S
        failures: list[str] = []
        while len(self._viewers) < viewers and not failures:
            if time.monotonic() > deadline_s:
                failures.append("joining took too long")
                break
            some = min(JOINING_AT_ONCE, viewers - len(self._viewers))
            # The first one is the witness.
            new = [self._viewer(witness=not self._viewers and i == 0) for i in range(some)]
            outcomes = await self._all_join(new)
            failures = [outcome for outcome in outcomes if isinstance(outcome, str)]
        return Crowd(len(self._viewers), failures[0] if failures else "", self._profile)

    async def _all_join(self, viewers: list[LightViewer]) -> list[float | str]:
        return await asyncio.gather(*(self._join(viewer, 0.0) for viewer in viewers))

    async def _join(self, viewer: LightViewer, delay_s: float) -> float | str:
        """Seconds to the first frame, or why there is none."""
        await asyncio.sleep(delay_s)
        try:
            took_s = await viewer.join(self._session, self._target)
        except (OSError, ValueError, aiohttp.ClientError) as error:
            await viewer.close()
            return f"{type(error).__name__}: {error}"
        self._viewers.append(viewer)
        self._profile = viewer.srtp_profile
        return took_s

    def _viewer(self, *, witness: bool) -> LightViewer:
        return LightViewer(self._bitrate_bps, witness=witness, page=self._pages)

    async def storm(self, viewers: int, per_s: float | None) -> Storm:
        """Offers are made beforehand: what counts is the server's answer and what follows."""
        new = [self._viewer(witness=False) for _ in range(viewers)]
        for viewer in new:
            await viewer.prepare(self._target)
        spread = random.Random(1)
        delays_s, at_s = [], 0.0
        for _ in new:
            delays_s.append(at_s)
            at_s += spread.expovariate(per_s) if per_s else 0.0
        began_s, began_cpu_s = time.perf_counter(), time.process_time()
        outcomes = await asyncio.gather(
            *(self._join(viewer, delay_s) for viewer, delay_s in zip(new, delays_s, strict=True))
        )
        cpu_s, elapsed_s = time.process_time() - began_cpu_s, time.perf_counter() - began_s
        ended_s = time.perf_counter()
        failures = [outcome for outcome in outcomes if isinstance(outcome, str)]
        return Storm(
            joined_s=tuple(sorted(o for o in outcomes if not isinstance(o, str))),
            watching_s=sum(ended_s - v.first_s for v in new if v.first_s is not None),
            failed=len(failures),
            failure=failures[0] if failures else "",
            seconds=elapsed_s,
            generator_cpu_pct=100.0 * cpu_s / elapsed_s,
        )

    def open(self, sockets: int) -> list[tuple[str, int]]:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, LightLoop)
        addresses = []
        for _ in range(sockets):
            transport = loop.bind(("127.0.0.1", 0), asyncio.DatagramProtocol())
            transport.count_markers_only()
            self._viewers.append(Socket(transport))
            addresses.append(transport.get_extra_info("sockname"))
        return addresses

    def begin(self) -> None:
        for viewer in self._viewers:
            viewer.longest_gap_s()
        self._before = _Moment(
            tuple(viewer.received for viewer in self._viewers),
            _overflowed(),
            time.perf_counter(),
            time.process_time(),
        )

    def end(self) -> Window:
        before = self._before
        cpu_s, elapsed_s = time.process_time() - before.cpu_s, time.perf_counter() - before.at_s
        counts = [
            viewer.received.since(earlier)
            for viewer, earlier in zip(self._viewers, before.received, strict=False)
        ]
        packets = sum(count.packets for count in counts)
        per_viewer = len(counts) * elapsed_s
        return Window(
            seconds=elapsed_s,
            viewers=len(counts),
            packets=packets,
            lost=sum(max(0, count.expected - count.packets) for count in counts),
            kbps_per_viewer=counts[0].bytes * 8 / 1_000 / elapsed_s,
            packets_per_s_per_viewer=packets / per_viewer,
            packets_per_s_least=min(count.packets for count in counts) / elapsed_s,
            fps_min=min(count.frames for count in counts) / elapsed_s,
            fps_mean=sum(count.frames for count in counts) / per_viewer,
            generator_cpu_pct=100.0 * cpu_s / elapsed_s,
            missed=max(self._missed(count) for count in counts),
            overflowed=_overflowed() - before.overflowed,
            longest_gap_ms=1_000.0 * max(viewer.longest_gap_s() for viewer in self._viewers),
        )

    def _missed(self, count: Received) -> int:
        return max(0, round(count.media_s * self._fps) - count.frames)


def _overflowed() -> int:
    """Datagrams that found a full receive buffer so far, in this network namespace."""
    total = 0
    lines = Path("/proc/net/snmp").read_text().splitlines()
    names, values = (line.split() for line in lines if line.startswith("Udp: "))
    total += int(values[names.index("RcvbufErrors")])
    for line in Path("/proc/net/snmp6").read_text().splitlines():
        if line.startswith("Udp6RcvbufErrors"):
            total += int(line.split()[1])
    return total


async def serve(target: Target, bitrate_bps: int, pages: bool, fps: float) -> None:
    """Answer questions from standard input until it ends."""
    timeout = aiohttp.ClientTimeout(total=CONNECT_TIMEOUT_S)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(timeout=timeout, connector=connector) as session:
        load = Load(session, target, bitrate_bps, pages, fps)
        while line := await asyncio.to_thread(sys.stdin.readline):
            try:
                answer = await load.answer(json.loads(line))
            except (OSError, aiohttp.ClientError) as error:
                answer = {"error": f"{type(error).__name__}: {error}"}
            print(json.dumps(answer), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.load_process")
    parser.add_argument("--target", required=True, help="a Target as JSON")
    parser.add_argument("--kbps", type=int, required=True, help="bandwidth to report to the server")
    parser.add_argument("--fps", type=float, required=True, help="frames a second of the camera")
    parser.add_argument("--page", action="store_true", help="use the events channel, like a page")
    arguments = parser.parse_args()
    target = Target(**json.loads(arguments.target))
    with (
        contextlib.suppress(KeyboardInterrupt),
        asyncio.Runner(loop_factory=LightLoop) as runner,
    ):
        runner.run(serve(target, arguments.kbps * 1_000, arguments.page, arguments.fps))


if __name__ == "__main__":
    main()
