"""The running broker: its clock, its links, and what has to happen with time."""

import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Self

from prometheus_client import CollectorRegistry

from edge.ice_servers import IceServerIssuer
from edge.roles import Role
from protocol.close_codes import GOING_AWAY
from protocol.codec import encode
from protocol.errors import PROBLEM_PREFIX
from protocol.messages import Cameras, Error
from signaling.broker import Broker, FirstMessage, Incoming
from signaling.calls import Calls
from signaling.effects import Close, Effect, Outgoing, Send
from signaling.metrics import SignalingMetrics
from signaling.open_link import OpenLink
from signaling.relay_meter import RelayMeter, Traffic
from signaling.relay_metrics import RelayMetrics
from signaling.settings import SignalingLimits

log = logging.getLogger(__name__)

TICK_S = 0.1


class SignalingService:
    """Carries out what the broker decides. Single use: ``async with SignalingService(): ...``.

    ``cars`` maps car ids to camera or device ids. ``from_loopback`` says that the server
    listens on loopback only, so that devices of this machine may register. ``clock`` is in
    seconds and must not jump.
    """

    def __init__(
        self,
        limits: SignalingLimits | None = None,
        *,
        ice_servers: IceServerIssuer | None = None,
        cars: Mapping[str, str] | None = None,
        from_loopback: bool = False,
        registry: CollectorRegistry | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limits = limits or SignalingLimits()
        self.ice_servers = ice_servers or IceServerIssuer()
        self.cars = dict(cars or {})
        self.clock = clock
        self.broker = Broker(self.limits, ice_servers=self.ice_servers, from_loopback=from_loopback)
        registry = registry or CollectorRegistry()
        self.metrics = SignalingMetrics(registry, self.broker)
        self.calls = Calls()
        self.meter = RelayMeter(self.limits)
        registry.register(RelayMetrics(self.meter))
        self._links: dict[str, OpenLink] = {}
        self._ticking: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._ticking = asyncio.create_task(self._tick(), name="signaling tick")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._ticking is not None:
            self._ticking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ticking
        for conn, link in list(self._links.items()):
            link.close(Close(conn, GOING_AWAY))

    @property
    def links_open(self) -> int:
        return len(self._links)

    @property
    def is_running(self) -> bool:
        """Whether time passes for the broker; without it nothing would ever expire."""
        return self._ticking is not None and not self._ticking.done()

    def ready(self) -> str | None:
        """Readiness check: None, or what is missing."""
        return None if self.is_running else "the broker is not running"

    # Links

    def arrive(
        self, link: OpenLink, address: str, *, transient: bool = False, pushes: bool = False
    ) -> str:
        """Add a link; return the id it goes by, which is unguessable and new."""
        conn = secrets.token_hex(16)
        self._links[conn] = link
        self._perform(
            self.broker.connected(conn, address, self.clock(), transient=transient, pushes=pushes)
        )
        return conn

    def introduce(self, conn: str, message: FirstMessage, role: Role) -> None:
        """Pass on the first message of a link, from somebody with ``role``."""
        self.metrics.messages.labels(message.TYPE).inc()
        self._perform(self.broker.introduced(conn, message, role, self.clock()))

    def call_for_pictures(self, conn: str, camera: str) -> None:
        """Call the gateway of ``camera`` for ``conn``, a link of signaling's own."""
        self._perform(self.broker.pictures_wanted(conn, camera, self.clock()))

    def receive(self, conn: str, message: Incoming) -> None:
        """Pass on a later message of a link."""
        self.metrics.messages.labels(message.TYPE).inc()
        self._perform(self.broker.received(conn, message, self.clock()))

    def leave(self, conn: str) -> None:
        """Forget a link; a second time does nothing."""
        self._links.pop(conn, None)
        self._perform(self.broker.disconnected(conn, self.clock()))

    def has_link(self, conn: str) -> bool:
        """Return whether ``conn`` is still open for the broker."""
        return conn in self._links

    def has_player(self, conn: str) -> bool:
        """Return whether ``conn`` is an open transient link: one WHEP player's session."""
        return conn in self._links and self.broker.is_transient(conn)

    def traffic_of(self, camera: str) -> Traffic:
        """Return the figures of what is relayed for ``camera``."""
        return self.meter.of(camera, time.time() * 1000)

    def refused(self, slug: str) -> None:
        """Count a refusal."""
        self.metrics.refused.labels(slug).inc()

    def _perform(self, effects: Sequence[Effect]) -> None:
        texts: dict[int, str] = {}
        undelivered: list[Send] = []
        for effect in effects:
            link = self._links.get(effect.conn)
            if isinstance(effect, Close):
                self._links.pop(effect.conn, None)
                if effect.slug is not None:
                    self.refused(effect.slug)
                if link is not None:
                    link.close(effect)
            elif link is not None and not self._send(link, effect, texts):
                undelivered.append(effect)
        for send in undelivered:
            self._perform(self.broker.undelivered(send.conn, send.message, self.clock()))

    def _send(self, link: OpenLink, effect: Send, texts: dict[int, str]) -> bool:
        message: Outgoing = effect.message
        # A change of cameras goes to everybody: it is encoded once.
        text = texts.get(id(message))
        if text is None:
            text = texts[id(message)] = encode(message)
        if isinstance(message, Error):
            self._count_error(message)
        return link.deliver(message, text)

    def _count_error(self, error: Error) -> None:
        slug = error.problem.removeprefix(PROBLEM_PREFIX)
        # Gateways word their own problems; a metric's labels must not be theirs to choose.
        self.refused(slug if slug in SESSION_PROBLEMS else "other")

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            try:
                self._perform(self.broker.expire(self.clock()))
            except Exception:
                log.exception("= what time brings failed")


SESSION_PROBLEMS = frozenset(
    {
        "unknown-camera",
        "unknown-session",
        "session-exists",
        "too-many-sessions",
        "gateway-offline",
        "no-common-codec",
        "invalid-sdp",
        "too-many-viewers",
        "camera-taken",
        "too-many-cameras",
        "board-taken",
    }
)


def is_state(message: Outgoing) -> bool:
    """Return whether a newer message of this type makes this one pointless."""
    return isinstance(message, Cameras)
