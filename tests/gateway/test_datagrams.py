"""Runs over real sockets: in one call, one by one, and when that fails."""

import asyncio
import errno
import gc
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from gateway import datagrams
from gateway.datagrams import DatagramSender, Route
from gateway.rtp_writer import Run


class Ends:
    """A sending transport, as aioice opens it, and a receiving socket."""

    def __init__(self, transport: asyncio.DatagramTransport, receiver: socket.socket) -> None:
        self.transport = transport
        self.receiver = receiver
        self.route: Route | None = Route(transport, receiver.getsockname())

    async def received(self, count: int) -> list[bytes]:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(5):
            return [await loop.sock_recv(self.receiver, 65_536) for _ in range(count)]


@pytest.fixture(params=[socket.AF_INET, socket.AF_INET6], ids=["IPv4", "IPv6"])
async def ends(request: pytest.FixtureRequest) -> AsyncIterator[Ends]:
    host = "127.0.0.1" if request.param == socket.AF_INET else "::1"
    with socket.socket(request.param, socket.SOCK_DGRAM) as receiver:
        receiver.bind((host, 0))
        receiver.setblocking(False)
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            asyncio.DatagramProtocol, local_addr=(host, 0)
        )
        yield Ends(transport, receiver)
        transport.close()
        await asyncio.sleep(0)


def run(segment: int, *sizes: int) -> Run:
    data = b"".join(bytes([number]) * size for number, size in enumerate(sizes))
    return Run(memoryview(data), segment)


async def test_a_run_arrives_as_its_packets(ends: Ends) -> None:
    sender = DatagramSender(lambda: ends.route)
    assert sender.send(run(1_000, 1_000, 1_000, 300))
    assert [len(packet) for packet in await ends.received(3)] == [1_000, 1_000, 300]
    assert sender.segmented
    assert sender.send(run(50, 50))
    assert await ends.received(1) == [bytes(50)]
    sender.release()
    assert ends.transport.get_extra_info("socket").fileno() >= 0, "it is the transport's"


async def test_a_sender_that_is_forgotten_leaves_the_socket_open(ends: Ends) -> None:
    sender = DatagramSender(lambda: ends.route)
    assert sender.send(run(10, 10))
    del sender
    gc.collect()
    assert DatagramSender(lambda: ends.route).send(run(10, 10))
    assert len(await ends.received(2)) == 2


async def test_where_segmentation_is_refused_packets_go_one_by_one(
    ends: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datagrams, "UDP_SEGMENT", 9_999)
    sender = DatagramSender(lambda: ends.route)
    assert sender.send(run(100, 100, 100, 20))
    assert [len(packet) for packet in await ends.received(3)] == [100, 100, 20]
    assert not sender.segmented
    sender.release()


async def test_over_turn_packets_go_through_the_transport() -> None:
    sent: list[tuple[bytes, tuple[str, int]]] = []

    class Relayed:
        def get_extra_info(self, name: str, default: Any = None) -> Any:
            return default

        def sendto(self, data: bytes, address: tuple[str, int]) -> None:
            sent.append((data, address))

    route = Route(Relayed(), ("192.0.2.1", 5_000))
    sender = DatagramSender(lambda: route)
    assert sender.send(run(100, 100, 40))
    assert not sender.segmented
    assert [len(data) for data, _ in sent] == [100, 40]
    assert {address for _, address in sent} == {("192.0.2.1", 5_000)}


async def test_what_a_relay_cannot_send_is_not_piled_up() -> None:
    sent: list[bytes] = []
    full = False

    class Relay:
        def get_extra_info(self, name: str) -> None:
            return None

        def sendto(self, data: bytes, address: tuple[str, int]) -> None:
            sent.append(data)

    route = Route(Relay(), ("192.0.2.1", 1), lambda: full)
    sender = DatagramSender(lambda: route)
    assert sender.send(run(10, 10, 10))
    full = True
    assert not sender.send(run(10, 10, 10))
    assert len(sent) == 2


async def test_without_a_route_nothing_is_sent(ends: Ends) -> None:
    ends.route = None
    assert not DatagramSender(lambda: ends.route).send(run(10, 10))


async def test_a_closed_transport_is_not_used(ends: Ends) -> None:
    sender = DatagramSender(lambda: ends.route)
    assert sender.send(run(10, 10))
    ends.transport.close()
    assert not sender.send(run(10, 10))
    sender.release()


async def test_a_new_route_is_taken_at_once(ends: Ends) -> None:
    sender = DatagramSender(lambda: ends.route)
    assert sender.send(run(10, 10))
    await ends.received(1)
    other, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        asyncio.DatagramProtocol, local_addr=(ends.receiver.getsockname()[0], 0)
    )
    ends.route = Route(other, ends.receiver.getsockname())
    assert sender.send(run(10, 10))
    data, source = ends.receiver.recvfrom(100)
    assert data == bytes(10)
    assert source[1] == other.get_extra_info("sockname")[1]
    sender.release()
    other.close()


class Failing:
    """A socket whose every send fails in the same way."""

    def __init__(self, error: OSError) -> None:
        self.error = error
        self.attempts = 0

    def sendto(self, *_: object) -> None:
        self.attempts += 1
        raise self.error

    sendmsg = sendto

    def detach(self) -> None: ...


@pytest.mark.parametrize(
    ("error", "sent", "refused"),
    [
        (BlockingIOError(), False, 0),
        (OSError(errno.ENETUNREACH, "unreachable"), True, 1),
        (ConnectionRefusedError(), True, 1),
    ],
)
async def test_failures_of_the_network(
    ends: Ends, error: OSError, sent: bool, refused: int
) -> None:
    sender = DatagramSender(lambda: ends.route)
    assert sender.send(run(10, 10))
    sender.release()
    sender._adopt(ends.transport)
    assert sender._socket is not None
    sender._socket.detach()
    sender._socket = Failing(error)  # type: ignore[assignment]
    assert sender.send(run(100, 100, 50)) is sent
    assert sender.refused == refused
    assert sender.segmented
