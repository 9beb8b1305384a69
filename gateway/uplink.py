"""The gateway's link to signaling: registers, answers offers, reports cameras, for ever.

A link that breaks touches no viewer: media flows beside it, and the next link registers the
same cameras again.
"""

import asyncio
import contextlib
import logging
from collections.abc import Iterator
from typing import NoReturn

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientWebSocketResponse,
    ClientWSTimeout,
    WSMsgType,
)

from edge.roles import Role
from gateway.backoff import Backoff
from gateway.errors import UnknownSession, ViewerRefused
from gateway.gateway import Gateway
from gateway.own_address import until_gone
from gateway.peer import Peer
from gateway.relay_calls import RelayCalls
from gateway.settings import UplinkSettings
from protocol.codec import MAX_MESSAGE_BYTES, decode, encode
from protocol.errors import PROBLEM_PREFIX, ProtocolError
from protocol.messages import (
    Answer,
    Bye,
    Call,
    Cameras,
    Candidate,
    Error,
    EventChanged,
    GatewayToSignaling,
    Ping,
    Pong,
    Registered,
    RegisterGateway,
    RoutedOffer,
    SignalingToGateway,
)

logger = logging.getLogger(__name__)

CONNECT_TIMEOUT_S = 5.0
REPLY_TIMEOUT_S = 5.0
RETRY_FIRST_S, RETRY_MOST_S = 0.2, 2.0
REFUSED_RETRY_S = 10.0
"""After a refusal that needs a person (a wrong token), ask again this rarely."""
NEEDS_A_PERSON = frozenset({4400, 4401, 4403, 4426})
SUPERSEDED = 4409
REPORT_INTERVAL_S = 0.25
"""Changes of cameras within this time are told as one."""
MAX_NEGOTIATIONS = 64
"""Offers that may be in the making; more are refused as overload."""
MAX_EVENTS = 128
"""Changes of events that wait to be told; of more, the newest are not. The API knows all."""
MAX_ENDINGS = 1_024
"""Ended sessions that wait to be told; of more, signaling learns when the link ends."""


class Superseded(Exception):
    """Another gateway registered under this one's id. Trying again would throw it out in turn."""


class LinkLost(Exception):
    """The link ended. ``needs_a_person``: trying again soon makes no sense."""

    def __init__(self, detail: str, needs_a_person: bool = False) -> None:
        super().__init__(detail)
        self.needs_a_person = needs_a_person


class Uplink:
    """``async with uplink:`` keeps the link up."""

    def __init__(self, gateway: Gateway, settings: UplinkSettings) -> None:
        self._gateway = gateway
        self._settings = settings
        self._task: asyncio.Task[None] | None = None
        self._told: str | None = None
        self.problem: str | None = "not connected yet"
        """Why there is no link, in words; None while there is one."""

    async def __aenter__(self) -> "Uplink":
        self._task = asyncio.create_task(self._run(), name="uplink")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _run(self) -> None:
        backoff = Backoff(RETRY_FIRST_S, RETRY_MOST_S)
        async with (
            ClientSession() as session,
            RelayCalls(
                session, self._settings, self._gateway.cars, self._gateway.picture_viewers
            ) as calls,
        ):
            while True:
                delay_s = backoff.next_delay_s()
                try:
                    await self._connect_once(session, calls)
                except Superseded:
                    self.problem = (
                        f"another gateway has registered as {self._settings.gateway_id!r}: give"
                        " each its own signaling.gateway_id, and start this one again"
                    )
                    logger.error("= signaling: %s", self.problem)
                    return
                except LinkLost as error:
                    if self.problem is None:
                        backoff.reset()
                    if error.needs_a_person:
                        delay_s = REFUSED_RETRY_S
                    self.problem = str(error)
                except (ClientError, OSError, TimeoutError) as error:
                    self.problem = f"{self._settings.url} cannot be reached: {_reason(error)}"
                except Exception as error:
                    # A defect, but one that must not take the gateway off the net for good.
                    logger.exception("the uplink failed unexpectedly")
                    self.problem = f"unexpected {type(error).__name__}"
                self._tell(delay_s)
                await asyncio.sleep(delay_s)

    def _tell(self, delay_s: float) -> None:
        # Once for each reason: a broker may be away for days.
        level = logging.DEBUG if self.problem == self._told else logging.WARNING
        self._told = self.problem
        logger.log(level, "= signaling: %s; next try in %.1f s", self.problem, delay_s)

    async def _connect_once(self, session: ClientSession, calls: RelayCalls) -> None:
        """Hold one link until it breaks; raises :class:`LinkLost`, ClientError or TimeoutError."""
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            socket = await session.ws_connect(
                self._settings.url,
                max_msg_size=MAX_MESSAGE_BYTES,
                timeout=ClientWSTimeout(ws_close=2.0),
            )
        async with socket:
            link = _Link(socket, self._gateway, calls)
            with link.watching():
                await self._hold(link)

    async def _hold(self, link: "_Link") -> NoReturn:
        heartbeat_s = await link.register(self._settings)
        self.problem = self._told = None
        logger.info("= registered with %s as %s", self._settings.url, self._settings.gateway_id)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(link.report_cameras())
                tasks.create_task(link.report_endings())
                tasks.create_task(link.report_events())
                tasks.create_task(link.ping(heartbeat_s))
                tasks.create_task(link.keep_address())
                await link.serve(tasks)
        except ExceptionGroup as group:
            raise _first_cause(group) from None


