"""What was written but not sent yet: it is out of reach there, and grows old."""

import asyncio
import contextlib
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
    if connection is None or not hasattr(socket, "TCP_NOTSENT_LOWAT"):
        return
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)
    # It fills no queues on the way, and a lost packet does not halve its rate. Not every kernel
    # has it, or lets everybody use it.
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, b"bbr")
