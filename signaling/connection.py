"""One WebSocket: its first message, its pace, its heartbeat, and its end."""

import asyncio
import contextlib
import logging
from typing import Any

from aiohttp import WSMessage, WSMsgType

from edge.auth import Authenticator
from edge.token_bucket import TokenBucket
from protocol.codec import encode
from protocol.errors import PROBLEM_PREFIX, ProtocolError
from protocol.messages import Error, RegisterGateway
from signaling import introduction
from signaling.close_codes import GOING_AWAY, INTERNAL_ERROR, NORMAL
from signaling.effects import Close, Outgoing
from signaling.errors import LinkRefused
from signaling.outbox import GATEWAY_CAPACITY, Outbox
from signaling.service import SignalingService, is_state
from signaling.socket import Socket

log = logging.getLogger(__name__)

SEND_TIMEOUT_S = 10.0
FLUSH_TIMEOUT_S = 1.0
CLOSE_TIMEOUT_S = 2.0
SILENT_HEARTBEATS = 2.0
"""Heartbeats of silence before the server asks with a ping frame; it then waits one more."""
GATEWAY_PACE = 20
"""A gateway answers for everybody who watches: it may send as many times more."""

_ENDS = frozenset({WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR})


class Connection:
    """Serves one accepted WebSocket until either side ends it. Single use.

    Introduces itself, converses, says goodbye; `close` cuts each of these short. Sending
    never waits: messages gather in a bounded outbox, and a link that does not take them in
    time is closed.
    """

    def __init__(
        self, socket: Socket, service: SignalingService, authenticator: Authenticator, address: str
    ) -> None:
        self._socket = socket
        self._service = service
        self._authenticator = authenticator
        self._address = address
        self._conn = ""
        self._is_gateway = False
        self._outbox = Outbox()
        self._writer: asyncio.Task[None] | None = None
        self._ending: Close | None = None
        self._waiting: asyncio.Timeout | None = None
        self._bucket = self._new_bucket()

    def _new_bucket(self) -> TokenBucket:
        limits = self._service.limits
        factor = GATEWAY_PACE if self._is_gateway else 1
        return TokenBucket(
            limits.messages_per_s * factor, limits.message_burst * factor, self._service.clock()
        )

    # As the service sees it (an OpenLink)

    def deliver(self, message: Outgoing, text: str) -> bool:
        """Queue a message.

        A browser or device whose outbox is full is closed as too slow. A gateway is not,
        since others fill its outbox: it does without the message, and is closed only when it
        takes nothing for `SEND_TIMEOUT_S`.
        """
        if self._ending is not None:
            return True
        if self._queue(message, text):
            self._start_writing()
            return True
        if not self._is_gateway:
            self._outbox.clear()
            self._refuse("timeout", "messages were not taken as fast as they came")
        return False

    def close(self, close: Close) -> None:
        """Make `run` say ``close`` and end."""
        if self._ending is not None:
            return
        self._ending = close
        if self._waiting is not None and not self._waiting.expired():
            self._waiting.reschedule(asyncio.get_running_loop().time())

    def stop(self) -> None:
        """Close because the server stops."""
        self.close(Close(self._conn, GOING_AWAY))

    def _refuse(self, slug: str, detail: str) -> None:
        if self._ending is None:
            self._service.refused(slug)
        self.close(Close(self._conn, LinkRefused(slug, detail).code, slug, detail))

    # Its life

    async def run(self) -> None:
        """Serve until the end."""
        self._conn = self._service.arrive(self, self._address)
        log.info("= link %s opened from %s", self._conn, self._address)
        try:
            await self._converse()
            await self._say_goodbye()
        finally:
            self._service.leave(self._conn)
            await self._stop_writing()
            # After a close of ours the socket only knows the peer's echo.
            code = self._ending.code if self._ending else self._socket.close_code
            log.info("= link %s closed with %s", self._conn, code)

    async def _converse(self) -> None:
        try:
            if await self._introduce():
                while (text := await self._heard()) is not None:
                    self._service.receive(self._conn, introduction.read(text))
                    # Frames that came together are read without waiting: let others run.
                    await asyncio.sleep(0)
        except LinkRefused as refused:
            self._refuse(refused.slug, refused.detail)
        except ProtocolError as error:
            self._refuse(error.slug, str(error))
        except Exception:
            log.exception("= link %s failed", self._conn)
            self.close(Close(self._conn, INTERNAL_ERROR))

    async def _introduce(self) -> bool:
        limit_s = self._service.limits.hello_timeout_s
        text: str | None = None
        try:
            # Whoever only pings has still not said who it is: one deadline for all of it.
            async with asyncio.timeout(limit_s):
                while text is None:
                    frame = await self._frame(limit_s)
                    if frame is None:
                        return False
                    text = _text_in(frame)
        except TimeoutError:
            raise LinkRefused("timeout", f"expected hello or register in {limit_s:g} s") from None
        message = introduction.read_first(text)
        role = await introduction.role_of(message, self._authenticator, self._address)
        if self._ending is None:
            if isinstance(message, RegisterGateway):
                self._is_gateway = True
                self._bucket = self._new_bucket()
                self._outbox.capacity = GATEWAY_CAPACITY
            self._service.introduce(self._conn, message, role)
        return self._ending is None

    async def _heard(self) -> str | None:
        """Return the next message, None at the end. Asks a silent link whether it lives."""
        heartbeat_s = self._service.limits.heartbeat_s
        asked = False
        while True:
            try:
                frame = await self._frame(heartbeat_s * (1.0 if asked else SILENT_HEARTBEATS))
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
        if self._ending is not None:
            return None
        try:
            async with asyncio.timeout(wait_s) as self._waiting:
                frame: WSMessage = await self._socket.receive()
        except TimeoutError:
            if self._ending is not None:
                return None
            raise
        finally:
            self._waiting = None
        if frame.type in _ENDS:
            return None
        if not self._bucket.take(self._service.clock()):
            rate = self._bucket.rate_per_s
            raise LinkRefused("too-fast", f"expected at most {rate:g} messages a second")
        if frame.type is WSMsgType.PING:
            await self._control(self._socket.pong(frame.data))
        return frame

    async def _control(self, sending: Any) -> None:
        """Send a control frame. One that cannot be sent now is as good as lost."""
        with contextlib.suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(FLUSH_TIMEOUT_S):
                await sending

    # Its messages

    def _queue(self, message: Outgoing, text: str) -> bool:
        if not is_state(message):
            return self._outbox.put(text)
        replaced = self._outbox.replaced
        queued = self._outbox.put_state(text)
        self._service.metrics.replaced.inc(self._outbox.replaced - replaced)
        return queued

    def _start_writing(self) -> None:
        # There are thousands of idle links: a task is there only while there is work.
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write(), name=f"write {self._conn}")

    async def _write(self) -> None:
        try:
            while (text := self._outbox.pop()) is not None:
                async with asyncio.timeout(SEND_TIMEOUT_S):
                    await self._socket.send_str(text)
        except TimeoutError:
            self._outbox.clear()
            self._refuse("timeout", "messages were not taken in time")
        except ConnectionError:
            self._outbox.clear()
            self.close(Close(self._conn, NORMAL))
        except Exception:
            log.exception("= link %s could not send", self._conn)
            self.close(Close(self._conn, INTERNAL_ERROR))

    async def _stop_writing(self) -> None:
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.wait([self._writer])

    async def _say_goodbye(self) -> None:
        """Send what waits, the reason last, and close; all of it bounded in time."""
        if self._socket.closed:
            return
        ending = self._ending or Close(self._conn, NORMAL)
        if ending.slug is not None:
            log.info("> link %s refused: %s: %s", self._conn, ending.slug, ending.detail)
            error = encode(Error(PROBLEM_PREFIX + ending.slug, ending.detail[:500]))
            if not self._outbox.put(error):
                self._outbox.clear()
                self._outbox.put(error)
            self._start_writing()
        if self._writer is not None:
            await asyncio.wait([self._writer], timeout=FLUSH_TIMEOUT_S)
        await self._stop_writing()
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
