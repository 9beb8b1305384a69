"""The HTTP surface of the signaling server."""

import re
import secrets
from pathlib import Path

from aiohttp import web

from edge.auth import AUTHENTICATOR
from edge.roles import Role
from protocol.codec import to_wire
from signaling.relay_api import relay_api_routes
from signaling.service import SignalingService
from signaling.web_app import web_app_routes
from signaling.websocket import websocket_routes

NO_STORE = {"Cache-Control": "no-store"}
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def signaling_routes(
    service: SignalingService,
    *,
    web_root: Path | None = None,
    serves_media: bool = False,
) -> list[web.RouteDef]:
    """Return everything the signaling server answers; the web app's routes come last.

    Put the routes of WHEP before these: a gateway's own, or `whep.forwarding_routes`.
    ``serves_media`` says that ``/{camera}/stream`` is served on the same port, so that cars
    with a gateway's camera have a stream address.
    """
    api = _Api(service, serves_media)
    return [
        *websocket_routes(service),
        web.get("/api/cameras", api.cameras),
        web.get("/api/cars/{carId}/camera", api.camera_of_car),
        web.get("/api/ice-servers", api.ice_servers),
        *relay_api_routes(service.meter),
        *web_app_routes(web_root),
    ]


class _Api:
    def __init__(self, service: SignalingService, serves_media: bool) -> None:
        self._service = service
        self._serves_media = serves_media

    async def cameras(self, request: web.Request) -> web.Response:
        await request.app[AUTHENTICATOR].require(request, Role.VIEWER)
        cameras = [to_wire(info) for info in self._service.broker.cameras()]
        return web.json_response(cameras, headers=NO_STORE)

    async def camera_of_car(self, request: web.Request) -> web.Response:
        await request.app[AUTHENTICATOR].require(request, Role.VIEWER)
        car = request.match_info["carId"]
        stream_url = self._stream_url(self._service.cars.get(car, car))
        if not _ID.fullmatch(car) or stream_url is None:
            # Not problem details: this body is what clients of version 1 expect.
            return web.json_response({"error": "Camera not found"}, status=404, headers=NO_STORE)
        return web.json_response(
            {"carId": car, "streamUrl": stream_url, "quality": "auto"}, headers=NO_STORE
        )

    def _stream_url(self, source: str) -> str | None:
        """Return the LAN address that a device announced, or the path of our own stream."""
        device = self._service.broker.device(source)
        if device is not None:
            return device.stream_url
        if self._serves_media and any(info.id == source for info in self._service.broker.cameras()):
            # A path, because behind a TLS proxy the server does not know its own origin.
            return f"/{source}/stream"
        return None

    async def ice_servers(self, request: web.Request) -> web.Response:
        await request.app[AUTHENTICATOR].require(request, Role.VIEWER)
        issued = self._service.ice_servers.issue(secrets.token_hex(16))
        servers = [to_wire(server) for server in issued]
        return web.json_response({"iceServers": servers}, headers=NO_STORE)
