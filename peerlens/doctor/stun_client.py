"""One UDP socket that asks STUN servers how it is seen from there (RFC 8489)."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, cast

from aioice import stun

from peerlens.doctor.ice_url import IceUrl

ANSWER_TIMEOUT_S = 2.5
RETRANSMISSIONS = 2
Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class StunReading:
    """``server`` was asked from ``local``, and saw ``mapped``.

    ``problem`` is in words, when it saw nothing.
    """

    url: str
    server: Address | None = None
    local: Address | None = None
    mapped: Address | None = None
    took_ms: float | None = None
    problem: str | None = None


async def read_stun(urls: list[IceUrl]) -> list[StunReading]:
    """Ask all servers from one port, so that their answers can be compared."""
    resolved = await asyncio.gather(*(resolve(url) for url in urls))
    readings: list[StunReading] = []
    for family in (socket.AF_INET, socket.AF_INET6):
        asked = [
            (url, address)
            for url, found in zip(urls, resolved, strict=True)
            if found is not None and found[0] == family
            for address in (found[1],)
        ]
        if not asked:
            continue
        async with _stun_socket(family) as client:
            readings += await asyncio.gather(*(client.ask(url, address) for url, address in asked))
    unknown = [url for url, found in zip(urls, resolved, strict=True) if found is None]
    readings += [StunReading(url.text, problem="the name has no address") for url in unknown]
    return readings


async def resolve(url: IceUrl) -> tuple[int, Address] | None:
    """Return the family and address of a server, IPv4 first; None when it has none."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            found = await loop.getaddrinfo(url.host, url.port, type=socket.SOCK_DGRAM)
    except (OSError, TimeoutError, UnicodeError):
        return None
    found.sort(key=lambda entry: entry[0] != socket.AF_INET)
    family, _, _, _, address = found[0]
    return family, (str(address[0]), int(address[1]))


class _StunSocket(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self._transactions: dict[bytes, Any] = {}
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # The selector loop's transport is not of this class, but all that it says of itself.
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        try:
            message = stun.parse_message(data)
        except (ValueError, KeyError, IndexError):
            return
        transaction = self._transactions.get(message.transaction_id)
        if transaction is not None:
            transaction.response_received(message, addr)

    def send_stun(self, message: Any, addr: Address) -> None:
        """Send for aioice's transaction, which also sends again."""
        if self._transport is not None:
            self._transport.sendto(bytes(message), addr)

    async def ask(self, url: IceUrl, server: Address) -> StunReading:
        assert self._transport is not None
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        transaction = stun.Transaction(request, server, self, retransmissions=RETRANSMISSIONS)
        self._transactions[request.transaction_id] = transaction
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                response, _ = await transaction.run()
        except (stun.TransactionError, TimeoutError, OSError) as error:
            words = "no answer" if not isinstance(error, stun.TransactionFailed) else str(error)
            return StunReading(url.text, server, problem=words)
        finally:
            del self._transactions[request.transaction_id]
        port = self._transport.get_extra_info("sockname")[1]
        mapped = response.attributes.get("XOR-MAPPED-ADDRESS")
        return StunReading(
            url.text,
            server,
            local=(_route_from(server), port),
            mapped=mapped,
            took_ms=(loop.time() - began_s) * 1_000,
            problem=None if mapped else "its answer holds no address",
        )


@contextlib.asynccontextmanager
async def _stun_socket(family: int) -> AsyncIterator[_StunSocket]:
    loop = asyncio.get_running_loop()
    everywhere = "0.0.0.0" if family == socket.AF_INET else "::"
    transport, protocol = await loop.create_datagram_endpoint(
        _StunSocket, local_addr=(everywhere, 0), family=family
    )
    try:
        yield protocol
    finally:
        transport.close()


def _route_from(server: Address) -> str:
    """Return the local address from which packets to ``server`` leave."""
    family = socket.AF_INET6 if ":" in server[0] else socket.AF_INET
    # Connecting a datagram socket sends nothing; it only makes the kernel choose a route.
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(server)
        except OSError:
            return ""
        return str(probe.getsockname()[0])
