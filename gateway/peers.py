"""All viewers of a gateway: opening within the limit, deadlines, heartbeat, closing."""

import asyncio
import logging
import time
from collections.abc import Mapping

from aiortc import RTCIceServer

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
from gateway.settings import WebrtcSettings
from protocol.messages import Candidate

logger = logging.getLogger(__name__)

SWEEP_INTERVAL_S = 1.0
SWEEP_PARTS = 10
"""A tenth of the viewers at a time: all at once would hold up a frame."""
JOIN_SPACING_S = 0.01
"""Answering takes some 5 ms of the event loop: between two of them, frames have their turn."""


class Peers:
    """``async with peers:`` watches over them. On the event loop only."""

    def __init__(
        self,
        cameras: Mapping[str, Camera],
        cars: Cars,
        settings: WebrtcSettings,
        certificate: SharedCertificate,
    ) -> None:
        self._cameras = cameras
        self._cars = cars
        self._settings = settings
        self._ice_servers = [
            RTCIceServer(list(server.urls), server.username, server.credential)
            for server in settings.ice_servers
        ]
        self._peers: dict[str, Peer] = {}
        self._closer = Closer(settings.close_timeout_s)
        self._certificate = certificate
        self._sweeper: asyncio.Task[None] | None = None
        self._accepting = True
        self._door = asyncio.Lock()
        self._next_turn_s = 0.0
        self.opened = 0
        self.left = {camera_id: DeliveryCounts() for camera_id in cameras}
        """By camera, what was done for the viewers that have left."""
        self.ended: Hub[Peer] = Hub()
        """Each peer that has ended, whoever ended it."""

    async def __aenter__(self) -> "Peers":
        self._sweeper = asyncio.create_task(self._sweep(), name="sweep peers")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._accepting = False
        for peer in list(self._peers.values()):
            peer.close("the gateway stops")
        if self._sweeper is not None:
            self._sweeper.cancel()
            await asyncio.wait({self._sweeper})
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

    async def open(self, session: str, camera_id: str, offer: str, role: Role = Role.VIEWER) -> str:
        """Start a peer under the name ``session`` and return its answer.

        ``role`` decides whether it may drive.
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
            self._ice_servers,
            self._certificate.newest(),
            self._closed,
            role=role,
            car=self._cars.of_camera(camera_id),
        )
        self._peers[session] = peer
        self.opened += 1
        try:
            # STUN and TURN have their own deadline within; this one is for what has none.
            async with asyncio.timeout(self._settings.connect_timeout_s):
                await self._turn()
                return await peer.answer(offer, self._settings.gather_timeout_s)
        except ViewerRefused as error:
            peer.close(str(error))
            raise
        except BaseException:
            peer.close("no answer could be made")
            raise

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
