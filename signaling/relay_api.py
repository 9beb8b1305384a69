"""``GET /api/relay``: what the relay carries for each camera, for admins."""

from typing import Any

from aiohttp import web

from edge.auth import AUTHENTICATOR
from edge.roles import Role
from signaling.relay_meter import RelayMeter, Traffic


def relay_api_routes(meter: RelayMeter) -> list[web.RouteDef]:
    """Return the route."""

    async def relay(request: web.Request) -> web.Response:
        await request.app[AUTHENTICATOR].require(request, Role.ADMIN, offer_basic=True)
        shown = [
            _shown(camera, traffic, meter.limit_kbps)
            for camera, traffic in sorted(meter.cameras.items())
        ]
        return web.json_response(shown, headers={"Cache-Control": "no-store"})

    return [web.get("/api/relay", relay)]


def _shown(camera: str, traffic: Traffic, limit_kbps: float | None) -> dict[str, Any]:
    return {
        "camera": camera,
        "sinceMs": traffic.since_ms,
        "bytesIn": traffic.bytes_in,
        "bytesOut": traffic.bytes_out,
        "viewers": traffic.viewers.viewers,
        "analyzers": traffic.analyzers.viewers,
        "leftOut": traffic.left_out,
        "limitKbps": limit_kbps,
    }
