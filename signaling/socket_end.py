"""The near end of one accepted WebSocket: its pace, its heartbeat, its queue, and its end."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any

from aiohttp import WSMessage, WSMsgType

from edge.token_bucket import TokenBucket
from protocol.close_codes import GOING_AWAY, INTERNAL_ERROR, NORMAL
from protocol.codec import encode, size_of
from protocol.errors import PROBLEM_PREFIX
from protocol.messages import Error
from signaling.effects import Close
from signaling.errors import LinkRefused
from signaling.outbox import Outbox
from signaling.socket import Socket

log = logging.getLogger(__name__)

SEND_TIMEOUT_S = 10.0
FLUSH_TIMEOUT_S = 1.0
CLOSE_TIMEOUT_S = 2.0

_ENDS = frozenset({WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR})


class SocketEnd:
    """Reads texts at a bounded pace and writes them from a bounded queue. Single use.

    After ``quiet_s`` of silence the peer is asked with a ping frame whether it lives, and
    given up after ``answer_s`` more. `close` cuts short whatever is awaited. ``on_came`` and
    ``on_went`` hear of the bytes of each message.
    """

    def __init__(
        self,
        socket: Socket,
        *,
        bucket: TokenBucket,
        outbox: Outbox,
        quiet_s: float,
        answer_s: float,
        clock: Callable[[], float],
        on_refused: Callable[[str], None],
        on_came: Callable[[int], None] = lambda size: None,
        on_went: Callable[[int], None] = lambda size: None,
    ) -> None:
        self.name = "unnamed"
        self.bucket = bucket
        self.outbox = outbox
        self.ending: Close | None = None
        """Why this side ends it; None while it does not."""
        self._socket = socket
        self._quiet_s = quiet_s
        self._answer_s = answer_s
        self._clock = clock
        self._on_refused = on_refused
        self._on_came = on_came
        self._on_went = on_went
        self._writer: asyncio.Task[None] | None = None
        self._waiting: asyncio.Timeout | None = None

    @property
    def close_code(self) -> int | None:
        """The code that it was closed with; None when it broke."""
        # After a close of ours the socket only knows the peer's echo.
        if self.ending is not None:
            return self.ending.code
        return self._socket.refused_with or self._socket.close_code

    # Ending

    def close(self, close: Close) -> None:
        """Stop reading; ``close`` is said by `goodbye`. A second call does nothing."""
        if self.ending is not None:
            return
        self.ending = close
        if self._waiting is not None and not self._waiting.expired():
            self._waiting.reschedule(asyncio.get_running_loop().time())

    def stop(self) -> None:
        """Close because the server stops."""
        self.close(Close(self.name, GOING_AWAY))

    def fail(self) -> None:
        """Close because of a defect, to be called while it is handled."""
        log.exception("= link %s failed", self.name)
        self.close(Close(self.name, INTERNAL_ERROR))

    def refuse(self, slug: str, detail: str) -> None:
        """Close because of a problem, and count it."""
        if self.ending is None:
            self._on_refused(slug)
        self.close(Close(self.name, LinkRefused(slug, detail).code, slug, detail))

    # Reading

    async def first(self, limit_s: float) -> str | None:
        """Return the first text, None at the end. Raises TimeoutError.

        Whoever only pings has still not said who it is: one deadline for all of it.
        """
        async with asyncio.timeout(limit_s):
            while (frame := await self._frame(limit_s)) is not None:
                text = _text_in(frame)
                if text is not None:
                    return text
        return None

    async def heard(self) -> str | None:
        """Return the next text, None at the end.

        Raises :class:`LinkRefused` ``timeout``, ``too-fast`` or ``malformed-message``.
        """
        asked = False
        while True:
            try:
                frame = await self._frame(self._answer_s if asked else self._quiet_s)
            except TimeoutError:
                if asked:
                    raise LinkRefused("timeout", "the link fell silent") from None
                asked = True
                await self._control(self._socket.ping())
                continue
            if frame is None:
                return None
            asked = False
            text = _text_in(frame)
            if text is not None:
                return text

    async def _frame(self, wait_s: float) -> WSMessage | None:
        """Return the next frame, None when either side ends. Raises TimeoutError."""
        if self.ending is not None:
            return None
        try:
            async with asyncio.timeout(wait_s) as self._waiting:
                frame: WSMessage = await self._socket.receive()
        except TimeoutError:
            if self.ending is not None:
                return None
            raise
        finally:
            self._waiting = None
        if frame.type in _ENDS:
            return None
        if not self.bucket.take(self._clock()):
            rate = self.bucket.rate_per_s
            raise LinkRefused("too-fast", f"expected at most {rate:g} messages a second")
        if frame.type is WSMsgType.PING:
            await self._control(self._socket.pong(frame.data))
        elif frame.type is WSMsgType.TEXT:
            self._on_came(size_of(frame.data))
        return frame

    async def _control(self, sending: Any) -> None:
        """Send a control frame. One that cannot be sent now is as good as lost."""
        with contextlib.suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(FLUSH_TIMEOUT_S):
                await sending

    # Writing

    def start_writing(self) -> None:
        """Send what is in the outbox, in a task that ends when it is empty."""
        # There are thousands of idle links: a task is there only while there is work.
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write(), name=f"write {self.name}")

    async def _write(self) -> None:
        try:
            while (text := self.outbox.pop()) is not None:
                async with asyncio.timeout(SEND_TIMEOUT_S):
                    await self._socket.send_str(text)
                self._on_went(size_of(text))
        except TimeoutError:
            self.outbox.clear()
            self.refuse("timeout", "messages were not taken in time")
        except ConnectionError:
            self.outbox.clear()
            self.close(Close(self.name, NORMAL))
        except Exception:
            self.fail()

    async def stop_writing(self) -> None:
        """Forget what was not sent."""
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.wait([self._writer])

    async def goodbye(self) -> None:
        """Send what waits, the reason last, and close; all of it bounded in time."""
        if self._socket.closed:
            return
        ending = self.ending or Close(self.name, NORMAL)
        if ending.slug is not None:
            log.info("> link %s refused: %s: %s", self.name, ending.slug, ending.detail)
            error = encode(Error(PROBLEM_PREFIX + ending.slug, ending.detail[:500]))
            if not self.outbox.put(error):
                self.outbox.clear()
                self.outbox.put(error)
            self.start_writing()
        if self._writer is not None:
            await asyncio.wait([self._writer], timeout=FLUSH_TIMEOUT_S)
        await self.stop_writing()
        with contextlib.suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await self._socket.finish(ending.code, ending.slug or "")


def _text_in(frame: WSMessage) -> str | None:
    """Return the text of a text frame, None for control frames."""
    if frame.type is WSMsgType.TEXT:
        return str(frame.data)
    if frame.type is WSMsgType.BINARY:
        raise LinkRefused("malformed-message", "expected text, not binary")
    return None
