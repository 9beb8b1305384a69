"""The gateway's HTTP routes: WHEP, MJPEG, snapshots, and the list of its cameras."""

import asyncio
import time

from aiohttp import web

from edge.auth import AUTHENTICATOR
from edge.ice_servers import IceServerIssuer
from edge.mjpeg_response import snapshot, stream_head
from edge.problems import Problem
from edge.roles import Role
from edge.whep_http import whep_routes
from gateway.camera import Camera
from gateway.errors import NoPicture, UnknownCamera
from gateway.gateway import RETRY_AFTER_S, Gateway, as_problem
from gateway.mjpeg_response import stream_jpegs
from gateway.units import JpegFrame
from protocol.codec import to_wire

CAMERA = r"{camera:[A-Za-z0-9][A-Za-z0-9._-]{0,63}}"
SNAPSHOT_TIMEOUT_S = 6.0
FRESH_S = 1.0
"""A picture younger than this is given at once; else the next one is waited for."""


def media_routes(
    gateway: Gateway, ice_servers: IceServerIssuer | None = None
) -> list[web.RouteDef]:
    """Return the routes under ``/{camera}/``; all need the role viewer."""
    handlers = _MediaHandlers(gateway)
    return [
        *whep_routes(gateway, ice_servers),
        web.get(f"/{CAMERA}/stream", handlers.stream),
        web.get(f"/{CAMERA}/snapshot.jpg", handlers.snapshot),
    ]


def camera_list_routes(gateway: Gateway) -> list[web.RouteDef]:
    """Return ``GET /api/cameras`` for a gateway that serves its own network alone."""

    async def cameras(request: web.Request) -> web.Response:
        await request.app[AUTHENTICATOR].require(request, Role.VIEWER)
        return web.json_response(
            [to_wire(info) for info in gateway.infos], headers={"Cache-Control": "no-store"}
        )

    return [web.get("/api/cameras", cameras)]


class _MediaHandlers:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def stream(self, request: web.Request) -> web.StreamResponse:
        camera = await self._camera(request)
        if request.method == "HEAD":
            return stream_head()
        try:
            return await stream_jpegs(request, camera)
        except (TimeoutError, NoPicture):
            raise _no_picture(camera) from None

    async def snapshot(self, request: web.Request) -> web.Response:
        camera = await self._camera(request)
        frame = camera.newest_jpeg
        if frame is None or _age_s(frame) > FRESH_S:
            try:
                frame = await asyncio.wait_for(camera.next_jpeg(), SNAPSHOT_TIMEOUT_S)
            except (TimeoutError, NoPicture):
                frame = camera.newest_jpeg
        if frame is None:
            raise _no_picture(camera)
        return snapshot(frame.data, _age_s(frame))

    async def _camera(self, request: web.Request) -> Camera:
        await request.app[AUTHENTICATOR].require(request, Role.VIEWER, offer_basic=True)
        try:
            return self._gateway.camera(request.match_info["camera"])
        except UnknownCamera as error:
            raise as_problem(error) from error


def _age_s(frame: JpegFrame) -> float:
    return max(0.0, time.monotonic() - frame.capture_s)


def _no_picture(camera: Camera) -> Problem:
    info = camera.info
    detail = f"camera {camera.id!r} gives no picture: {info.detail or info.state}"
    return Problem(503, "no-picture", detail, headers={"Retry-After": str(RETRY_AFTER_S)})
