"""Asking a STUN or TURN server for a sign of life, over UDP, TCP or TLS."""

import asyncio
import socket
import ssl
from typing import Any

from aioice import stun

from edge.turn_credentials import TurnUrl
from gateway.lookups import Lookups

SENT_AT_S = (0.0, 0.1, 0.25, 0.5, 1.0)
"""A binding request over UDP may get lost."""
UDP_TIMEOUT_S = 2.0
STREAM_TIMEOUT_S = 4.0
"""Nobody waits for these: they only decide when there is no way, on a busy machine, too."""
MAX_ADDRESSES = 4
"""Of a name: they are all asked at once, and the first that answers is taken."""
MAX_ANSWER = 2_048


async def probe(url: TurnUrl, tls: ssl.SSLContext | None = None, *, lookups: Lookups) -> str | None:
    """Return the address at which ``url`` answers, or None; never takes longer than 4 s.

    ``tls`` is for ``turns:``; the certificate must be right.
    """
    timeout_s = UDP_TIMEOUT_S if url.transport == "udp" else STREAM_TIMEOUT_S
    try:
        async with asyncio.timeout(timeout_s):
            addresses = await lookups.addresses(url.host, url.port, _kind_of(url))
            return await _first_that_answers(url, addresses[:MAX_ADDRESSES], tls)
    except (OSError, TimeoutError, ValueError):
        return None


def _kind_of(url: TurnUrl) -> int:
    return socket.SOCK_DGRAM if url.transport == "udp" else socket.SOCK_STREAM


async def _first_that_answers(
    url: TurnUrl, addresses: list[str], tls: ssl.SSLContext | None
) -> str | None:
    ask = _ask_datagrams if url.transport == "udp" else _ask_stream
    asking = {asyncio.create_task(ask(url, address, tls)): address for address in addresses}
    pending = set(asking)
    try:
        while pending:
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                if task.exception() is None:
                    return asking[task]
        return None
    finally:
        for task in asking:
            task.cancel()
        # Also fetches what went wrong with the others.
        await asyncio.gather(*asking, return_exceptions=True)


def _is_answer(data: bytes, request: stun.Message) -> bool:
    try:
        return stun.parse_message(data).transaction_id == request.transaction_id
    except ValueError:
        return False


def _request() -> stun.Message:
    return stun.Message(stun.Method.BINDING, stun.Class.REQUEST)


class _Asking(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.request = _request()
        self.answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, _: Any) -> None:
        if _is_answer(data, self.request) and not self.answered.done():
            self.answered.set_result(None)

    def error_received(self, error: Exception) -> None:
        """Nobody listens there. It may be a stranger who says so: wait for the deadline."""


async def _ask_datagrams(url: TurnUrl, address: str, _: ssl.SSLContext | None) -> None:
    loop = asyncio.get_running_loop()
    transport, asking = await loop.create_datagram_endpoint(
        _Asking, remote_addr=(address, url.port)
    )
    sending = [
        loop.call_later(delay_s, transport.sendto, bytes(asking.request)) for delay_s in SENT_AT_S
    ]
    try:
        await asking.answered
    finally:
        for each in sending:
            each.cancel()
        transport.close()


async def _ask_stream(url: TurnUrl, address: str, tls: ssl.SSLContext | None) -> None:
    reader, writer = await asyncio.open_connection(
        address,
        url.port,
        limit=MAX_ANSWER,
        ssl=(tls or True) if url.secure else None,
        server_hostname=url.host if url.secure else None,
    )
    try:
        request = _request()
        writer.write(bytes(request))
        head = await reader.readexactly(20)
        body = await reader.readexactly(min(int.from_bytes(head[2:4]), MAX_ANSWER))
        if not _is_answer(head + body, request):
            raise ValueError("what answers is no STUN server")
    except asyncio.IncompleteReadError as error:
        raise ConnectionError("closed without an answer") from error
    finally:
        writer.transport.abort()
