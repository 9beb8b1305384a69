"""Fails when a release of aioice changes what gateway/aioice_private.py relies on."""

import asyncio
import inspect
import struct
import time
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aioice import Candidate, Connection, ice, stun
from aioice.ice import CandidatePair, StunProtocol
from aioice.turn import TurnClientTcpProtocol, TurnTransport

from edge.turn_credentials import parse_turn_url
from gateway import aioice_private
from gateway.ice_plan import NO_SERVERS, IcePlan, Relay
from tests.contracts.test_aiortc_private import private
from tests.gateway.test_turn_choice import silence
from tests.support.coturn import LOOPBACK
from tests.support.polling import until

DEAD_S = 0.3
PEER = ("192.0.2.1", 50_000)


def relay_to(port: int) -> Relay:
    return Relay(parse_turn_url(f"turn:{LOOPBACK}:{port}"), LOOPBACK, "name", "password")


class Inner:
    """The transport to a TURN server: counts what waits, keeps what was sent."""

    def __init__(self) -> None:
        self.waiting = 0
        self.written: list[bytes] = []
        self.closing = False

    def get_write_buffer_size(self) -> int:
        return self.waiting

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def is_closing(self) -> bool:
        return self.closing


def allocation() -> tuple[TurnTransport, TurnClientTcpProtocol, Inner]:
    protocol = TurnClientTcpProtocol((LOOPBACK, 9), "name", "password", 600, 500)
    inner = Inner()
    protocol.transport = cast(Any, inner)
    return TurnTransport(protocol), protocol, inner


def route_through(transport: TurnTransport) -> Any:
    through: Any = SimpleNamespace(transport=transport)
    remote = Candidate("1", 1, "udp", 1, PEER[0], PEER[1], "host")
    return aioice_private.route_of(CandidatePair(through, remote))


# Gathering


def test_what_gathers_has_these_parameters() -> None:
    assert {"component", "addresses"} <= set(
        inspect.signature(Connection.get_component_candidates).parameters
    )
    assert list(inspect.signature(ice.server_reflexive_candidate).parameters) == [
        "protocol",
        "stun_server",
    ]
    assert set(inspect.signature(ice.relayed_candidate).parameters) == {
        *("component", "hide_related_address", "protocol_factory"),
        *("turn_server", "turn_username", "turn_password", "turn_ssl", "turn_transport"),
    }


async def test_without_servers_gathering_takes_no_time() -> None:
    connection = Connection(ice_controlling=False)
    gathered = aioice_private.gather_by(connection, NO_SERVERS, 60.0)
    async with asyncio.timeout(5):
        await connection.gather_candidates()
    assert {candidate.type for candidate in connection.local_candidates} == {"host"}
    assert (gathered.reflexive, gathered.relayed) == (False, False)
    await connection.close()


async def test_dead_servers_cost_what_is_allowed() -> None:
    connection = Connection(ice_controlling=False)
    with silence() as port:
        plan = IcePlan((LOOPBACK, port), relay_to(port))
        gathered = aioice_private.gather_by(connection, plan, DEAD_S)
        started_s = time.monotonic()
        await connection.gather_candidates()
        assert DEAD_S <= time.monotonic() - started_s < 5.0
        assert (gathered.reflexive, gathered.relayed) == (False, False)
        await connection.close()


# Checks


async def test_relayed_pairs_are_checked_first() -> None:
    connection = Connection(ice_controlling=False)
    aioice_private.check_relayed_first(connection)
    kinds = [("host", "host"), ("host", "relay"), ("relay", "host"), ("relay", "relay")]
    for local, remote in kinds:
        protocol = StunProtocol(connection)
        priority = {"host": 2_000, "relay": 1}
        protocol.local_candidate = Candidate("1", 1, "udp", priority[local], "192.0.2.9", 1, local)
        other = Candidate("1", 1, "udp", priority[remote], PEER[0], PEER[1], remote)
        connection._check_list.append(CandidatePair(protocol, other))
    private(connection, "sort_check_list")()
    first, second, *_ = [
        (pair.local_candidate.type, pair.remote_candidate.type) for pair in connection._check_list
    ]
    assert first == ("relay", "relay")
    assert second == ("host", "host")
    assert "self.sort_check_list()" in inspect.getsource(Connection.connect)


