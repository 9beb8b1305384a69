"""``GET /ws/viewer``: pictures without a peer connection."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from edge.roles import Role
from edge.websocket_entry import first_message, require_role, served
from gateway.picture_viewers import PictureViewers
from gateway.refusals import refusals
from protocol.messages import Join

Elsewhere = Callable[[web.Request, web.WebSocketResponse, Join], Awaitable[None]]
"""Serves who asks for a camera that is not the gateway's; may raise Refused."""


def picture_routes(
    viewers: PictureViewers,
    elsewhere: Elsewhere | None = None,
    on_refused: Callable[[str], None] = lambda slug: None,
) -> list[web.RouteDef]:
    """Return the route; the first message names the camera, and carries the token."""

    async def viewer(request: web.Request) -> web.StreamResponse:
        return await served(request, lambda socket: serve(request, socket), on_refused=on_refused)

    async def serve(request: web.Request, socket: web.WebSocketResponse) -> None:
        join = await first_message(socket, Join)
        await require_role(request, join.token, Role.VIEWER, anonymous=Role.ADMIN)
        if elsewhere is not None and join.camera not in viewers:
            await elsewhere(request, socket, join)
            return
        with refusals():
            await viewers.serve(socket, join)

    return [web.get("/ws/viewer", viewer)]
