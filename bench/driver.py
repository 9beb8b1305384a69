"""A driver made of aiortc: it holds the lease of a car, and sends commands as a page does."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Protocol

import aiohttp
from aiortc import RTCConfiguration, RTCPeerConnection

from bench.exchange import exchange, offer_to_receive
from bench.light_viewer import drop_media
from bench.target import Target
from protocol.codec import decode, encode
from protocol.messages import (
    Car,
    Drive,
    Driven,
    Error,
    GatewayToBrowser,
    GatewayToDriver,
    Heard,
    LeaseRequest,
    RequestLease,
    Sync,
)

COMMANDS_PER_S = 30.0
SYNC_INTERVAL_S = 2.0
CONNECT_TIMEOUT_S = 15.0
TTL_MS = 400.0


class Channel(Protocol):
    """What is needed of a data channel, once it is open."""

    @property
    def readyState(self) -> str: ...

    def send(self, text: str, /) -> None: ...


class Driver:
    """Single use: ``connect``, then change ``throttle`` and the like; ``close`` at the end.

    Nothing but its data channels is real about the video: ``video_age_ms`` is what it claims.
    """

    def __init__(self) -> None:
        self.throttle: float | None = None
        """None sends nothing at all."""
        self.steering = 0.0
        self.video_age_ms: float | None = 30.0
        self.status: Car | None = None
        self.newest: Driven | None = None
        self.refusals: list[str] = []
        self.reasons: Counter[str] = Counter()
        self.round_trips_ms: list[float] = []
        self.sent_s = float("-inf")
        """When the newest command left, on ``time.monotonic``."""
        self.seq = 0
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        events = self.connection.createDataChannel("events")
        control = self.connection.createDataChannel("control", ordered=False, maxRetransmits=0)
        self.events: Channel = events
        self.control: Channel = control
        self._opened = 0
        self._changed = asyncio.Event()
        for channel in (events, control):
            channel.on("open", self._channel_opened)
        events.on("message", self._told)
        control.on("message", self._answered)
        self._heard: tuple[float, float] | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def connect(self, session: aiohttp.ClientSession, target: Target) -> None:
        """Connect and open both channels; it commands nothing yet."""
        await offer_to_receive(self.connection)
        drop_media(self.connection)
        await exchange(session, target, self.connection)
        await self._becomes(lambda: self._opened == 2, CONNECT_TIMEOUT_S)
        self.begin(self.events, self.control)

    def begin(self, events: Channel, control: Channel, *more: Coroutine[None, None, None]) -> None:
        """Send over these from now on; ``more`` runs as long as this driver."""
        self.events, self.control = events, control
        self._tasks = [asyncio.create_task(work) for work in (self._drive(), self._sync(), *more)]

    def ask(self, message: LeaseRequest) -> None:
        self.events.send(encode(message))

    async def arm(self, deadline_s: float = 10.0) -> None:
        """Take the lease and send neutral commands until the car is armed. TimeoutError."""
        self.ask(RequestLease())
        self.throttle = 0.0
        # What was told before may be out of date: the answer to a command of now is not.
        since = self.seq
        await self._becomes(lambda: self._armed_since(since), deadline_s)

    def _armed_since(self, seq: int) -> bool:
        newest, told = self.newest, self.status
        if newest is None or told is None or newest.reason is not None or newest.seq <= seq:
            return False
        return newest.state == "armed" and told.state == "armed"

    async def _becomes(self, true: Callable[[], object], deadline_s: float) -> None:
        """Wait until ``true()``, which is looked at after each message. Raises TimeoutError."""
        async with asyncio.timeout(deadline_s):
            while not true():
                self._changed.clear()
                await self._changed.wait()

    def _channel_opened(self) -> None:
        self._opened += 1
        self._changed.set()

    def command(self) -> Drive:
        """Return the next command, made now."""
        now_s = time.monotonic()
        self.seq = (self.seq + 1) % (1 << 32)
        heard = (
            Heard(self._heard[0], (now_s - self._heard[1]) * 1000)
            if self._heard is not None
            else None
        )
        session = self.status.session if self.status is not None else None
        return Drive(
            session=session or "none",
            seq=self.seq,
            sent_ms=now_s * 1000,
            ttl_ms=TTL_MS,
            throttle=self.throttle or 0.0,
            steering=self.steering,
            heard=heard,
            video_age_ms=self.video_age_ms,
        )

    def send(self, command: Drive) -> None:
        if self.control.readyState == "open":
            self.control.send(encode(command))
            self.sent_s = time.monotonic()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(ConnectionError):
            await self.connection.close()

    async def _drive(self) -> None:
        due_s = time.monotonic()
        while True:
            if self.throttle is not None:
                self.send(self.command())
            now_s = time.monotonic()
            due_s = max(due_s + 1 / COMMANDS_PER_S, now_s)
            await asyncio.sleep(due_s - now_s)

    async def _sync(self) -> None:
        while self.events.readyState == "open":
            self.events.send(encode(Sync(time.time() * 1000)))
            await asyncio.sleep(SYNC_INTERVAL_S)

    def _told(self, text: str) -> None:
        self._changed.set()
        message: object = decode(text, GatewayToBrowser)
        if isinstance(message, Car):
            self.status = message
        elif isinstance(message, Error):
            self.refusals.append(message.problem.rpartition(":")[2])

    def _answered(self, text: str) -> None:
        now_s = time.monotonic()
        driven: Driven = decode(text, GatewayToDriver)
        self.newest = driven
        self._changed.set()
        self.reasons[driven.reason or "passed"] += 1
        self.round_trips_ms.append(now_s * 1000 - driven.sent_ms)
        if self._heard is None or driven.at_ms > self._heard[0]:
            self._heard = (driven.at_ms, now_s)
