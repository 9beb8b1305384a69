"""Fails when a release of aioice changes what gateway/aioice_private.py relies on."""

from types import SimpleNamespace
from typing import Any, cast

from aioice import Candidate
from aioice.ice import CandidatePair
from aioice.turn import TurnClientTcpProtocol, TurnTransport

from gateway import aioice_private
from tests.contracts.test_aiortc_private import private


async def test_what_waits_for_a_turn_server_can_be_told() -> None:
    protocol = TurnClientTcpProtocol(("127.0.0.1", 9), "name", "password", 600, 500)
    transport = TurnTransport(protocol)
    private(transport, "_TurnTransport__inner_protocol")
    private(transport, "_TurnTransport__send_tasks")
    waiting = 0

    class Inner:
        def get_write_buffer_size(self) -> int:
            return waiting

    protocol.transport = cast(Any, Inner())
    ice: Any = SimpleNamespace(transport=transport)
    remote = Candidate("1", 1, "udp", 1, "192.0.2.1", 1, "host")
    route = aioice_private.route_of(CandidatePair(ice, remote))
    assert not route.is_full()
    waiting = aioice_private.MAX_RELAYED_BYTES + 1
    assert route.is_full()
