"""One relay at work: a board's or driver's socket, and that of the gateway that came for it."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import replace

from edge.auth import Authenticator
from edge.token_bucket import TokenBucket
from edge.unsent import UNSENT_BYTES
from protocol.close_codes import GOING_AWAY, NORMAL
from protocol.codec import encode
from protocol.errors import ProtocolError
from protocol.messages import CallKind, Join
from signaling import introduction
from signaling.effects import Close, Outgoing
from signaling.errors import LinkRefused
from signaling.outbox import Outbox
from signaling.relay_meter import Traffic
from signaling.relays import Introducing
from signaling.service import SignalingService
from signaling.socket import Socket
from signaling.socket_end import SocketEnd

log = logging.getLogger(__name__)

QUEUED = 32
QUEUED_CHARACTERS = 262_144
"""What may wait for one end, beside what the network has taken. More closes both."""
PATIENCE = 0.8
"""Heartbeats of silence before an end is asked, and again before it is taken as dead."""
_WITHOUT_STATUS, _NEVER_SENT = (0, 1005), (1004, 1006, 1015)

Read = Callable[[str], Introducing]


class Relayed:
    """Serves one caller until either end is over. Single use.

    `run` serves the caller's socket, `serve_gateway` the gateway's, each in the task of its
    request. What one end says is queued for the other; whichever ends closes the other.
    """

    def __init__(
        self,
        socket: Socket,
        service: SignalingService,
        authenticator: Authenticator,
        address: str,
        *,
        kind: CallKind,
        read: Read,
    ) -> None:
        self._service = service
        self._authenticator = authenticator
        self._address = address
        self._kind = kind
        self._read = read
        self._to_gateway = _queue()
        self._caller = self._end(socket, _queue())
        self._gateway: SocketEnd | None = None
        self._called = False
        self._registered = contextlib.ExitStack()
        self._traffic: Traffic | None = None

    def _end(self, socket: Socket, outbox: Outbox) -> SocketEnd:
        limits, clock = self._service.limits, self._service.clock
        patience_s = limits.heartbeat_s * PATIENCE
        return SocketEnd(
            socket,
            bucket=TokenBucket(limits.relay_messages_per_s, limits.relay_message_burst, clock()),
            outbox=outbox,
            quiet_s=patience_s,
            answer_s=patience_s,
            clock=clock,
            on_refused=self._service.refused,
        )

    # As the service sees it (an OpenLink)

    def deliver(self, message: Outgoing, text: str) -> bool:
        """Take nothing: a gateway speaks for itself here."""
        return True

    def close(self, close: Close) -> None:
        """Make `run` say ``close`` and end."""
        self._caller.close(close)

    def stop(self) -> None:
        """Close because the server stops."""
        self._caller.stop()

    # The caller's end

    async def run(self, on_called: Callable[[str, "Relayed"], None]) -> None:
        """Serve the caller; ``on_called`` learns the id of the call before the gateway does."""
        caller = self._caller
        caller.name = self._service.arrive(self, self._address)
        log.info("= %s %s opened from %s", self._kind, caller.name, self._address)
        try:
            try:
                if await self._introduce(on_called):
                    await self._carry(caller, self._to_gateway)
            except LinkRefused as refused:
                caller.refuse(refused.slug, refused.detail)
            except ProtocolError as error:
                caller.refuse(error.slug, str(error))
            except Exception:
                caller.fail()
            self._count_untaken()
            self._hang_up(caller, self._gateway)
            await caller.goodbye()
        finally:
            self._hang_up(caller, self._gateway)
            self._service.leave(caller.name)
            self._registered.close()
            await caller.stop_writing()
            log.info("= %s %s closed with %s", self._kind, caller.name, caller.close_code)

    async def _introduce(self, on_called: Callable[[str, "Relayed"], None]) -> bool:
        limit_s = self._service.limits.hello_timeout_s
        try:
            text = await self._caller.first(limit_s)
        except TimeoutError:
            raise LinkRefused("timeout", f"expected a first message in {limit_s:g} s") from None
        if text is None:
            return False
        message = self._read(text)
        role = await introduction.admitted(
            message, self._authenticator, self._address, self._registered, self._kind
        )
        if self._caller.ending is not None:
            return False
        # The gateway needs to know no tokens but its own.
        self._to_gateway.put(encode(replace(message, token=None)))
        on_called(self._caller.name, self)
        self._service.introduce(self._caller.name, message, role)
        self._called = self._caller.ending is None
        if self._called:
            target = message.camera if isinstance(message, Join) else message.device_id
            self._traffic = self._service.traffic_of(target)
        return self._called

    def _count_untaken(self) -> None:
        ending = self._caller.ending
        if self._called and self._gateway is None and ending and ending.slug == "gateway-offline":
            self._service.metrics.calls_untaken.labels(self._kind).inc()

    # The gateway's end

    def socket(self) -> Socket:
        """Return a socket for the gateway's end, which is not open yet."""
        return Socket(self._service.refused, writer_limit=UNSENT_BYTES)

    async def serve_gateway(self, socket: Socket) -> None:
        """Serve the socket of the gateway that took the call."""
        gateway = self._gateway = self._end(socket, self._to_gateway)
        gateway.name = f"{self._caller.name} (gateway)"
        if self._caller.ending is not None:
            self._hang_up(self._caller, gateway)
        gateway.start_writing()
        try:
            try:
                await self._carry(gateway, self._caller.outbox)
            except LinkRefused as refused:
                self._service.refused(refused.slug)
                # Without an `error`, which is nothing that a caller would say.
                gateway.close(Close(gateway.name, refused.code))
            except Exception:
                gateway.fail()
            self._hang_up(gateway, self._caller)
            await gateway.goodbye()
        finally:
            self._hang_up(gateway, self._caller)
            await gateway.stop_writing()

    def abandon(self) -> None:
        """The gateway took the call, and is gone before it said anything."""
        self._caller.close(Close(self._caller.name, GOING_AWAY))

    def stop_gateway(self) -> None:
        """Close the gateway's end because the server stops."""
        if self._gateway is not None:
            self._gateway.stop()

    # Both

    async def _carry(self, source: SocketEnd, queue: Outbox) -> None:
        """Queue what ``source`` says for the other end, unread and in order, until it ends."""
        while (text := await source.heard()) is not None:
            size = introduction.bounded_bytes(text)
            if not queue.put(text):
                queue.clear()
                raise LinkRefused("timeout", "the other end does not take its messages")
            sink = self._gateway if source is self._caller else self._caller
            if sink is not None:
                sink.start_writing()
            self._service.metrics.relayed(self._kind, size)
            if self._traffic is not None:
                self._service.meter.passed(self._traffic, size)
            # Frames that came together are read without waiting: let others run.
            await asyncio.sleep(0)

    def _hang_up(self, ended: SocketEnd, other: SocketEnd | None) -> None:
        if other is not None:
            other.close(Close(other.name, _passed_on(ended.close_code)))


def _queue() -> Outbox:
    return Outbox(QUEUED, max_characters=QUEUED_CHARACTERS)


def _passed_on(code: int | None) -> int:
    """Return the code that tells the other end of ``code``, which may be none to be sent."""
    if code in _WITHOUT_STATUS:
        return NORMAL
    return GOING_AWAY if code is None or code in _NEVER_SENT else code
