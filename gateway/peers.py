"""All viewers of a gateway: opening within the limit, deadlines, heartbeat, closing."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Mapping

from edge.ice_servers import IceServerIssuer
from edge.roles import Role
from gateway.camera import Camera
from gateway.certificate import SharedCertificate
from gateway.closing import Closer
from gateway.delivery import DeliveryCounts
from gateway.drive.cars import Cars
from gateway.errors import (
    GatewayClosing,
    SessionExists,
    TooManyViewers,
    UnknownCamera,
    UnknownSession,
    ViewerRefused,
)
from gateway.hub import Hub
from gateway.peer import Peer, PeerState
from gateway.remote_candidates import CandidateSieve, Fault
from gateway.settings import WebrtcSettings
from gateway.turn_choice import TurnChoice
from protocol.messages import Candidate, EventChanged, IceServer

logger = logging.getLogger(__name__)

SWEEP_INTERVAL_S = 1.0
SWEEP_PARTS = 10
"""A tenth of the viewers at a time: all at once would hold up a frame."""
JOIN_SPACING_S = 0.01
"""Answering takes some 5 ms of the event loop: between two of them, frames have their turn."""
RELAYED_GATHERING = 2.0
"""Getting a relayed address takes five round trips where it needs TLS: it may take longer."""


class Peers:
    """``async with peers:`` watches over them. On the event loop only.

    ``events``: what viewers are told of. ``from_loopback``: the gateway serves this machine alone,
    so a viewer may be on loopback.
    """

    def __init__(
        self,
        cameras: Mapping[str, Camera],
        cars: Cars,
        settings: WebrtcSettings,
        certificate: SharedCertificate,
        *,
        events: Hub[EventChanged] | None = None,
        from_loopback: bool = False,
    ) -> None:
        # An empty hub is false.
        self._events: Hub[EventChanged] = events if events is not None else Hub()
        self._from_loopback = from_loopback
        self._cameras = cameras
        self._cars = cars
        self._settings = settings
        self._issuer = IceServerIssuer(settings)
        self._registered_servers: tuple[IceServer, ...] = ()
        self.turn_choice = TurnChoice()
        self._peers: dict[str, Peer] = {}
        self._closer = Closer(settings.close_timeout_s)
        self._certificate = certificate
        self._sweeper: asyncio.Task[None] | None = None
        self._accepting = True
        self._door = asyncio.Lock()
        self._next_turn_s = 0.0
        self.opened = 0
        self.candidates_refused: Counter[Fault] = Counter()
        self.left = {camera_id: DeliveryCounts() for camera_id in cameras}
        """By camera, what was done for the viewers that have left."""
        self.ended: Hub[Peer] = Hub()
        """Each peer that has ended, whoever ended it."""

    async def __aenter__(self) -> "Peers":
        self.turn_choice.expect(self._issuer.issue(""))
        self._sweeper = asyncio.create_task(self._sweep(), name="sweep peers")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._accepting = False
        for peer in list(self._peers.values()):
            peer.close("the gateway stops")
        if self._sweeper is not None:
            self._sweeper.cancel()
            await asyncio.wait({self._sweeper})
        await self.turn_choice.close()
        await self._closer.finish()

    def __len__(self) -> int:
        return len(self._peers)

    def all(self) -> list[Peer]:
        return list(self._peers.values())

    @property
    def closing(self) -> int:
        return self._closer.closing

    @property
    def closes_overdue(self) -> int:
        return self._closer.overdue

    def expect_servers(self, servers: tuple[IceServer, ...]) -> None:
        """Learn from signaling which STUN and TURN servers there are, where none is configured."""
        self._registered_servers = servers
        self.turn_choice.expect(servers)

    async def open(
        self,
        session: str,
        camera_id: str,
        offer: str,
        role: Role = Role.VIEWER,
        *,
        relay: bool = False,
        ice_servers: tuple[IceServer, ...] = (),
    ) -> str:
        """Start a peer under the name ``session`` and return its answer.

        ``role`` decides whether it may drive. With ``relay`` it gets a relayed address, too, from
        ``ice_servers`` or else from what is configured; without, its own address by STUN only,
        which makes for a quick answer.
        Raises :class:`ViewerRefused` in one of its kinds.
        """
        if not self._accepting:
            raise GatewayClosing("the gateway is stopping")
        camera = self._cameras.get(camera_id)
        if camera is None:
            raise UnknownCamera(f"no camera {camera_id!r}")
        if session in self._peers:
            raise SessionExists(f"session {session!r} exists already")
        if len(self._peers) >= self._settings.max_viewers:
            raise TooManyViewers(f"{self._settings.max_viewers} viewers are watching already")
        peer = Peer(
            session,
            camera,
            self._certificate.newest(),
            self._closed,
            role=role,
            car=self._cars.of_camera(camera_id),
            events=self._events,
            sieve=CandidateSieve(self._from_loopback, self.candidates_refused),
        )
        self._peers[session] = peer
        self.opened += 1
        try:
            # STUN and TURN have their own deadline within; this one is for what has none.
            async with asyncio.timeout(self._settings.connect_timeout_s):
                await self._turn()
                return await self._answer(peer, offer, relay, ice_servers)
        except ViewerRefused as error:
            peer.close(str(error))
            raise
        except BaseException:
            peer.close("no answer could be made")
            raise

    async def _answer(
        self, peer: Peer, offer: str, relay: bool, given: tuple[IceServer, ...]
    ) -> str:
        servers = given or self._issuer.issue(peer.session) or self._registered_servers
        plan = await self.turn_choice.plan(servers, relay=relay)
        timeout_s = self._settings.gather_timeout_s
        if plan.relay is not None:
            timeout_s *= RELAYED_GATHERING
        answer = await peer.answer(offer, plan, timeout_s)
        self.turn_choice.report(plan, peer.gathered)
        return answer

    async def _turn(self) -> None:
        """Wait until it is this viewer's turn to be answered: at once, but in a storm."""
        # Who leaves this queue leaves no gap behind: a turn is taken when it has come.
        async with self._door:
            wait_s = self._next_turn_s - time.monotonic()
            if wait_s > 0:
                await asyncio.sleep(wait_s)
            self._next_turn_s = time.monotonic() + JOIN_SPACING_S

    async def add_candidate(self, candidate: Candidate) -> None:
        """Pass a trickled candidate on. Raises UnknownSession or InvalidSdp."""
        await self._peer(candidate.session).add_candidate(candidate)

    def close(self, session: str, reason: str) -> None:
        """End a session. Raises UnknownSession."""
        self._peer(session).close(reason)

    def _peer(self, session: str) -> Peer:
        try:
            return self._peers[session]
        except KeyError:
            raise UnknownSession(f"no session {session!r}") from None

    def _closed(self, peer: Peer) -> None:
        del self._peers[peer.session]
        self.left[peer.camera.id] = self.left[peer.camera.id].plus(peer.delivery)
        self._closer.close(peer.connection, after=peer.gathering)
        self.ended.publish(peer)

    async def _sweep(self) -> None:
        while True:
            for part in range(SWEEP_PARTS):
                await asyncio.sleep(SWEEP_INTERVAL_S / SWEEP_PARTS)
                now_s = time.monotonic()
                for peer in self.all()[part::SWEEP_PARTS]:
                    try:
                        self._look_after(peer, now_s)
                    except Exception:
                        # A defect with one viewer must not take the deadlines from all others.
                        logger.exception("a viewer could not be looked after")

    def _look_after(self, peer: Peer, now_s: float) -> None:
        reason = self._overdue(peer, now_s)
        if reason is not None:
            peer.close(reason)
        else:
            peer.tick(now_s)

    def _overdue(self, peer: Peer, now_s: float) -> str | None:
        if peer.state is not PeerState.CONNECTED:
            if now_s - peer.started_s > self._settings.connect_timeout_s:
                return "not connected in time"
        elif peer.has_heartbeat and now_s - peer.heard_s > self._settings.silence_timeout_s:
            return "heartbeat lost"
        return None
