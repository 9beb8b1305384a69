"""The kernel's filter and counting, with real sockets."""

import asyncio
import socket
from collections.abc import Iterator

import pytest

from bench.light_socket import LightLoop, LightTransport
from bench.rtp_counter import Received
from tests.bench.test_rtp_counter import rtp
from tests.support.polling import until

STUN = bytes([0, 1]) + bytes(18)
DTLS = bytes([22, 254]) + bytes(30)
SENDER_REPORT = bytes([0x80, 200]) + bytes(26)


class Rest(asyncio.DatagramProtocol):
    """What the transport does not count."""

    def __init__(self) -> None:
        self.datagrams: list[bytes] = []
        self.lost = False

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.datagrams.append(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner(loop_factory=LightLoop) as running:
        yield running


async def bound() -> tuple[LightTransport, Rest]:
    loop = asyncio.get_running_loop()
    transport, rest = await loop.create_datagram_endpoint(Rest, local_addr=("127.0.0.1", 0))
    assert isinstance(transport, LightTransport)
    return transport, rest


def send(transport: LightTransport, *datagrams: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for datagram in datagrams:
            sender.sendto(datagram, transport.get_extra_info("sockname"))


def test_all_is_counted_without_filter(runner: asyncio.Runner) -> None:
    async def go() -> None:
        transport, rest = await bound()
        send(transport, STUN, *(rtp(i, marker=i % 5 == 4) for i in range(10)), DTLS)
        await until(lambda: len(rest.datagrams) == 2, "the datagrams have come")
        assert rest.datagrams == [STUN, DTLS]
        assert transport.counter.received == Received(10, 1_000, 2, 10)

    runner.run(go())


def test_kernel_counts_what_it_drops(runner: asyncio.Runner) -> None:
    async def go() -> None:
        transport, rest = await bound()
        transport.count_markers_only()
        send(transport, STUN, *(rtp(i, marker=i % 5 == 4) for i in range(50)))
        send(transport, SENDER_REPORT, DTLS)
        await until(lambda: len(rest.datagrams) == 2, "the datagrams have come")
        received = transport.counter.received
        # Counting begins with the first marker.
        assert (received.packets, received.expected) == (46, 46)
        assert received.frames == 10
        assert received.bytes == 1_000
        assert transport.counter.newest_rtcp is not None

    runner.run(go())


def test_loss_on_the_way_shows(runner: asyncio.Runner) -> None:
    async def go() -> None:
        transport, rest = await bound()
        transport.count_markers_only()
        send(transport, *(rtp(i, marker=i % 5 == 4) for i in range(50) if i not in (7, 21, 22)))
        send(transport, STUN)
        await until(lambda: bool(rest.datagrams), "the datagrams have come")
        received = transport.counter.received
        assert received.expected - received.packets == 3

    runner.run(go())


def test_both_ways_and_closing(runner: asyncio.Runner) -> None:
    async def go() -> None:
        one, _ = await bound()
        other, rest = await bound()
        one.sendto(STUN, other.get_extra_info("sockname"))
        await until(lambda: rest.datagrams == [STUN], "the datagrams have come")
        other.close()
        other.close()
        assert other.is_closing()
        await until(lambda: rest.lost, "the protocol was told")
        one.sendto(STUN, ("127.0.0.1", 9))
        one.close()

    runner.run(go())
