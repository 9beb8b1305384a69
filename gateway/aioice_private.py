"""Every use of what aioice keeps private, in one place; ``aiortc_private.py`` is aiortc's.

``tests/contracts/test_aioice_private.py`` fails when a release changes what is used here:

- gathering: a bounded time, servers by plan, and no waiting for interfaces from which no server
  can be reached (aioice waits 5 s for each);
- the order of checks, relayed pairs first, and when they are repeated;
- sending through TURN without a task for each packet;
- closing at once.
"""

import asyncio
import functools
import struct
import time
from collections.abc import Callable, Coroutine
from typing import Any, cast

from aioice import ice as aioice_ice
from aioice import stun
from aioice.candidate import Candidate
from aioice.ice import CandidatePair, Connection, StunProtocol
from aioice.turn import TurnTransport

from gateway.datagrams import Route
from gateway.ice_plan import Gathered, IcePlan, Relay

MAX_RELAYED_BYTES = 32_768
MAX_RELAYED_PACKETS = 128
"""What may wait for a TURN server, over TCP say: a sixth of a second of video."""

STRAGGLERS_S = 0.05
"""Once there is an answer of each kind, others from the same servers get so long."""
CHANNEL_RETRY_S = 5.0
"""A channel that is being renewed is not renewed again before."""

_CHANNEL_HEADER = struct.Struct("!HH")

Found = tuple[Candidate, StunProtocol | None]


def gather_by(ice: Connection, plan: IcePlan, timeout_s: float) -> Gathered:
    """Make ``ice`` gather from the servers of ``plan``, in at most ``timeout_s``.

    Returns what will hold the outcome. Call before it gathers.
    """
    gathered = Gathered()
    private = cast(Any, ice)
    private.get_component_candidates = functools.partial(
        _candidates, ice, private.get_component_candidates, plan, timeout_s, gathered
    )
    return gathered


async def _candidates(
    ice: Connection,
    usual: Callable[..., Coroutine[Any, Any, list[Candidate]]],
    plan: IcePlan,
    timeout_s: float,
    gathered: Gathered,
    component: int,
    addresses: list[str],
) -> list[Candidate]:
    # Without servers this only opens the sockets.
    candidates = await usual(component=component, addresses=addresses)
    asking: set[asyncio.Task[Found]] = set()
    if plan.stun is not None:
        for protocol in ice._protocols:
            if ":" not in protocol.local_candidate.host:
                query = aioice_ice.server_reflexive_candidate(protocol, plan.stun)
                asking.add(asyncio.create_task(query))
    if plan.relay is not None:
        asking.add(asyncio.create_task(_relayed_candidate(ice, component, plan.relay)))
    for candidate, relay in await _found_in_time(asking, plan, timeout_s, gathered):
        if relay is not None:
            ice._protocols.append(relay)
        if all(
            (candidate.host, candidate.port) != (other.host, other.port) for other in candidates
        ):
            candidates.append(candidate)
    return candidates


async def _found_in_time(
    asking: set[asyncio.Task[Found]], plan: IcePlan, timeout_s: float, gathered: Gathered
) -> list[Found]:
    loop = asyncio.get_running_loop()
    end_s = loop.time() + timeout_s
    found: list[Found] = []
    while asking:
        done, asking = await asyncio.wait(
            asking,
            timeout=max(0.0, end_s - loop.time()),
            return_when=asyncio.FIRST_COMPLETED,
        )
        if not done:
            break
        for task in done:
            if task.exception() is not None:
                continue
            found.append(task.result())
            gathered.relayed |= task.result()[1] is not None
            gathered.reflexive |= task.result()[1] is None
        if gathered.reflexive >= (plan.stun is not None) and gathered.relayed >= (
            plan.relay is not None
        ):
            end_s = min(end_s, loop.time() + STRAGGLERS_S)
    for task in asking:
        task.add_done_callback(_forget)
        task.cancel()
    return found


def _forget(task: asyncio.Task[Found]) -> None:
    """Look at how it ended, or asyncio complains that nobody did."""
    if not task.cancelled():
        task.exception()


