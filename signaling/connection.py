"""One WebSocket of a browser, a gateway or a camera, from its first message to its end."""

import asyncio
import contextlib
import logging

from edge.auth import Authenticator
from edge.token_bucket import TokenBucket
from protocol.errors import ProtocolError
from protocol.messages import EventChanged, RegisterGateway
from signaling import introduction
from signaling.effects import Close, Outgoing
from signaling.errors import LinkRefused
from signaling.outbox import GATEWAY_CAPACITY, Outbox
from signaling.service import SignalingService, is_state
from signaling.socket import Socket
from signaling.socket_end import SocketEnd

log = logging.getLogger(__name__)

SILENT_HEARTBEATS = 2.0
"""Heartbeats of silence before the server asks with a ping frame; it then waits one more."""
NEWS_CAPACITY = 64
"""A browser with so much before it does without news of events, rather than be closed for them."""
GATEWAY_PACE = 20
"""A gateway answers for everybody who watches: it may send as many times more."""


class Connection:
    """Serves one accepted WebSocket until either side ends it. Single use.

    Introduces itself, converses, says goodbye; `close` cuts each of these short. Sending
    never waits: messages gather in a bounded outbox, and a link that does not take them in
    time is closed.
    """

    def __init__(
        self, socket: Socket, service: SignalingService, authenticator: Authenticator, address: str
    ) -> None:
        self._service = service
        self._authenticator = authenticator
        self._address = address
        self._conn = ""
        self._is_gateway = False
        self._registered = contextlib.ExitStack()
        heartbeat_s = service.limits.heartbeat_s
        self._end = SocketEnd(
            socket,
            bucket=self._new_bucket(),
            outbox=Outbox(),
            quiet_s=heartbeat_s * SILENT_HEARTBEATS,
            answer_s=heartbeat_s,
            clock=service.clock,
            on_refused=service.refused,
            on_came=service.metrics.came,
            on_went=service.metrics.went,
        )

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
        if self._end.ending is not None:
            return True
        if isinstance(message, EventChanged) and len(self._end.outbox) >= NEWS_CAPACITY:
            self._service.metrics.events_dropped.inc()
            return True
        if self._queue(message, text):
            self._end.start_writing()
            return True
        if not self._is_gateway:
            self._end.outbox.clear()
            self._end.refuse("timeout", "messages were not taken as fast as they came")
        return False

    def close(self, close: Close) -> None:
        """Make `run` say ``close`` and end."""
        self._end.close(close)

    def stop(self) -> None:
        """Close because the server stops."""
        self._end.stop()

    def _queue(self, message: Outgoing, text: str) -> bool:
        outbox = self._end.outbox
        if not is_state(message):
            return outbox.put(text)
        replaced = outbox.replaced
        queued = outbox.put_state(text)
        self._service.metrics.replaced.inc(outbox.replaced - replaced)
        return queued

    # Its life

    async def run(self) -> None:
        """Serve until the end."""
        self._conn = self._end.name = self._service.arrive(self, self._address)
        log.info("= link %s opened from %s", self._conn, self._address)
        try:
            await self._converse()
            await self._end.goodbye()
        finally:
            self._service.leave(self._conn)
            self._registered.close()
            await self._end.stop_writing()
            log.info("= link %s closed with %s", self._conn, self._end.close_code)

    async def _converse(self) -> None:
        try:
            if await self._introduce():
                while (text := await self._end.heard()) is not None:
                    self._service.receive(self._conn, introduction.read(text))
                    # Frames that came together are read without waiting: let others run.
                    await asyncio.sleep(0)
        except LinkRefused as refused:
            self._end.refuse(refused.slug, refused.detail)
        except ProtocolError as error:
            self._end.refuse(error.slug, str(error))
        except Exception:
            self._end.fail()

    async def _introduce(self) -> bool:
        limit_s = self._service.limits.hello_timeout_s
        try:
            text = await self._end.first(limit_s)
        except TimeoutError:
            raise LinkRefused("timeout", f"expected hello or register in {limit_s:g} s") from None
        if text is None:
            return False
        message = introduction.read_first(text)
        role = await introduction.admitted(
            message, self._authenticator, self._address, self._registered, "camera"
        )
        if self._end.ending is None:
            if isinstance(message, RegisterGateway):
                self._is_gateway = True
                self._end.bucket = self._new_bucket()
                self._end.outbox.capacity = GATEWAY_CAPACITY
            self._service.introduce(self._conn, message, role)
        return self._end.ending is None