def _reason(error: Exception) -> str:
    """Return why a connection failed, without the library's decorations."""
    if isinstance(error, ClientConnectorError):
        return error.os_error.strerror or str(error.os_error)
    return str(error) or "no answer in time"


def _first_cause(group: ExceptionGroup[Exception]) -> Exception:
    """Return what broke the link, among the tasks that all failed because of it."""
    lost = group.subgroup((LinkLost, Superseded))
    cause = (lost or group).exceptions[0]
    return _first_cause(cause) if isinstance(cause, ExceptionGroup) else cause


class _Link:
    """One WebSocket to signaling."""

    def __init__(
        self, socket: ClientWebSocketResponse, gateway: Gateway, calls: RelayCalls
    ) -> None:
        self._socket = socket
        self._gateway = gateway
        self._calls = calls
        self._cameras_changed = asyncio.Event()
        self._sessions: set[str] = set()
        """Sessions answered on this link that signaling believes to be going on."""
        self._events: asyncio.Queue[EventChanged] = asyncio.Queue(MAX_EVENTS)
        self._endings: asyncio.Queue[Bye] = asyncio.Queue(MAX_ENDINGS)
        self._last_heard_s = 0.0
        self._negotiations = 0

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Note what is to be reported, from before the cameras are registered."""
        with (
            self._gateway.watching_changes(self._cameras_changed.set),
            self._gateway.peers.ended.subscribed(self._ended),
            self._gateway.events.subscribed(self._event_changed),
        ):
            yield

    async def register(self, settings: UplinkSettings) -> float:
        """Introduce the gateway; returns the heartbeat interval in seconds."""
        await self._send(
            RegisterGateway(
                settings.gateway_id,
                self._gateway.infos,
                token=settings.token,
                boards=self._gateway.cars.boards,
            )
        )
        async with asyncio.timeout(REPLY_TIMEOUT_S):
            reply = await self._receive()
        if isinstance(reply, Error):
            raise LinkLost(reply.detail, await self._closed_for_a_person())
        if not isinstance(reply, Registered):
            raise LinkLost(f"expected registered, got {type(reply).__name__}")
        self._gateway.peers.expect_servers(reply.ice_servers)
        return reply.heartbeat_s

    async def _closed_for_a_person(self) -> bool:
        """Whether the close that follows a refusal says that trying again is pointless."""
        try:
            async with asyncio.timeout(REPLY_TIMEOUT_S):
                await self._receive()
        except LinkLost as error:
            return error.needs_a_person
        return False

    async def report_cameras(self) -> None:
        """Tell signaling the cameras when they change, the newest state only."""
        while True:
            await self._cameras_changed.wait()
            self._cameras_changed.clear()
            await self._send(Cameras(self._gateway.infos))
            await asyncio.sleep(REPORT_INTERVAL_S)

    async def report_endings(self) -> None:
        """Say bye for viewers that vanished: signaling counts their sessions until then."""
        while True:
            await self._send(await self._endings.get())

    async def report_events(self) -> None:
        """Tell what moved; signaling tells its browsers."""
        while True:
            await self._send(await self._events.get())

    def _event_changed(self, change: EventChanged) -> None:
        with contextlib.suppress(asyncio.QueueFull):
            self._events.put_nowait(change)

    def _ended(self, peer: Peer) -> None:
        if peer.session not in self._sessions:
            return
        self._sessions.discard(peer.session)
        with contextlib.suppress(asyncio.QueueFull):
            self._endings.put_nowait(Bye(peer.session, peer.ended_because[:500]))

    async def ping(self, interval_s: float) -> None:
        """Find out that signaling is gone even when the connection stays open."""
        count = 0
        loop = asyncio.get_running_loop()
        self._last_heard_s = loop.time()
        while True:
            await self._send(Ping(count))
            await asyncio.sleep(interval_s)
            if loop.time() - self._last_heard_s > 2 * interval_s:
                raise LinkLost(f"silent for {2 * interval_s:g} s")
            count = (count + 1) & 0xFFFFFFFF

    async def keep_address(self) -> None:
        """Find out at once that nothing can come back: this machine is in another network."""
        address = str(self._socket.get_extra_info("sockname")[0])
        await until_gone(address)
        raise LinkLost(f"this machine no longer has the address {address}")

    async def serve(self, tasks: asyncio.TaskGroup) -> NoReturn:
        """Do what signaling asks for, until the link breaks."""
        while True:
            message = await self._receive()
            self._last_heard_s = asyncio.get_running_loop().time()
            if isinstance(message, RoutedOffer):
                await self._take_offer(message, tasks)
            elif isinstance(message, Candidate):
                await self._add_candidate(message)
            elif isinstance(message, Bye):
                self._sessions.discard(message.session)
                with contextlib.suppress(ViewerRefused):
                    self._gateway.peers.close(message.session, message.reason or "bye")
            elif isinstance(message, Call):
                self._calls.take(message)
            elif isinstance(message, Ping):
                await self._send(Pong(message.id))
            elif isinstance(message, Error):
                logger.warning("< signaling refused: %s", message.detail)

    async def _take_offer(self, offer: RoutedOffer, tasks: asyncio.TaskGroup) -> None:
        if self._negotiations >= MAX_NEGOTIATIONS:
            await self._refuse(offer.session, "too-many-viewers", "too many viewers are joining")
            return
        self._negotiations += 1
        tasks.create_task(self._answer(offer), name=f"answer {offer.session[:8]}")
        # Candidates and a bye may have come with it: let the session exist before they are read.
        await asyncio.sleep(0)

    async def _answer(self, offer: RoutedOffer) -> None:
        try:
            sdp = await self._gateway.peers.open(
                offer.session,
                offer.camera,
                offer.sdp,
                Role(offer.role),
                relay=offer.relay,
                ice_servers=offer.ice_servers,
            )
        except UnknownSession as error:
            logger.info("= %s", error)
        except ViewerRefused as error:
            await self._refuse(offer.session, error.slug, str(error))
        except TimeoutError:
            await self._refuse(offer.session, "timeout", "no answer could be made in time")
        except Exception:
            # A defect, but one viewer's: the link serves all the others.
            logger.exception("an offer failed unexpectedly")
            await self._refuse(offer.session, "internal-error", "the gateway failed")
        else:
            self._sessions.add(offer.session)
            await self._send(Answer(offer.session, sdp))
        finally:
            self._negotiations -= 1

    async def _add_candidate(self, candidate: Candidate) -> None:
        try:
            await self._gateway.peers.add_candidate(candidate)
        except ViewerRefused as error:
            # Candidates may trickle in after the viewer has gone; nobody needs to know.
            logger.debug("< candidate ignored: %s", error)

    async def _refuse(self, session: str, slug: str, detail: str) -> None:
        await self._send(Error(PROBLEM_PREFIX + slug, detail[:500], session))

    async def _send(self, message: GatewayToSignaling) -> None:
        try:
            async with asyncio.timeout(REPLY_TIMEOUT_S):
                await self._socket.send_str(encode(message))
        except TimeoutError:
            raise LinkLost("signaling does not read") from None

    async def _receive(self) -> SignalingToGateway:
        message = await self._socket.receive()
        if message.type is WSMsgType.TEXT:
            try:
                return decode(message.data, SignalingToGateway)
            except ProtocolError as error:
                raise LinkLost(f"signaling sent what version 1 does not know: {error}") from error
        if message.type is WSMsgType.ERROR:
            raise LinkLost(f"the link broke: {message.data}")
        code = self._socket.close_code
        if code == SUPERSEDED:
            raise Superseded
        raise LinkLost(f"signaling closed the link with {code}", code in NEEDS_A_PERSON)
