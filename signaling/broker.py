"""The broker: decides who may say what to whom. Pure; I/O, clock and randomness are outside."""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Literal, cast

from edge.ice_servers import IceServerIssuer
from edge.roles import HUMAN_ROLES, Role
from edge.token_bucket import TokenBucket
from protocol import VERSION
from protocol.close_codes import NORMAL
from protocol.codec import MAX_MESSAGE_BYTES, encode
from protocol.errors import PROBLEM_PREFIX
from protocol.messages import (
    Answer,
    Bye,
    Call,
    CallKind,
    CameraInfo,
    Cameras,
    Candidate,
    Error,
    EventChanged,
    Hello,
    IceServers,
    Introduction,
    Offer,
    Ping,
    Pong,
    RegisterCamera,
    Registered,
    RegisterGateway,
    RoutedOffer,
    Welcome,
)
from signaling.boards import BoardDirectory
from signaling.cameras import CameraDirectory
from signaling.devices import Device, Devices
from signaling.effects import Close, Effect, Outgoing, Send
from signaling.errors import LinkRefused, SessionRefused
from signaling.links import Kind, Link, Links
from signaling.relays import Introducing, Relays
from signaling.renewals import Renewals
from signaling.sessions import Session, Sessions
from signaling.settings import SignalingLimits

log = logging.getLogger(__name__)

BROADCAST_INTERVAL_S = 0.25
"""Changes of cameras reach browsers at most this often; the newest list wins."""

EVENTS_PER_S, EVENT_BURST = 20.0, 60
"""Of one gateway: more changes of events are dropped, and counted."""

FromBrowser = Offer | Candidate | Bye
FromGateway = Cameras | EventChanged | Answer | Candidate | Bye | Error
FromServer = Welcome | Registered
FirstMessage = Introduction | Introducing
Incoming = Introduction | FromBrowser | FromGateway | FromServer | Ping | Pong
"""Everything with a right form. Which of it is right from whom, and when, is decided here."""


