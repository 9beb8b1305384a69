"""``GET /api/viewers``: who watches what, and how it gets there."""

import time
from dataclasses import dataclass

from aiohttp import web

from edge.auth import AUTHENTICATOR
from edge.roles import Role
from gateway.gateway import Gateway
from gateway.peer import Peer
from protocol.codec import to_wire
from protocol.messages import Delivery

MOST_SHOWN, LEAST_HIDDEN = 8, 2 / 3


@dataclass(frozen=True)
class ViewerInfo:
    """One open session. ``watched_s`` counts from its offer, ``bytes`` the RTP payload."""

    session: str
    camera: str
    state: str
    watched_s: float
    packets: int
    bytes: int
    delivery: Delivery


def viewer_routes(gateway: Gateway) -> list[web.RouteDef]:
    """Return ``GET /api/viewers``: a JSON array of ViewerInfo, the oldest first; role admin."""

    async def viewers(request: web.Request) -> web.Response:
        await request.app[AUTHENTICATOR].require(request, Role.ADMIN)
        now_s = time.monotonic()
        return web.json_response(
            [to_wire(_info(peer, now_s)) for peer in gateway.peers.all()],
            headers={"Cache-Control": "no-store"},
        )

    return [web.get("/api/viewers", viewers)]


def shortened(session: str) -> str:
    """Return the beginning of a session's name, as in the log, that tells it from others.

    The whole name is a secret: whoever knows it can end the session. Most of it stays hidden,
    also when a client made up a short one.
    """
    return session[: min(MOST_SHOWN, int(len(session) * (1 - LEAST_HIDDEN)))]


def _info(peer: Peer, now_s: float) -> ViewerInfo:
    stats = peer.delivery
    return ViewerInfo(
        session=shortened(peer.session),
        camera=peer.camera.id,
        state=peer.state.value,
        watched_s=round(now_s - peer.started_s, 1),
        packets=stats.packets,
        bytes=stats.payload_bytes,
        delivery=stats.as_message(),
    )
