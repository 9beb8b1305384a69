"""aiohttp's server WebSocket, made to say what was wrong before it closes."""

import asyncio
import contextlib
from collections.abc import Callable

from aiohttp import WSCloseCode, web

from protocol.close_codes import close_code
from protocol.codec import MAX_MESSAGE_BYTES, encode
from protocol.errors import PROBLEM_PREFIX
from protocol.messages import Error

LINGER_S = 0.2
REPLY_TIMEOUT_S = 1.0
WRITER_LIMIT = 262_144
"""Bytes that are written before a look at whether the peer takes them; aiohttp's own choice."""


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
        # A connection closed with bytes unread is reset, and the error lost: let them arrive.
        await asyncio.sleep(LINGER_S)
        return await self.finish(close_code(slug), slug)

    async def finish(self, code: int, reason: str) -> bool:
        """Close with ``code``; whatever had to be said has been."""
        return await super().close(code=code, message=reason.encode())
