"""``GET /ws/viewer``: pictures without a peer connection."""

from aiohttp import web

from edge.roles import Role
from gateway.picture_viewers import PictureViewers
from gateway.websocket_entry import first_message, require_role, served
from protocol.messages import Join


def picture_routes(viewers: PictureViewers) -> list[web.RouteDef]:
    """Return the route; the first message names the camera, and carries the token."""

    async def viewer(request: web.Request) -> web.StreamResponse:
        return await served(request, lambda socket: _viewer(viewers, request, socket))

    return [web.get("/ws/viewer", viewer)]


async def _viewer(
    viewers: PictureViewers, request: web.Request, socket: web.WebSocketResponse
) -> None:
    join = await first_message(socket, Join)
    await require_role(request, join.token, Role.VIEWER, anonymous=Role.ADMIN)
    await viewers.serve(socket, join)
