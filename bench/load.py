"""The load generator: a process full of light viewers, told what to do over its pipes.

One JSON object per line in, one out: ``{"join": 4}`` brings the number of viewers up to four,
``{"begin": true}`` and ``{"end": true}`` count what comes between them, ``{"storm": 8, "per_s":
2.0}`` has eight more join (all at once when ``per_s`` is null), ``{"open": 4}`` binds sockets for
bench.blaster. End of input ends it.
"""

import argparse
import asyncio
import contextlib
import json
import random
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bench.errors import ProcessFailed
from bench.light_socket import LightLoop, LightTransport
from bench.light_viewer import CONNECT_TIMEOUT_S, LightViewer
from bench.processes import child, python
from bench.rtp_counter import Received
from bench.target import Target

JOINING_AT_ONCE = 8
ANSWER_TIMEOUT_S = 30.0
JOIN_TIMEOUT_S = 180.0


@dataclass(frozen=True)
class Crowd:
    """How many are watching after a join, and why not more."""

    viewers: int
    failure: str
    srtp: str


@dataclass(frozen=True)
class Window:
    """What all viewers received in one window, and what that cost the generator.

    Bitrate is the witness's, who reads all packets. ``missed`` is the most frames that any
    viewer lacks of what the camera would have made between its first and last one, and
    ``overflowed`` what the kernel had no room for, on any UDP socket of this machine.
    """

    seconds: float
    viewers: int
    packets: int
    lost: int
    kbps_per_viewer: float
    packets_per_s_per_viewer: float
    packets_per_s_least: float
    fps_min: float
    fps_mean: float
    generator_cpu_pct: float
    missed: int = 0
    overflowed: int = 0
    longest_gap_ms: float = 0.0


@dataclass(frozen=True)
class Storm:
    """Seconds until each that got so far had its first whole frame, and how many did not.

    ``watching_s`` is how long all of them together have been watching by the end.
    """

    joined_s: tuple[float, ...]
    watching_s: float
    failed: int
    failure: str
    seconds: float
    generator_cpu_pct: float


class Generator:
    """The caller's side: a handle on the process. Everything raises :class:`ProcessFailed`."""

    def __init__(self, popen: "subprocess.Popen[str]") -> None:
        self._popen = popen

    def join(self, viewers: int) -> Crowd:
        """Have ``viewers`` connected and receiving, or as many as can be."""
        return Crowd(**self._ask({"join": viewers}, JOIN_TIMEOUT_S))

    def measure(self, seconds: float) -> Window:
        """Count for some time."""
        self.begin()
        time.sleep(seconds)
        return self.end()

    def begin(self) -> None:
        """Count from here on, those who are watching now."""
        self._ask({"begin": True})

    def end(self) -> Window:
        """What came since :meth:`begin`."""
        return Window(**self._ask({"end": True}))

    def storm(self, viewers: int, per_s: float | None) -> Storm:
        """Have ``viewers`` more join: at once, or at random, ``per_s`` of them a second."""
        takes_s = viewers / per_s if per_s else 0.0
        answer = self._ask({"storm": viewers, "per_s": per_s}, 3 * takes_s + JOIN_TIMEOUT_S)
        return Storm(**{**answer, "joined_s": tuple(answer["joined_s"])})

    def open(self, sockets: int) -> list[tuple[str, int]]:
        """Bind plain sockets, which count as viewers, and return their addresses."""
        return [(host, port) for host, port in self._ask({"open": sockets})["addresses"]]

    def _ask(self, question: dict[str, Any], takes_s: float = 0.0) -> dict[str, Any]:
        stdin = self._popen.stdin
        assert stdin is not None
        try:
            stdin.write(json.dumps(question) + "\n")
            stdin.flush()
        except OSError as error:
            raise ProcessFailed(f"the load generator ended: {error}") from error
        return Answer(self._popen, time.monotonic() + takes_s + ANSWER_TIMEOUT_S).result()


@dataclass(frozen=True)
class Answer:
    """An answer that is on its way."""

    popen: "subprocess.Popen[str]"
    deadline_s: float

    def result(self) -> dict[str, Any]:
        """Wait for it. Raises :class:`ProcessFailed`."""
        stdout = self.popen.stdout
        assert stdout is not None
        left_s = max(0.0, self.deadline_s - time.monotonic())
        if not select.select([stdout], [], [], left_s)[0]:
            raise ProcessFailed("the load generator does not answer")
        try:
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
def generator(
    target: Target, bitrate_kbps: int, *, pages: bool = False, fps: float = 30.0
) -> Iterator[Generator]:
    """Run a load generator for the time of the block; ``pages`` makes its viewers pages."""
    arguments = ["--target", json.dumps(asdict(target)), "--kbps", str(bitrate_kbps)]
    arguments += ["--fps", str(fps), *(["--page"] if pages else [])]
    with child("load", python("bench.load", *arguments), pipes=True) as started:
        yield Generator(started.popen)


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
    parser = argparse.ArgumentParser(prog="python -m bench.load")
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
