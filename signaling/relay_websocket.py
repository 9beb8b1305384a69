"""``GET /ws/board`` and ``/ws/control``, for who cannot reach a gateway, and the gateway's end."""

from aiohttp import web

from edge.addresses import client_address
from edge.auth import AUTHENTICATOR
from edge.problems import Problem
from edge.roles import Role
from edge.stopping import STOPPING
from edge.unsent import UNSENT_BYTES, hold_back
from edge.websocket_entry import require_websocket
from protocol.messages import CallKind
from signaling.errors import SessionRefused
from signaling.introduction import read_board, read_driver
from signaling.relayed import Read, Relayed
from signaling.service import SignalingService
from signaling.socket import Socket


def relay_routes(service: SignalingService) -> list[web.RouteDef]:
    """Return the routes of the relay, for a server whose gateways are all elsewhere."""
    routes = _RelayRoutes(service)
    return [
        web.get("/ws/board", routes.board),
        web.get("/ws/control", routes.control),
        web.get("/ws/relay/{call}", routes.gateway),
    ]


class _RelayRoutes:
    def __init__(self, service: SignalingService) -> None:
        self._service = service
        self._calls = service.calls

    async def board(self, request: web.Request) -> web.StreamResponse:
        return await self._caller(request, "board", read_board)

    async def control(self, request: web.Request) -> web.StreamResponse:
        return await self._caller(request, "driver", read_driver)

    async def _caller(self, request: web.Request, kind: CallKind, read: Read) -> web.StreamResponse:
        socket = await _accepted(request, Socket(self._service.refused, writer_limit=UNSENT_BYTES))
        relayed = Relayed(
            socket,
            self._service,
            request.app[AUTHENTICATOR],
            client_address(request),
            kind=kind,
            read=read,
        )
        calls: list[str] = []

        def called(call: str, relayed: Relayed) -> None:
            calls.append(call)
            self._calls.add(call, relayed)

        try:
            with request.app[STOPPING].calling(relayed.stop):
                await relayed.run(called)
        finally:
            for call in calls:
                self._calls.remove(call)
        return socket

    async def gateway(self, request: web.Request) -> web.StreamResponse:
        """Let a gateway take a call that it was told of."""
        await request.app[AUTHENTICATOR].require(request, Role.GATEWAY)
        require_websocket(request, web.WebSocketResponse())
        call = request.match_info["call"]
        try:
            self._service.broker.call_taken(call)
        except SessionRefused as refused:
            self._service.refused(refused.slug)
            raise Problem(404, refused.slug, refused.detail) from refused
        called = self._calls.get(call)
        if called is None:
            raise Problem(404, "unknown-call", "the caller is gone")
        try:
            socket = await _accepted(request, called.socket())
            with request.app[STOPPING].calling(called.stop_gateway):
                await called.serve_gateway(socket)
        finally:
            called.abandon()
        return socket


async def _accepted(request: web.Request, socket: Socket) -> Socket:
    require_websocket(request, socket)
    await socket.prepare(request)
    # Commands that wait there are out of reach; those in the relay's queue are bounded.
    hold_back(request.transport)
    return socket
