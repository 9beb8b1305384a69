"""A client's WebSocket that is held back: the contract with aiohttp's private parts."""

import asyncio
import contextlib
import socket

from aiohttp import AddrInfoType, ClientSession, TCPConnector, web

from edge.client_socket import hold_back_client
from edge.unsent import UNSENT_BYTES
from tests.support.http_server import client_of

PICTURE = bytes(20_000)


async def test_sending_waits_when_the_network_takes_no_more() -> None:
    async def deaf(request: web.Request) -> web.StreamResponse:
        made = web.WebSocketResponse()
        await made.prepare(request)
        assert request.transport is not None
        request.transport.pause_reading()
        await asyncio.Event().wait()
        return made

    def small(address: AddrInfoType) -> socket.socket:
        made = socket.socket(*address[:3])
        made.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
        return made

    async with (
        client_of([web.get("/", deaf)]) as client,
        ClientSession(client._base_url, connector=TCPConnector(socket_factory=small)) as own,
        own.ws_connect("/") as connection,
    ):
        hold_back_client(connection)
        assert connection._conn is not None
        transport = connection._conn.transport
        assert isinstance(transport, asyncio.WriteTransport)
        with contextlib.suppress(TimeoutError):
            while True:
                async with asyncio.timeout(0.5):
                    await connection.send_bytes(PICTURE)
        assert transport.get_write_buffer_size() <= UNSENT_BYTES + len(PICTURE)
        transport.abort()
