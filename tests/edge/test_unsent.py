"""How much waits behind a client that does not read."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

from edge.unsent import UNSENT_BYTES, hold_back
from tests.support.polling import until

RECEIVE_BYTES = 4_096
KIB = bytes(1_024)


@contextlib.asynccontextmanager
async def deaf_client() -> AsyncIterator[asyncio.StreamWriter]:
    """Yield the server's end of a connection whose client reads nothing."""
    accepted: asyncio.Queue[asyncio.StreamWriter] = asyncio.Queue()
    server = await asyncio.start_server(lambda _, writer: accepted.put(writer), "127.0.0.1", 0)
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
        client.setblocking(False)
        await asyncio.get_running_loop().sock_connect(client, server.sockets[0].getsockname())
        writer = await accepted.get()
        try:
            yield writer
        finally:
            writer.transport.abort()
            server.close()


async def taken(writer: asyncio.StreamWriter) -> int:
    """Write until the transport does not want more; return how many bytes it took."""
    size = 0
    with contextlib.suppress(TimeoutError):
        while True:
            writer.write(KIB)
            size += len(KIB)
            async with asyncio.timeout(0.3):
                await writer.drain()
    return size


async def test_little_waits_behind_a_client_that_does_not_read() -> None:
    async with deaf_client() as writer:
        hold_back(writer.transport)
        # In the process, in the kernel, and what the client's own kernel holds.
        assert await taken(writer) < 4 * UNSENT_BYTES
    async with deaf_client() as writer:
        assert await taken(writer) > 4 * UNSENT_BYTES, "this is the system's own choice"


async def test_what_is_closed_already_is_left_alone() -> None:
    hold_back(None)
    async with deaf_client() as writer:
        writer.transport.abort()
        connection = writer.transport.get_extra_info("socket")
        await until(lambda: connection.fileno() < 0, "its end")
        hold_back(writer.transport)
