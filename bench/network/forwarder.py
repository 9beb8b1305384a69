"""The process between the two ends: reads packets at one TUN device, writes them at the other.

Told what to do over its pipes, one JSON object per line: ``{"down": {...}, "up": {...}}`` with
the fields of ``OneWay`` changes the link, ``{}`` changes nothing; each is answered with what
the two directions did so far. End of input ends it.
"""

import argparse
import contextlib
import heapq
import itertools
import json
import os
import select
import sys
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from bench.figures import percentile
from bench.network.link import Link, OneWay
from bench.network.namespaces import DEVICE, Namespace
from bench.network.tun import Tun

UNDER_WAY_LIMIT = 20_000
"""Packets on a link without a rate: 1.6 Gbit/s over 150 ms; more overflow."""
READ_AT_ONCE = 64
LATENESS_KEPT = 8_192
COMMAND_BYTES = 65_536
PRIORITY = 10


class Direction:
    """One direction: the packets under way between two devices."""

    def __init__(self, source: Tun, sink: Tun, seed: int) -> None:
        self.source = source
        self.link = Link(OneWay(), seed)
        self._sink = sink
        self._under_way: list[tuple[float, int, bytes]] = []
        self._number = itertools.count()
        self._late_ms: deque[float] = deque(maxlen=LATENESS_KEPT)

    @property
    def next_arrival_s(self) -> float | None:
        return self._under_way[0][0] if self._under_way else None

    def take(self) -> None:
        """Read what waits at the source, up to a bound."""
        for _ in range(READ_AT_ONCE):
            packet = self.source.read()
            if packet is None:
                return
            if len(self._under_way) >= UNDER_WAY_LIMIT:
                self.link.counters.overflowed += 1
                continue
            arrival_s = self.link.arrival_s(len(packet), time.monotonic())
            if arrival_s is not None:
                heapq.heappush(self._under_way, (arrival_s, next(self._number), packet))

    def deliver(self) -> None:
        """Write what has arrived by now."""
        while self._under_way and self._under_way[0][0] <= (now_s := time.monotonic()):
            arrival_s, _, packet = heapq.heappop(self._under_way)
            self._late_ms.append((now_s - arrival_s) * 1_000.0)
            with contextlib.suppress(OSError):  # the namespace may be going
                self._sink.write(packet)

    def done(self) -> dict[str, Any]:
        late_ms = percentile(self._late_ms, 99) if self._late_ms else 0.0
        return {**asdict(self.link.counters), "late_p99_ms": late_ms}


def forward(down: Direction, up: Direction, commands: int, answers: int) -> None:
    """Forward packets and follow commands until the file ``commands`` ends."""
    directions = (down, up)
    sources: list[Tun | int] = [commands, down.source, up.source]
    unfinished = b""
    while True:
        due = [s for s in (down.next_arrival_s, up.next_arrival_s) if s is not None]
        wait_s = max(0.0, min(due) - time.monotonic()) if due else None
        # select waits with the precision of microseconds, epoll with that of milliseconds.
        readable, _, _ = select.select(sources, [], [], wait_s)
        for direction in directions:
            if direction.source in readable:
                direction.take()
            direction.deliver()
        if commands in readable:
            received = os.read(commands, COMMAND_BYTES)
            if not received:
                return
            *lines, unfinished = (unfinished + received).split(b"\n")
            for line in lines:
                os.write(answers, _followed(json.loads(line), down, up))


def _followed(command: dict[str, Any], down: Direction, up: Direction) -> bytes:
    if "down" in command:
        down.link.one_way = OneWay(**command["down"])
    if "up" in command:
        up.link.one_way = OneWay(**command["up"])
    return json.dumps({"down": down.done(), "up": up.done()}).encode() + b"\n"


@contextlib.contextmanager
def _attached(path: str) -> Iterator[Tun]:
    """The device in the namespace at ``path``."""
    handle = os.open(path, os.O_RDONLY)
    try:
        with Namespace(handle, path, "").entered():
            tun = Tun(DEVICE)
    finally:
        os.close(handle)
    try:
        yield tun
    finally:
        tun.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.network.forwarder")
    parser.add_argument("--server", required=True, help="path of the server's namespace")
    parser.add_argument("--viewer", required=True, help="path of the viewer's namespace")
    parser.add_argument("--seed", type=int, default=1, help="of loss and jitter")
    arguments = parser.parse_args()
    with contextlib.suppress(PermissionError):  # then it may be late on a busy machine
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(PRIORITY))
    with (
        _attached(arguments.server) as server,
        _attached(arguments.viewer) as viewer,
        contextlib.suppress(KeyboardInterrupt),
    ):
        down = Direction(server, viewer, arguments.seed)
        up = Direction(viewer, server, arguments.seed + 1)
        forward(down, up, sys.stdin.fileno(), sys.stdout.fileno())


if __name__ == "__main__":
    main()
