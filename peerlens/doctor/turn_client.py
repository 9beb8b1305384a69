"""Allocating on TURN servers (RFC 8656), with aioice's client."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from aioice import stun
from aioice.turn import TurnClientTcpProtocol, TurnClientUdpProtocol

from peerlens.doctor.http_client import certificate_words, words
from peerlens.doctor.ice_url import IceUrl
from peerlens.doctor.stun_client import Address, resolve

ALLOCATE_TIMEOUT_S = 3.0
STEP_TIMEOUT_S = 2.0
DELETE_TIMEOUT_S = 0.5
LIFETIME_S = 60
CHANNEL_REFRESH_S = 500
RESEND_S = 0.2
SECOND_TRY_S = 0.2
UNAUTHORIZED, FORBIDDEN = 401, 403
HELLO = b"Peerlens doctor"


class Trouble(StrEnum):
    SILENT = "silent"
    REFUSED = "refused"
    """The connection is: nothing listens there."""
    UNREACHABLE = "unreachable"
    UNKNOWN_HOST = "unknown-host"
    CERTIFICATE = "certificate"
    CREDENTIALS = "credentials"
    CODE = "code"
    """Any other error code of TURN."""


@dataclass(frozen=True, slots=True)
class TurnServer:
    """One address of a TURN server and what it wants to hear."""

    url: IceUrl
    username: str | None = None
    credential: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class TurnReading:
    """``took_ms`` is set when there was an allocation, else ``trouble`` and ``detail``."""

    server: TurnServer
    took_ms: float | None = None
    relayed: Address | None = None
    trouble: Trouble | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RelayReading:
    """``problem`` says in words why two allocations could not reach each other.

    ``open_to`` are the addresses that it would relay to and should not, ``refused`` the others.
    """

    server: TurnServer
    took_ms: float | None = None
    problem: str | None = None
    open_to: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


class TurnTrouble(Exception):
    """There is no allocation."""

    def __init__(self, trouble: Trouble, detail: str) -> None:
        super().__init__(detail)
        self.trouble = trouble
        self.detail = detail


class Allocation:
    """A relayed address, and what arrives there."""

    def __init__(self, client: Any, relayed: Address) -> None:
        self._client = client
        self.relayed = relayed
        self._arrived = asyncio.Event()
        client.receiver = self

    def datagram_received(self, data: bytes, addr: Address) -> None:
        if data == HELLO:
            self._arrived.set()

    def connection_lost(self, error: Exception | None) -> None:
        pass

    async def permit(self, peer: str) -> int:
        """Ask to be allowed to send to ``peer``; returns 0, or the error code."""
        request = stun.Message(stun.Method.CREATE_PERMISSION, stun.Class.REQUEST)
        request.attributes["XOR-PEER-ADDRESS"] = (peer, 9)
        try:
            await self._client.request_with_retry(request)
        except stun.TransactionFailed as error:
            return error.response.error_code or -1
        return 0

    async def send(self, peer: Address) -> None:
        await self._client.send_data(HELLO, peer)

    async def heard(self, wait_s: float) -> bool:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._arrived.wait(), wait_s)
        return self._arrived.is_set()


@contextlib.asynccontextmanager
async def allocated(server: TurnServer) -> AsyncIterator[Allocation]:
    """Hold an allocation for the length of a block. Raises :class:`TurnTrouble`."""
    try:
        client = await _allocate(server)
    except TurnTrouble as error:
        if error.trouble is not Trouble.CREDENTIALS:
            raise
        # coturn 4.6 refuses some of the first that come at once, while its database is locked.
        await asyncio.sleep(SECOND_TRY_S)
        client = await _allocate(server)
    try:
        yield Allocation(client, client.relayed_address)
    finally:
        with contextlib.suppress(TimeoutError, OSError, stun.TransactionError):
            async with asyncio.timeout(DELETE_TIMEOUT_S):
                await client.delete()
        client.transport.abort()


async def _allocate(server: TurnServer) -> Any:
    """Return aioice's client with its allocation. Raises :class:`TurnTrouble`."""
    found = await resolve(server.url)
    if found is None:
        raise TurnTrouble(Trouble.UNKNOWN_HOST, "the name has no address")
    try:
        async with asyncio.timeout(ALLOCATE_TIMEOUT_S):
            client = await _connected(server, found[1])
            try:
                await client.connect()
            except BaseException:
                client.transport.abort()
                raise
    except stun.TransactionFailed as error:
        code, reason = error.response.attributes.get("ERROR-CODE", (0, "no code"))
        kind = Trouble.CREDENTIALS if code == UNAUTHORIZED else Trouble.CODE
        raise TurnTrouble(kind, f"{code} {reason}".strip()) from error
    except (TimeoutError, stun.TransactionTimeout) as error:
        raise TurnTrouble(Trouble.SILENT, "no answer in time") from error
    except ssl.SSLCertVerificationError as error:
        raise TurnTrouble(Trouble.CERTIFICATE, certificate_words(error)) from error
    except ssl.SSLError as error:
        raise TurnTrouble(Trouble.UNREACHABLE, "it does not speak TLS there") from error
    except ConnectionRefusedError as error:
        raise TurnTrouble(Trouble.REFUSED, words(error)) from error
    except OSError as error:
        raise TurnTrouble(Trouble.UNREACHABLE, words(error)) from error
    return client


