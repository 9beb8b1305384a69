"""A WebSocket that carries messages: bounded both ways, with deadlines, and a reasoned end.

Sending never waits: messages gather in a short queue. When the far end does not take them in
time, or falls silent, or floods, the link ends. What may not wait in a queue, because it grows
old there, is asked for when it can go out.
"""

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable

from aiohttp import ClientWebSocketResponse, WSMessage, WSMsgType, web

from edge.token_bucket import TokenBucket
from protocol.close_codes import GOING_AWAY, INTERNAL_ERROR, NORMAL, close_code
from protocol.codec import MAX_MESSAGE_BYTES, encode, size_of
from protocol.errors import PROBLEM_PREFIX, ProtocolError
from protocol.messages import Error

logger = logging.getLogger(__name__)

Socket = web.WebSocketResponse | ClientWebSocketResponse

MAX_QUEUED = 64
SEND_TIMEOUT_S = 1.0
CLOSE_TIMEOUT_S = 1.0
MESSAGES_PER_S, MESSAGE_BURST = 200.0, 400
"""Of any kind, ping frames too where the socket shows them."""
TOO_LARGE = f"expected at most {MAX_MESSAGE_BYTES} bytes of text"
"""For sockets that take pictures, and so more bytes than a message may have."""
CONTROL = (WSMsgType.PING, WSMsgType.PONG)
_TAKEN = (WSMsgType.TEXT, WSMsgType.BINARY, *CONTROL)


class SocketEnded(Exception):
    """The link is over. ``slug`` is the problem to tell, None when nothing is wrong."""

    def __init__(self, slug: str | None = None, detail: str = "") -> None:
        super().__init__(detail or slug or "closed")
        self.slug = slug
        self.detail = detail


class MessageSocket:
    """Single use: ``await run(...)`` serves it until either side ends it.

    ``newest`` gives what to send when nothing else waits, None when there is nothing; after
    ``wake`` it is asked again. ``send_timeout_s``: how long the far end may take nothing.
    ``over`` is called as soon as either side has ended it, before the goodbye, which may take a
    second when the far end is gone. ``binary`` takes binary messages, where they are expected.
    ``on_refused`` hears the problem that this side ends the link for.
    """

    def __init__(
        self,
        socket: Socket,
        name: str,
        *,
        newest: Callable[[], bytes | None] = lambda: None,
        send_timeout_s: float = SEND_TIMEOUT_S,
        over: Callable[[], None] = lambda: None,
        binary: Callable[[bytes], None] | None = None,
        on_refused: Callable[[str], None] = lambda slug: None,
    ) -> None:
        self._socket = socket
        self._name = name
        self._newest = newest
        self._send_timeout_s = send_timeout_s
        self._over = over
        self._binary = binary
        self._on_refused = on_refused
        self._queue: deque[str] = deque(maxlen=MAX_QUEUED)
        self._woken = asyncio.Event()
        self._bucket = TokenBucket(MESSAGES_PER_S, MESSAGE_BURST, time.monotonic())
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def send(self, message: object) -> None:
        """Queue a message; when the queue is full the oldest one is lost."""
        self._queue.append(encode(message))
        self.wake()

    def wake(self) -> None:
        """There may be something to send."""
        self._woken.set()

    def end(self, slug: str | None = None, detail: str = "") -> None:
        """Make `run` say why, and return."""
        if not self._ended.done():
            self._ended.set_exception(SocketEnded(slug, detail))

    async def run(self, received: Callable[[str], None], silence_s: float) -> None:
        """Give each text to ``received``, which may raise ProtocolError or SocketEnded."""
        reason: SocketEnded | None = None
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._write())
                tasks.create_task(self._read(received, silence_s))
                tasks.create_task(self._wait_for_end())
        except* SocketEnded as group:
            reason = _first(group)
        except* Exception:
            logger.exception("= %s failed", self._name)
            reason = SocketEnded("internal-error", "the server failed")
        finally:
            if not self._ended.done():
                self._ended.cancel()
            self._over()
            await self._say_goodbye(reason)

    async def _wait_for_end(self) -> None:
        await self._ended

    async def _read(self, received: Callable[[str], None], silence_s: float) -> None:
        loop = asyncio.get_running_loop()
        silent_s = loop.time() + silence_s
        while True:
            try:
                async with asyncio.timeout_at(silent_s):
                    message = await self._socket.receive()
            except TimeoutError:
                raise SocketEnded("timeout", f"silent for {silence_s:g} s") from None
            if message.type not in _TAKEN:
                raise SocketEnded
            if not self._bucket.take(time.monotonic()):
                detail = f"expected at most {MESSAGES_PER_S:g} messages a second"
                raise SocketEnded("too-fast", detail)
            if message.type in CONTROL:
                await self._control(message)
                continue
            silent_s = loop.time() + silence_s
            if message.type is WSMsgType.TEXT:
                if size_of(message.data) > MAX_MESSAGE_BYTES:
                    raise SocketEnded("message-too-large", TOO_LARGE)
                try:
                    received(message.data)
                except ProtocolError as error:
                    raise SocketEnded(error.slug, str(error)) from error
            elif self._binary is not None:
                self._binary(message.data)
            else:
                raise SocketEnded("malformed-message", "expected text, not binary")

    async def _control(self, frame: WSMessage) -> None:
        """Answer a ping frame. Sockets that do that themselves show none."""
        if frame.type is WSMsgType.PING:
            with contextlib.suppress(TimeoutError, ConnectionError):
                async with asyncio.timeout(self._send_timeout_s):
                    await self._socket.pong(frame.data)

    async def _write(self) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            while (data := self._next()) is not None:
                try:
                    async with asyncio.timeout(self._send_timeout_s):
                        await self._send(data)
                except TimeoutError:
                    raise SocketEnded("timeout", "messages were not taken in time") from None
                except ConnectionError:
                    raise SocketEnded from None

    def _next(self) -> str | bytes | None:
        return self._queue.popleft() if self._queue else self._newest()

    async def _send(self, data: str | bytes) -> None:
        if isinstance(data, bytes):
            await self._socket.send_bytes(data)
        else:
            await self._socket.send_str(data)

    async def _say_goodbye(self, reason: SocketEnded | None) -> None:
        """Close with the reason; without one the server stops."""
        logger.info("= %s ends: %s", self._name, reason or "the server stops")
        if reason is not None and reason.slug is not None:
            self._on_refused(reason.slug)
        if self._socket.closed:
            return
        with contextlib.suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                if reason is not None and reason.slug is not None:
                    error = Error(PROBLEM_PREFIX + reason.slug, reason.detail[:500])
                    await self._socket.send_str(encode(error))
                slug = (reason and reason.slug) or ""
                await self._socket.close(code=_code(reason), message=slug.encode())


def _code(reason: SocketEnded | None) -> int:
    if reason is None:
        return GOING_AWAY
    if reason.slug is None:
        return NORMAL
    return INTERNAL_ERROR if reason.slug == "internal-error" else close_code(reason.slug)


def _first(group: BaseExceptionGroup[SocketEnded]) -> SocketEnded:
    cause = group.exceptions[0]
    return _first(cause) if isinstance(cause, BaseExceptionGroup) else cause
