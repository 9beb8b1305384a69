"""Sends a flight of the DTLS handshake again soon when nothing comes of it.

OpenSSL waits a second (RFC 6347, 4.2.4.1), then two: long for a viewer who waits for a picture on
a network that loses a packet in twenty. The same datagram is sent again, byte for byte: who has
it already drops it as a replay, as the record's number is the same.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

CHANGE_CIPHER_SPEC, HANDSHAKE = 20, 22
"""Types of records, the first byte of a datagram (RFC 6347, 4.1)."""
PAUSES_S = (0.1, 0.2, 0.4)
"""Before each repetition; all of them together end before OpenSSL's own timer."""


class FlightRepeater:
    """Stands before ``send``, the way of all datagrams, until ``is_over``: the handshake is.

    Raises what ``send`` raises, but for repetitions, which nobody waits for.
    """

    def __init__(
        self, send: Callable[[bytes], Awaitable[None]], is_over: Callable[[], bool]
    ) -> None:
        self._send = send
        self._is_over = is_over
        self._repeating: asyncio.Task[None] | None = None

    async def send(self, datagram: bytes) -> None:
        if self._repeating is not None:
            self._repeating.cancel()
            self._repeating = None
        if datagram[0] in (CHANGE_CIPHER_SPEC, HANDSHAKE) and not self._is_over():
            self._repeating = asyncio.create_task(self._repeat(datagram), name="dtls-flight")
        await self._send(datagram)

    async def _repeat(self, flight: bytes) -> None:
        for pause_s in PAUSES_S:
            await asyncio.sleep(pause_s)
            if self._is_over():
                return
            with contextlib.suppress(ConnectionError):
                await self._send(flight)