async def _connected(server: TurnServer, address: Address) -> Any:
    loop = asyncio.get_running_loop()
    kind = TurnClientUdpProtocol if server.url.way == "udp" else TurnClientTcpProtocol

    def client() -> Any:
        return kind(address, server.username, server.credential, LIFETIME_S, CHANNEL_REFRESH_S)

    if server.url.way == "udp":
        return (await loop.create_datagram_endpoint(client, remote_addr=address))[1]
    host, port = address
    if server.url.way == "tcp":
        return (await loop.create_connection(client, host, port))[1]
    context = ssl.create_default_context()
    connected = await loop.create_connection(
        client, host, port, ssl=context, server_hostname=server.url.host
    )
    return connected[1]


async def read_turn(server: TurnServer) -> TurnReading:
    """Allocate once, and let go at once; never raises for what is found."""
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    try:
        async with allocated(server) as allocation:
            took_ms = (loop.time() - began_s) * 1_000
            return TurnReading(server, took_ms, allocation.relayed)
    except TurnTrouble as error:
        return TurnReading(server, trouble=error.trouble, detail=error.detail)


async def read_relay(server: TurnServer, forbidden: Sequence[str]) -> RelayReading:
    """Have two allocations reach each other, and ask for ``forbidden`` peers; never raises."""
    try:
        async with allocated(server) as here, allocated(server) as there:
            took_ms, problem = await _exchange(here, there)
            own = {here.relayed[0], there.relayed[0]}
            asked = [peer for peer in forbidden if peer not in own]
            codes = await asyncio.gather(*(_permission(here, peer) for peer in asked))
    except TurnTrouble as error:
        return RelayReading(server, problem=error.detail)
    answers = list(zip(asked, codes, strict=True))
    return RelayReading(
        server,
        took_ms,
        problem,
        open_to=tuple(peer for peer, code in answers if code == 0),
        refused=tuple(peer for peer, code in answers if code not in (0, None)),
    )


async def _exchange(here: Allocation, there: Allocation) -> tuple[float | None, str | None]:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(STEP_TIMEOUT_S):
            # Each must have asked for the other before anything comes through.
            await there.send(here.relayed)
            while True:
                began_s = loop.time()
                await here.send(there.relayed)
                if await there.heard(RESEND_S):
                    return (loop.time() - began_s) * 1_000, None
    except stun.TransactionFailed as error:
        code, reason = error.response.attributes.get("ERROR-CODE", (0, ""))
        return None, f"it refuses its own relayed address: {code} {reason}".strip()
    except (TimeoutError, stun.TransactionTimeout, OSError):
        return None, "what one allocation sent did not reach the other"


async def _permission(allocation: Allocation, peer: str) -> int | None:
    try:
        async with asyncio.timeout(STEP_TIMEOUT_S):
            return await allocation.permit(peer)
    except (TimeoutError, stun.TransactionTimeout, OSError):
        return None
