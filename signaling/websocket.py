"""``GET /ws``: where browsers, gateways and devices connect."""

from collections.abc import Iterable

from aiohttp import web

from edge.addresses import client_address
from edge.auth import AUTHENTICATOR
from edge.stopping import STOPPING
from edge.websocket_entry import require_websocket
from signaling.connection import Connection
from signaling.service import SignalingService
from signaling.socket import Socket


def websocket_routes(service: SignalingService) -> Iterable[web.RouteDef]:
    """Return ``GET /ws``. Origins are checked before; who it is, the first message tells."""

    async def websocket(request: web.Request) -> web.StreamResponse:
        socket = Socket(service.refused)
        require_websocket(request, socket)
        await socket.prepare(request)
        connection = Connection(
            socket, service, request.app[AUTHENTICATOR], client_address(request)
        )
        with request.app[STOPPING].calling(connection.stop):
            await connection.run()
        return socket

    return [web.get("/ws", websocket)]