def _relayed_candidate(
    ice: Connection, component: int, relay: Relay
) -> Coroutine[Any, Any, tuple[Candidate, StunProtocol]]:
    return aioice_ice.relayed_candidate(
        component=component,
        hide_related_address=True,
        protocol_factory=lambda: StunProtocol(ice),
        turn_server=(relay.host, relay.url.port),
        turn_username=relay.username,
        turn_password=relay.password,
        # Never without a check of the certificate; True means the default one.
        turn_ssl=cast(Any, (relay.tls or True) if relay.url.secure else False),
        turn_transport=relay.url.transport,
    )


def check_relayed_first(ice: Connection) -> None:
    """Check pairs of two relayed addresses before all others.

    A TURN server lets nothing of the viewer's through until this end has sent something. aioice
    starts a check every 20 ms, the least likely ones last: with some interfaces and candidates,
    relayed ones would wait a second. Call before it connects.
    """
    private = cast(Any, ice)
    usual = private.sort_check_list

    def sort_check_list() -> None:
        usual()
        ice._check_list.sort(key=lambda pair: not _is_relayed(pair))

    private.sort_check_list = sort_check_list


def _is_relayed(pair: CandidatePair) -> bool:
    return pair.local_candidate.type == "relay" and pair.remote_candidate.type == "relay"


def check_back_at_once(ice: Connection) -> None:
    """Where a check of the viewer's comes in, send our own on the same way again at once.

    The first one is lost where a NAT or a TURN server lets nothing in before the viewer has sent
    something, and aioice waits half a second to repeat it. RFC 8445, 7.3.1.4, asks for a triggered
    check here. Call before it connects.
    """
    private = cast(Any, ice)
    usual = private.check_incoming

    def check_incoming(
        message: stun.Message, addr: tuple[str, int], protocol: StunProtocol
    ) -> None:
        waiting = list(protocol.transactions.values())
        usual(message, addr, protocol)
        for transaction in waiting:
            if cast(Any, transaction)._Transaction__addr == addr:
                protocol.send_stun(cast(Any, transaction)._Transaction__request, addr)

    private.check_incoming = check_incoming


class _Channels:
    """Sends through a TURN allocation: directly once the channel stands, which aioice binds."""

    def __init__(self, transport: TurnTransport) -> None:
        self._transport = transport
        self._inner = cast(Any, transport)._TurnTransport__inner_protocol
        self._renewing_until_s = 0.0

    def get_extra_info(self, name: str) -> Any:
        return None if name == "socket" else self._transport.get_extra_info(name)

    def sendto(self, data: bytes, address: tuple[str, int]) -> None:
        inner = self._inner
        channel = inner.peer_to_channel.get(address)
        if channel is None or inner.transport.is_closing():
            self._transport.sendto(data, address)
            return
        now_s = time.time()
        if now_s > inner.channel_refresh_at[channel] and now_s > self._renewing_until_s:
            # This packet goes the way that renews the channel; those that come meanwhile need not.
            self._renewing_until_s = now_s + CHANNEL_RETRY_S
            self._transport.sendto(data, address)
            return
        inner._send(_CHANNEL_HEADER.pack(channel, len(data)) + data)


def route_of(pair: CandidatePair) -> Route:
    """Where packets for ``pair`` go."""
    transport: Any = pair.protocol.transport
    if not isinstance(transport, TurnTransport):
        return Route(transport, pair.remote_addr)
    inner = cast(Any, transport)._TurnTransport__inner_protocol
    tasks = cast(Any, transport)._TurnTransport__send_tasks

    def is_full() -> bool:
        waiting_bytes = inner.transport.get_write_buffer_size()
        return len(tasks) > MAX_RELAYED_PACKETS or waiting_bytes > MAX_RELAYED_BYTES

    return Route(_Channels(transport), pair.remote_addr, is_full)


def abort_sockets(ice: Connection) -> None:
    """Close sockets at once, for a connection whose orderly close does not end."""
    for protocol in ice._protocols:
        transport: Any = protocol.transport
        if isinstance(transport, TurnTransport):
            # It waits for the server to say goodbye.
            closing = cast(Any, transport)._TurnTransport__close_task
            if closing is not None:
                closing.cancel()
            transport = cast(Any, transport)._TurnTransport__inner_protocol.transport
        if transport is not None:
            transport.abort()