class Broker:
    """Links, sessions and cameras, and the messages between them.

    Every input returns what is to be done, in order. Effects name only links that are open at
    that moment, except `Close`, which names one that has just been forgotten. The caller
    carries them out and calls `disconnected` for each link that goes away, as often as it
    likes. ``now`` is in seconds of any clock that does not jump.
    """

    def __init__(
        self,
        limits: SignalingLimits | None = None,
        *,
        ice_servers: IceServerIssuer | None = None,
        from_loopback: bool = False,
    ) -> None:
        self._limits = limits or SignalingLimits()
        self._ice_servers = ice_servers or IceServerIssuer()
        self._renewals = Renewals(self._ice_servers.renew_after_s)
        self._links = Links(self._limits)
        self._sessions = Sessions(self._limits)
        self._directory = CameraDirectory()
        self._boards = BoardDirectory()
        self._devices = Devices(from_loopback=from_loopback)
        self._pushers = Devices(
            from_loopback=from_loopback, push=True, most=self._limits.pushing_cameras
        )
        self._relays = Relays(
            self._limits,
            find_camera=self._directory.link_of,
            find_driven_camera=self._directory.link_to_drive,
            find_board=self._boards.link_of,
        )
        self.events_dropped = 0
        self._changed = False
        self._broadcast_s = float("-inf")

    # What others ask

    def cameras(self) -> tuple[CameraInfo, ...]:
        """Return all cameras, those of absent gateways as offline."""
        return self._directory.listing()

    def device(self, device_id: str) -> Device | None:
        """Return a registered camera device that has a stream of its own."""
        device = self._devices.get(device_id) or self._pushers.get(device_id)
        return device if device is not None and device.stream_url is not None else None

    def has_camera(self, camera: str) -> bool:
        """Return whether a gateway has, or lately had, a camera of this id."""
        try:
            self._directory.link_of(camera)
        except KeyError:
            return False
        return True

    def links_open(self, kind: Kind) -> int:
        """Return how many links of ``kind`` are open."""
        return self._links.count(kind)

    def is_transient(self, conn: str) -> bool:
        """Return whether ``conn`` is open and carries just one session."""
        link = self._links.get(conn)
        return link is not None and link.transient

    @property
    def sessions_open(self) -> int:
        return len(self._sessions)

    @property
    def sessions_waiting(self) -> int:
        """Sessions without an answer yet."""
        return self._sessions.waiting

    def relays_open(self, kind: CallKind) -> int:
        """Return how many boards or drivers are being carried to their gateways."""
        return self._relays.count(kind)

    # What happens

    def connected(
        self,
        conn: str,
        address: str,
        now: float,
        *,
        transient: bool = False,
        pushes: bool = False,
    ) -> list[Effect]:
        """A link opened. Closes it with ``overloaded`` when there are too many."""
        try:
            self._links.add(Link(conn, address, transient, pushes))
        except LinkRefused as refused:
            return [Close(conn, refused.code, refused.slug, refused.detail)]
        return []

    def introduced(self, conn: str, message: FirstMessage, role: Role, now: float) -> list[Effect]:
        """The first message of ``conn``, from somebody whose token gave ``role``."""
        return self._handle(conn, now, lambda link: self._introduce(link, message, role, now))

    def pictures_wanted(self, conn: str, camera: str, now: float) -> list[Effect]:
        """Call the gateway of ``camera`` for its pictures; ``conn`` is signaling's own link."""
        return self._handle(conn, now, lambda link: self._call_for_pictures(link, camera, now))

    def received(self, conn: str, message: Incoming, now: float) -> list[Effect]:
        """Any later message."""
        return self._handle(conn, now, lambda link: self._receive(link, message, now))

    def call_taken(self, conn: str) -> None:
        """A gateway has come for the call of ``conn``. Raises SessionRefused ``unknown-call``."""
        self._relays.take(conn)

    def disconnected(self, conn: str, now: float) -> list[Effect]:
        """A link is gone. Established sessions of it are forgotten without a word."""
        return [*self._drop(conn, now), *self._broadcast(now)]

    def undelivered(self, conn: str, message: Outgoing, now: float) -> list[Effect]:
        """The link ``conn`` had no room for ``message``.

        A gateway's link is shared by all who watch, so it is not closed for what one of them
        sends: the offer or the call is refused instead, as by a gateway that is away.
        """
        if isinstance(message, Call):
            effects = self._fail_calls([message.call], now, "the gateway cannot keep up")
            return [*effects, *self._broadcast(now)]
        session = (
            self._sessions.get(conn, message.session) if isinstance(message, RoutedOffer) else None
        )
        if session is None:
            return []
        problem = PROBLEM_PREFIX + "gateway-offline"
        error = Error(problem, "the gateway cannot keep up", session.id)
        return [Send(session.browser, error), *self._end(session), *self._broadcast(now)]

    def expire(self, now: float) -> list[Effect]:
        """Do what time alone brings. To be called about ten times a second."""
        effects: list[Effect] = []
        for session in self._sessions.overdue(now):
            bye = Bye(session.id, "negotiation timed out")
            effects += [Send(session.browser, bye), Send(session.gateway, bye)]
            effects += self._end(session)
        effects += self._fail_calls(self._relays.overdue(now), now, "the gateway did not come")
        effects += self._renew(now)
        self._changed |= self._directory.expire(now)
        self._boards.expire(now)
        return [*effects, *self._broadcast(now)]

    def _renew(self, now: float) -> list[Effect]:
        """Give browsers new credentials before half the life of the last ones is over."""
        due = self._renewals.due(now)
        return [Send(conn, IceServers(self._ice_servers.issue(conn))) for conn in due]

    def _handle(self, conn: str, now: float, act: Callable[[Link], list[Effect]]) -> list[Effect]:
        link = self._links.get(conn)
        if link is None:
            return []
        try:
            effects = act(link)
        except SessionRefused as refused:
            problem = PROBLEM_PREFIX + refused.slug
            effects = [Send(conn, Error(problem, refused.detail, refused.session))]
            if link.transient:
                effects += self._close(conn, now, NORMAL)
        except LinkRefused as refused:
            effects = self._close(conn, now, refused.code, refused.slug, refused.detail)
        return [*effects, *self._broadcast(now)]

    # First messages

    def _introduce(self, link: Link, message: FirstMessage, role: Role, now: float) -> list[Effect]:
        if link.kind is not Kind.NEW:
            raise LinkRefused("unexpected-message", "this link has introduced itself already")
        if message.v != VERSION:
            raise LinkRefused("unsupported-version", f"v: expected {VERSION}")
        link.role = role
        if isinstance(message, Introducing):
            link.kind = Kind.RELAYED
            gateway, call = self._relays.call(link, message, role, now)
            return [Send(gateway, call)]
        if isinstance(message, Hello):
            if role not in HUMAN_ROLES:
                raise _forbidden(role, "watch")
            link.kind = Kind.BROWSER
            if not link.transient:
                self._renewals.start(link.conn, now)
            return [Send(link.conn, self._welcome(link.conn, role))]
        if isinstance(message, RegisterGateway):
            if not role.allows(Role.GATEWAY):
                raise _forbidden(role, "register a gateway")
            return self._register_gateway(link, message)
        if not role.allows(Role.DEVICE):
            raise _forbidden(role, "register a camera")
        return self._register_device(link, message)

    def _call_for_pictures(self, link: Link, camera: str, now: float) -> list[Effect]:
        link.kind = Kind.RELAYED
        gateway, call = self._relays.call_for_pictures(link.conn, camera, now)
        return [Send(gateway, call)]

    def _welcome(self, peer: str, role: Role) -> Welcome:
        return Welcome(
            peer=peer,
            role=cast(Literal["viewer", "driver", "admin"], role.value),
            heartbeat_s=self._limits.heartbeat_s,
            ice_servers=self._ice_servers.issue(peer),
            cameras=self._directory.listing(),
        )

    def _registered(self) -> Registered:
        return Registered(self._limits.heartbeat_s)

    def _register_gateway(self, link: Link, message: RegisterGateway) -> list[Effect]:
        link.kind, link.identity = Kind.GATEWAY, message.gateway_id
        older, claim = self._directory.register(message.gateway_id, link.conn, message.cameras)
        taken = self._boards.register(message.gateway_id, link.conn, message.boards)
        self._changed = True
        return [
            *self._supersede(older),
            Send(
                link.conn,
                replace(self._registered(), ice_servers=self._ice_servers.issue(link.conn)),
            ),
            *_refusals(link.conn, claim.refused),
            *_refusals(link.conn, ((board, "board-taken") for board in taken)),
        ]

    def _register_device(self, link: Link, message: RegisterCamera) -> list[Effect]:
        older = self._registry(link).register(link.conn, message)
        link.kind, link.identity = Kind.DEVICE, message.device_id
        # Devices make no peer connections: a credential would only be there to be lost.
        return [*self._supersede(older), Send(link.conn, self._registered())]

    def _registry(self, link: Link) -> Devices:
        return self._pushers if link.pushes else self._devices

    def _supersede(self, older: str | None) -> list[Effect]:
        if older is None:
            return []
        # The directory has the new link already, so the time of leaving does not matter.
        detail = "another link registered under the same id"
        return self._close(older, 0.0, LinkRefused("superseded", detail).code, "superseded", detail)

    # Later messages

    def _receive(self, link: Link, message: Incoming, now: float) -> list[Effect]:
        if link.kind is not Kind.NEW and isinstance(message, Ping | Pong):
            return [Send(link.conn, Pong(message.id))] if isinstance(message, Ping) else []
        if link.kind is Kind.BROWSER:
            if isinstance(message, Offer):
                return self._offer(link, message, now)
            if isinstance(message, Candidate):
                return [Send(self._sessions.of(link.conn, message.session).gateway, message)]
            if isinstance(message, Bye):
                session = self._sessions.of(link.conn, message.session)
                return [Send(session.gateway, message), *self._end(session)]
        if link.kind is Kind.GATEWAY:
            return self._from_gateway(link, message, now)
        raise LinkRefused(
            "unexpected-message", f"{message.TYPE} is not for a {link.kind} link to send now"
        )

    def _offer(self, link: Link, message: Offer, now: float) -> list[Effect]:
        try:
            gateway = self._directory.link_of(message.camera)
        except KeyError:
            raise SessionRefused(
                "unknown-camera", f"there is no camera {message.camera}", message.session
            ) from None
        if gateway is None:
            raise SessionRefused(
                "gateway-offline",
                f"the gateway of {message.camera} is not connected",
                message.session,
            )
        role = cast(Literal["viewer", "driver", "admin"], (link.role or Role.VIEWER).value)
        routed = RoutedOffer(
            message.session,
            message.camera,
            message.sdp,
            link.conn,
            role,
            message.relay,
            self._ice_servers.issue(message.session) if message.relay else (),
        )
        if len(encode(routed).encode()) > MAX_MESSAGE_BYTES:
            # A player's offer was never JSON, and a browser's grows by who sent it: too large a
            # message would end the gateway's link, which is everybody's.
            raise SessionRefused("invalid-sdp", "the offer is too large", message.session)
        session = Session(message.session, link.conn, gateway, link.address, opened_s=now)
        self._sessions.open(session)
        return [Send(gateway, routed)]

    def _from_gateway(self, link: Link, message: Incoming, now: float) -> list[Effect]:
        if isinstance(message, EventChanged):
            return self._pass_on(link, message, now)
        if isinstance(message, Cameras):
            claim = self._directory.update(link.identity, message.cameras)
            self._changed = True
            return _refusals(link.conn, claim.refused)
        if isinstance(message, Bye) and self._sessions.get(link.conn, message.session) is None:
            # Its browser left the broker before: the gateway cannot know, and need not.
            return []
        if isinstance(message, Error) and message.session is None:
            log.warning("< gateway %s: %s: %s", link.identity, message.problem, message.detail)
            return []
        if isinstance(message, Answer | Candidate | Bye | Error):
            session = self._sessions.of(link.conn, message.session or "")
            effects: list[Effect] = [Send(session.browser, message)]
            if isinstance(message, Answer):
                if session.answered:
                    raise LinkRefused("unexpected-message", "the session has its answer already")
                self._sessions.answered(session)
            elif isinstance(message, Bye | Error):
                effects += self._end(session)
            return effects
        raise LinkRefused("unexpected-message", f"{message.TYPE} is not for a gateway to send")

    def _pass_on(self, link: Link, change: EventChanged, now: float) -> list[Effect]:
        """Tell all browsers of an event; it is stored nowhere here.

        What a gateway says of cameras that it does not have, or more than anybody could look at,
        goes nowhere: each message goes to everybody.
        """
        if not self._owns(link, change.event.camera):
            return []
        if link.events is None:
            link.events = TokenBucket(EVENTS_PER_S, EVENT_BURST, now)
        if not link.events.take(now):
            self.events_dropped += 1
            return []
        return [Send(browser.conn, change) for browser in self._links.watching()]

    def _owns(self, link: Link, camera: str) -> bool:
        try:
            return self._directory.link_of(camera) == link.conn
        except KeyError:
            return False

    # Endings

    def _fail_calls(self, calls: Sequence[str], now: float, detail: str) -> list[Effect]:
        refused = LinkRefused("gateway-offline", detail)
        closed = [self._close(call, now, refused.code, refused.slug, detail) for call in calls]
        return [effect for effects in closed for effect in effects]

    def _end(self, session: Session) -> list[Effect]:
        self._sessions.end(session)
        browser = self._links.get(session.browser)
        if browser is not None and browser.transient:
            self._links.remove(browser.conn)
            return [Close(browser.conn, NORMAL)]
        return []

    def _close(
        self, conn: str, now: float, code: int, slug: str | None = None, detail: str = ""
    ) -> list[Effect]:
        effects = self._drop(conn, now)
        return [*effects, Close(conn, code, slug, detail)]

    def _drop(self, conn: str, now: float) -> list[Effect]:
        """Forget a link and what hangs on it.

        A browser's established sessions flow on without the broker, so their gateway hears
        nothing. Those still being negotiated cannot, and the other end is told.
        """
        link = self._links.remove(conn)
        self._renewals.stop(conn)
        if link is None:
            return []
        effects: list[Effect] = []
        for session in self._sessions.of_link(conn):
            if not session.answered and session.browser == conn:
                effects.append(Send(session.gateway, Bye(session.id, "the browser left")))
            elif not session.answered:
                detail = "the gateway left before it answered"
                problem = PROBLEM_PREFIX + "gateway-offline"
                effects.append(Send(session.browser, Error(problem, detail, session.id)))
            effects += self._end(session)
        if link.kind is Kind.GATEWAY:
            self._changed |= self._directory.gone(link.identity, conn, now)
            self._boards.gone(link.identity, conn, now)
            detail = "the gateway left before it came"
            effects += self._fail_calls(self._relays.waiting_for(conn), now, detail)
        elif link.kind is Kind.DEVICE:
            self._registry(link).gone(link.identity, conn)
        elif link.kind is Kind.RELAYED:
            self._relays.remove(conn)
        return effects

    def _broadcast(self, now: float) -> list[Effect]:
        if not self._changed or now - self._broadcast_s < BROADCAST_INTERVAL_S:
            return []
        self._changed = False
        self._broadcast_s = now
        message = Cameras(self._directory.listing())
        return [Send(link.conn, message) for link in self._links.watching()]


def _forbidden(role: Role, what: str) -> LinkRefused:
    return LinkRefused("forbidden", f"the token of a {role} may not {what}")


def _refusals(conn: str, refused: Iterable[tuple[str, str]]) -> list[Effect]:
    details = {
        "camera-taken": "another gateway has a camera with the id",
        "too-many-cameras": "there are too many cameras to list",
        "board-taken": "another gateway has a board with the id",
    }
    return [
        Send(conn, Error(PROBLEM_PREFIX + slug, f"{details[slug]} {id_}")) for id_, slug in refused
    ]