async def test_a_check_that_got_lost_is_repeated_when_the_viewers_comes_in() -> None:
    connection = Connection(ice_controlling=False)
    aioice_private.check_back_at_once(connection)
    sent: list[tuple[stun.Message, Any]] = []

    class Silent(StunProtocol):
        def send_stun(self, message: stun.Message, addr: tuple[str, int]) -> None:
            sent.append((message, addr))

    protocol = Silent(connection)
    protocol.local_candidate = Candidate("1", 1, "udp", 1, "192.0.2.9", 1, "host")
    request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    asking = asyncio.create_task(protocol.request(request, PEER))
    await until(lambda: sent, "the first check")
    incoming = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    incoming.attributes["PRIORITY"] = 1
    connection.remote_username, connection.remote_password = "name", "password"
    private(connection, "check_incoming")(incoming, ("192.0.2.2", 1), protocol)
    assert sent == [(request, PEER)], "somebody else's"
    private(connection, "check_incoming")(incoming, PEER, protocol)
    assert sent == [(request, PEER), (request, PEER)]
    assert "self.check_incoming(" in inspect.getsource(Connection.request_received)
    asking.cancel()
    await asyncio.wait({asking})
    await connection.close()


# Sending


async def test_what_waits_for_a_turn_server_can_be_told() -> None:
    transport, _, inner = allocation()
    private(transport, "_TurnTransport__send_tasks")
    route = route_through(transport)
    assert not route.is_full()
    inner.waiting = aioice_private.MAX_RELAYED_BYTES + 1
    assert route.is_full()


async def test_packets_for_a_bound_channel_are_sent_at_once() -> None:
    transport, protocol, inner = allocation()
    protocol.peer_to_channel[PEER] = 0x4000
    protocol.channel_refresh_at[0x4000] = time.time() + 100
    route_through(transport).transport.sendto(b"hello", PEER)
    assert inner.written == [struct.pack("!HH", 0x4000, 5) + b"hello" + bytes(3)]
    inner.closing = True
    route_through(transport).transport.sendto(b"late", PEER)
    assert len(inner.written) == 1


async def test_a_channel_is_bound_and_renewed_by_one_packet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    transport, protocol, inner = allocation()
    bound: list[int] = []
    answered = asyncio.Event()

    async def bind(channel: int, _: tuple[str, int]) -> None:
        bound.append(channel)
        await answered.wait()

    monkeypatch.setattr(protocol, "channel_bind", bind)
    sender = route_through(transport).transport
    sender.sendto(b"first", PEER)
    await until(lambda: bound, "the channel to be asked for")
    answered.set()
    await until(lambda: inner.written, "the packet that waited for it")
    protocol.channel_refresh_at[bound[0]] = time.time() - 1
    answered.clear()
    for _ in range(50):
        sender.sendto(b"while it is renewed", PEER)
    await until(lambda: len(bound) == 2, "the channel to be renewed")
    assert len(inner.written) == 1 + 49, "only the one that renews it waits"
    answered.set()
    await until(lambda: len(inner.written) == 1 + 50, "that one")
    assert len(bound) == 2


async def test_an_allocation_is_given_up_at_once() -> None:
    """``abort_sockets`` of a connection whose TURN server does not answer the goodbye."""
    transport, _, _ = allocation()
    private(transport, "_TurnTransport__close_task")
    assert "self.__close_task = asyncio.create_task" in inspect.getsource(TurnTransport.close)
    assert "self.__inner_protocol" in inspect.getsource(TurnTransport._close)
