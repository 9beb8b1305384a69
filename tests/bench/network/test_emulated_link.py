"""Real packets over a real link: the model's fate for each, nothing faster than its delay."""

import contextlib
import socket
import struct
import time
from collections.abc import Iterator
from dataclasses import replace

import psutil
import pytest

from bench.errors import ProcessFailed
from bench.figures import percentile
from bench.network.emulated_link import EmulatedLink, emulated_link
from bench.network.link import Link, OneWay
from bench.network.namespaces import Namespace
from bench.network.profiles import PERFECT, PROFILES, both_ways

SO_TIMESTAMPNS = 35
HEADERS_BYTES = 28
PORT = 7_000
QUIET_S = 0.5
"""Nothing for so long after the last packet: the others will not come."""


@pytest.fixture(scope="module")
def link() -> Iterator[EmulatedLink]:
    with emulated_link(PERFECT) as running:
        yield running


@contextlib.contextmanager
def bound(end: Namespace) -> Iterator[socket.socket]:
    with end.entered():
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with made:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        # The kernel's time of arrival: a test that is late to look changes nothing.
        made.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        made.bind((end.address, PORT))
        yield made


def sent_over(
    source: Namespace, sink: Namespace, count: int, size: int = 100, wait_s: float = QUIET_S
) -> dict[int, tuple[float, float]]:
    """Send numbered datagrams, all at once; return delay and time of arrival, both in ms."""
    arrived: dict[int, tuple[float, float]] = {}
    with bound(source) as sender, bound(sink) as receiver:
        for number in range(count):
            payload = struct.pack("qq", number, time.time_ns()).ljust(size - HEADERS_BYTES)
            sender.sendto(payload, (sink.address, PORT))
        receiver.settimeout(wait_s)
        with contextlib.suppress(TimeoutError):
            while len(arrived) < count:
                payload, ancillary, _, _ = receiver.recvmsg(2_048, 256)
                seconds, nanoseconds = struct.unpack("qq", ancillary[0][2])
                number, sent_ns = struct.unpack_from("qq", payload)
                at_ns = seconds * 1_000_000_000 + nanoseconds
                arrived[number] = ((at_ns - sent_ns) / 1e6, at_ns / 1e6)
    return arrived


def test_perfect_link_passes_all_in_order_both_ways(link: EmulatedLink) -> None:
    link.change(PERFECT)
    for ends in ((link.server, link.viewer), (link.viewer, link.server)):
        assert list(sent_over(*ends, 200)) == list(range(200))


def test_each_direction_loses_what_its_seed_says() -> None:
    lossy, count = OneWay(loss=0.2), 300
    with emulated_link(both_ways(lossy), seed=5) as link:
        down = sent_over(link.server, link.viewer, count)
        up = sent_over(link.viewer, link.server, count)
        traffic = link.traffic()
    for arrived, seed, counted in ((down, 5, traffic.down), (up, 6, traffic.up)):
        model = Link(lossy, seed)
        expected = [n for n in range(count) if model.arrival_s(100, 0.0) is not None]
        assert list(arrived) == expected
        assert (counted.passed, counted.lost) == (len(expected), count - len(expected))


@pytest.mark.parametrize("name", ["lan", "wifi", "lte", "intercontinental"])
def test_nothing_is_faster_than_its_delay(link: EmulatedLink, name: str) -> None:
    one_way = PROFILES[name].down
    link.change(PROFILES[name])
    delays_ms = [delay for delay, _ in sent_over(link.server, link.viewer, 100).values()]
    assert len(delays_ms) > 80
    assert min(delays_ms) >= one_way.delay_ms - one_way.jitter_ms
    assert percentile(delays_ms, 50) < 3.0 * (one_way.delay_ms + one_way.jitter_ms) + 20.0


def test_rate_spreads_a_burst_and_its_queue_overflows(link: EmulatedLink) -> None:
    link.change(both_ways(OneWay(rate_kbps=800.0, queue_ms=150.0)))  # 100 bytes a millisecond
    before = link.traffic().down
    arrived = sent_over(link.server, link.viewer, 60, size=1_000)
    after = link.traffic().down
    assert len(arrived) == after.passed - before.passed
    assert after.overflowed - before.overflowed == 60 - len(arrived) > 0
    times_ms = [at_ms for _, at_ms in arrived.values()]
    assert max(times_ms) - min(times_ms) >= 0.5 * (len(times_ms) - 1) * 10.0


def test_running_link_changes_and_changes_back(link: EmulatedLink) -> None:
    link.change(replace(PERFECT, down=OneWay(loss=1.0)))
    assert not sent_over(link.server, link.viewer, 5, wait_s=0.1)
    assert len(sent_over(link.viewer, link.server, 5)) == 5
    link.change(PERFECT)
    assert len(sent_over(link.server, link.viewer, 5)) == 5


def test_ended_forwarder_is_an_error() -> None:
    with emulated_link(PERFECT) as link:
        forwarders = [
            process
            for process in psutil.Process().children()
            if link.server.path in process.cmdline()
        ]
        assert len(forwarders) == 1
        forwarders[0].kill()
        with pytest.raises(ProcessFailed, match="forwarder"):
            link.traffic()
