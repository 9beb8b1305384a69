"""What was written but not sent yet: it is out of reach there, and grows old."""

import asyncio
import socket

UNSENT_BYTES = 16_384
"""What may wait in the process, and as much in the kernel, behind what the network takes."""


def hold_back(transport: asyncio.BaseTransport | None) -> None:
    """Let no more than UNSENT_BYTES wait in ``transport``, and in the kernel below it.

    An aiohttp WebSocket that asks for it needs ``writer_limit=UNSENT_BYTES`` too: else it looks
    whether the transport takes more only now and then.
    """
    if not isinstance(transport, asyncio.WriteTransport) or transport.is_closing():
        return
    transport.set_write_buffer_limits(high=UNSENT_BYTES)
    connection = transport.get_extra_info("socket")
    if connection is not None and hasattr(socket, "TCP_NOTSENT_LOWAT"):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)
