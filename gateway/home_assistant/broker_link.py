"""The connection to the MQTT broker: held for ever, whatever the broker does."""

import asyncio
import contextlib
import logging
import secrets
import ssl
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import aiomqtt
from paho.mqtt.reasoncodes import ReasonCode

from gateway.backoff import Backoff
from gateway.home_assistant.ending import ended
from gateway.home_assistant.message import Message, Received, SnapshotOf
from gateway.home_assistant.outbox import Outbox
from gateway.home_assistant.settings import MqttSettings
from gateway.home_assistant.states import OFFLINE
from gateway.home_assistant.topics import Topics

logger = logging.getLogger(__name__)

RETRY_FIRST_S, RETRY_MOST_S = 0.5, 30.0
REFUSED_RETRY_S = 15.0
"""A broker that wants a person (wrong password) is asked again this rarely."""
STABLE_S = 5.0
"""A connection that held for this long worked: after it the first attempt is made soon again."""
REPLY_TIMEOUT_S = 5.0
"""A broker that takes longer to answer, or to take a message, is given up."""
KEEPALIVE_S = 15
"""After one and a half of these the broker tells that the gateway is gone."""
MAX_RECEIVED = 256
AT_LEAST_ONCE = 1
_REFUSALS = frozenset({4, 5, 134, 135})
"""Wrong name or password, in MQTT 3.1.1 and 5."""


class UnusableAuthority(aiomqtt.MqttError):
    """The certificate that the broker's is to be checked by cannot be read."""


@dataclass(frozen=True, slots=True)
class LinkHooks:
    """``connected`` fills the outbox; ``snapshot`` gives a JPEG, if it is to be sent."""

    connected: Callable[[], None]
    received: Callable[[Received], None]
    snapshot: Callable[[SnapshotOf], Awaitable[bytes | None]]


class BrokerLink:
    """Sends what the outbox gives, one message after the other, each until the broker has it."""

    def __init__(
        self, settings: MqttSettings, topics: Topics, outbox: Outbox, hooks: LinkHooks
    ) -> None:
        self.connected = False
        self.connects = 0
        self.published = 0
        self.problem: str | None = None
        """Why there is no connection, in words."""
        self._settings = settings
        self._topics = topics
        self._outbox = outbox
        self._hooks = hooks
        self._told: str | None = None
        self._connected_s = 0.0
        self._sending = False
        self._sent = asyncio.Event()
        # Of its own for each process: two of one name would throw each other out for ever.
        self._client_id = f"peerlens-{secrets.token_hex(6)}"

    async def run(self) -> NoReturn:
        """Connect, and again when that fails or ends."""
        backoff = Backoff(RETRY_FIRST_S, RETRY_MOST_S)
        while True:
            delay_s = backoff.next_delay_s()
            try:
                await self._connect_once()
            except aiomqtt.MqttError as error:
                if _is_cancelled():
                    # The client failed to say goodbye, and raised that instead.
                    raise asyncio.CancelledError from error
                if self.connected and time.monotonic() - self._connected_s >= STABLE_S:
                    backoff.reset()
                if _is_refusal(error):
                    delay_s = max(delay_s, REFUSED_RETRY_S)
                self.problem = self._words(error)
            except Exception as error:
                # A defect, but one that must not end it for good.
                logger.exception("mqtt: failed unexpectedly")
                self.problem = f"unexpected {type(error).__name__}"
            finally:
                self.connected = False
            self._tell(delay_s)
            await asyncio.sleep(delay_s)

    async def flushed(self, timeout_s: float) -> bool:
        """Wait until the broker has all that waits; says whether it has."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while self.connected and (len(self._outbox) or self._sending):
                    self._sent.clear()
                    await self._sent.wait()
        return self.connected and not len(self._outbox)

    async def _connect_once(self) -> None:
        """Hold one connection until it breaks. Raises aiomqtt.MqttError."""
        client = await self._client()
        async with client:
            for topic in self._topics.subscriptions:
                await client.subscribe(topic, qos=AT_LEAST_ONCE)
            self.connects += 1
            self.connected = True
            self._connected_s = time.monotonic()
            self.problem = self._told = None
            logger.info("= mqtt: connected to %s:%d", *self._address)
            self._hooks.connected()
            tasks: set[asyncio.Task[None]] = {
                asyncio.create_task(self._send(client)),
                asyncio.create_task(self._receive(client)),
            }
            try:
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                await ended(tasks)
            for task in done:
                task.result()

    async def _client(self) -> aiomqtt.Client:
        settings = self._settings
        try:
            context = await asyncio.to_thread(_tls, settings.tls_ca) if settings.tls else None
        except (OSError, ValueError) as error:
            raise UnusableAuthority(f"{settings.tls_ca} cannot be used: {error}") from error
        host, port = self._address
        return aiomqtt.Client(
            host,
            port,
            username=settings.username,
            password=settings.password,
            identifier=self._client_id,
            will=aiomqtt.Will(self._topics.availability, OFFLINE, AT_LEAST_ONCE, retain=True),
            tls_context=context,
            timeout=REPLY_TIMEOUT_S,
            keepalive=KEEPALIVE_S,
            max_queued_incoming_messages=MAX_RECEIVED,
        )

    @property
    def _address(self) -> tuple[str, int]:
        return self._settings.host, self._settings.port_in_use

    async def _send(self, client: aiomqtt.Client) -> NoReturn:
        while True:
            message = await self._outbox.get()
            self._sending = True
            try:
                await self._publish(client, message)
            finally:
                self._sending = False
                self._sent.set()

    async def _publish(self, client: aiomqtt.Client, message: Message) -> None:
        payload: str | bytes | None
        if isinstance(message.payload, SnapshotOf):
            payload = await self._hooks.snapshot(message.payload)
            if payload is None:
                return
        else:
            payload = message.payload
        # It waits for the broker's word: nothing piles up behind a slow one but the outbox.
        await client.publish(message.topic, payload, AT_LEAST_ONCE, message.retain)
        self.published += 1

    async def _receive(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            payload = message.payload if isinstance(message.payload, bytes) else b""
            self._hooks.received(Received(str(message.topic), payload, message.retain))

    def _words(self, error: aiomqtt.MqttError) -> str:
        where = f"{self._address[0]}:{self._address[1]}"
        if isinstance(error, UnusableAuthority):
            return f"mqtt.tls_ca: {error}"
        if _is_refusal(error):
            return f"{where} refuses the username or the password"
        if self.connected:
            return f"the connection to {where} broke: {_cause(error)}"
        return f"{where} cannot be reached: {_cause(error)}"

    def _tell(self, delay_s: float) -> None:
        # Once for each reason: a broker may be away for days.
        level = logging.DEBUG if self.problem == self._told else logging.WARNING
        self._told = self.problem
        logger.log(level, "= mqtt: %s; next try in %.1f s", self.problem, delay_s)


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _tls(authority: Path | None) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(authority) if authority else None)


def _is_refusal(error: aiomqtt.MqttError) -> bool:
    code = error.rc if isinstance(error, aiomqtt.MqttCodeError) else None
    return (code.value if isinstance(code, ReasonCode) else code) in _REFUSALS


def _cause(error: aiomqtt.MqttError) -> str:
    cause = error.__cause__ if isinstance(error.__cause__, Exception) else error
    return str(cause)[:200] or "no answer in time"
