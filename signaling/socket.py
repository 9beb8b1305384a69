"""aiohttp's server WebSocket, made to say what was wrong before it closes."""

import asyncio
import contextlib
from collections.abc import Callable

from aiohttp import WSCloseCode, web
from aiohttp.abc import AbstractStreamWriter

from protocol.close_codes import close_code
from protocol.codec import MAX_MESSAGE_BYTES, encode
from protocol.errors import PROBLEM_PREFIX
from protocol.messages import Error

LINGER_S = 0.2
"""A client has heard why it is refused when it has sent nothing for this long."""
MOST_LINGER_S, MOST_DISCARDED_BYTES = 3.0, 64_000_000
REPLY_TIMEOUT_S = 1.0
WRITER_LIMIT = 262_144
"""Bytes that are written before a look at whether the peer takes them; aiohttp's own choice."""


class _Discarding(asyncio.Protocol):
    """Stands in for a connection's protocol, and forgets what is received."""

    def __init__(self, instead_of: asyncio.Protocol) -> None:
        self.size = 0
        self._instead_of = instead_of

    def data_received(self, data: bytes) -> None:
        self.size += len(data)

    def connection_lost(self, error: Exception | None) -> None:
        self._instead_of.connection_lost(error)

    def pause_writing(self) -> None:
        self._instead_of.pause_writing()

    def resume_writing(self) -> None:
        self._instead_of.resume_writing()


class Socket(web.WebSocketResponse):
    """A WebSocket of bounded messages, without compression, whose pings its owner sees.

    aiohttp closes by itself on frames that it cannot take; the contract wants an `error`
    first. Messages of up to twice the limit are still received, so that most of those that
    are too large are answered with the connection in order. ``binary_bytes``: the largest
    picture, for sockets that carry some; ``autoping`` leaves pings to aiohttp.
    """

    def __init__(
        self,
        on_refused: Callable[[str], None],
        *,
        writer_limit: int = WRITER_LIMIT,
        binary_bytes: int = 0,
        autoping: bool = False,
    ) -> None:
        self._largest = max(MAX_MESSAGE_BYTES, binary_bytes)
        super().__init__(
            timeout=REPLY_TIMEOUT_S,
            autoping=autoping,
            compress=False,
            max_msg_size=binary_bytes + 2 * MAX_MESSAGE_BYTES,
            writer_limit=writer_limit,
        )
        self._on_refused = on_refused
        self._transport: asyncio.Transport | None = None
        self.refused_with: int | None = None
        """The code of its own close on a frame that aiohttp could not take."""

    async def close(
        self, *, code: int = WSCloseCode.OK, message: bytes = b"", drain: bool = True
    ) -> bool:
        if message:
            # aiohttp gives none: this is the owner, who has said why.
            return await super().close(code=code, message=message, drain=drain)
        if code == WSCloseCode.MESSAGE_TOO_BIG:
            slug, detail = "message-too-large", f"expected at most {self._largest} bytes"
        elif code == WSCloseCode.INVALID_TEXT:
            slug, detail = "malformed-message", "expected UTF-8"
        else:
            return await super().close(code=code, message=message, drain=drain)
        if self.closed:
            return False
        self._on_refused(slug)
        self.refused_with = close_code(slug)
        error = Error(PROBLEM_PREFIX + slug, detail)
        with contextlib.suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(REPLY_TIMEOUT_S):
                await self.send_str(encode(error))
        await self._let_arrive()
        return await self.finish(close_code(slug), slug)

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter:
        """See aiohttp."""
        self._transport = request.transport
        return await super().prepare(request)

    async def _let_arrive(self) -> None:
        """Receive on for a moment, and forget it.

        A connection that is closed with bytes unread is reset, and the error lost.
        """
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        protocol = transport.get_protocol()
        assert isinstance(protocol, asyncio.Protocol)
        discarding = _Discarding(protocol)
        transport.set_protocol(discarding)
        transport.resume_reading()
        loop = asyncio.get_running_loop()
        end_s, size = loop.time() + MOST_LINGER_S, -1
        try:
            while size < discarding.size <= MOST_DISCARDED_BYTES and loop.time() < end_s:
                size = discarding.size
                await asyncio.sleep(LINGER_S)
        finally:
            transport.set_protocol(protocol)

    async def finish(self, code: int, reason: str) -> bool:
        """Close with ``code``; whatever had to be said has been."""
        return await super().close(code=code, message=reason.encode())
