"""What aiohttp keeps to itself of a client's WebSocket, and holding back needs."""

from aiohttp import ClientWebSocketResponse

from edge.unsent import UNSENT_BYTES, hold_back


def hold_back_client(socket: ClientWebSocketResponse) -> None:
    """As :func:`edge.unsent.hold_back`, for the end that connected.

    A server's WebSocket takes ``writer_limit``; a client's has none in its interface and looks
    every 64 KiB only whether the transport takes more, which is more than a picture.
    ``tests/edge/test_client_socket.py`` fails when aiohttp changes these names.
    """
    if socket.closed or socket._conn is None:
        return
    hold_back(socket._conn.transport)
    socket._writer._limit = UNSENT_BYTES
