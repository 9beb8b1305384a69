"""``/ws/esp32``, ``/ws/viewer`` and ``/ws/analyzer``: pictures in, and pictures out."""

import secrets
from collections.abc import Callable, Coroutine

from aiohttp import web

from edge.addresses import client_address
from edge.auth import AUTHENTICATOR
from edge.message_socket import Socket as AnySocket
from edge.picture_socket import PictureSocket
from edge.problems import Problem
from edge.roles import Role
from edge.unsent import UNSENT_BYTES
from edge.websocket_entry import (
    Refused,
    first_message,
    require_role,
    require_websocket,
    served,
)
from protocol.messages import Join, RegisterCamera
from signaling.errors import LinkRefused
from signaling.picture_hub import PictureHub, Taker
from signaling.pushing_camera import PushingCamera
from signaling.service import SignalingService
from signaling.socket import Socket
from signaling.strangers import Strangers

Known = Callable[[], None]


class PictureRoutes:
    """The handlers of the three, for one hub."""

    def __init__(self, service: SignalingService, hub: PictureHub) -> None:
        self._service = service
        self._hub = hub
        limits = service.limits
        # One that does not come to an end of its first message holds as much as a picture.
        self._new_cameras = Strangers(limits.pushing_cameras, max(1, limits.pushing_cameras // 2))
        self._new_takers = Strangers(
            limits.picture_viewers + limits.analyzers, limits.picture_viewers_per_address
        )

    def all(self) -> list[web.RouteDef]:
        """Return all three routes, for a server that has no cameras of its own."""
        return [web.get("/ws/viewer", self.viewer), *self.beside_a_gateway()]

    def beside_a_gateway(self) -> list[web.RouteDef]:
        """Return those that a gateway on the same port has not."""
        return [web.get("/ws/esp32", self.camera), web.get("/ws/analyzer", self.analyzer)]

    async def camera(self, request: web.Request) -> web.StreamResponse:
        """A camera registers with a device's token, and pushes pictures."""

        async def serve(known: Known) -> None:
            registered = await first_message(socket, RegisterCamera)
            camera = PushingCamera(
                socket,
                self._hub,
                self._service,
                request.app[AUTHENTICATOR],
                client_address(request),
            )
            try:
                await camera.run(registered, known)
            except LinkRefused as refused:
                raise Refused(refused.slug, refused.detail) from refused

        socket = self._socket(self._service.limits.max_picture_bytes)
        return await self._served(request, serve, socket, self._new_cameras)

    async def viewer(self, request: web.Request) -> web.StreamResponse:
        """Somebody sees a camera."""

        async def serve(known: Known) -> None:
            join = await first_message(socket, Join)
            await require_role(request, join.token, Role.VIEWER, anonymous=Role.ADMIN)
            known()
            await self.view(request, socket, join)

        socket = self._socket()
        return await self._served(request, serve, socket, self._new_takers)

    async def analyzer(self, request: web.Request) -> web.StreamResponse:
        """A program looks at a camera: a gateway at one that pushes, an admin at any."""

        async def serve(known: Known) -> None:
            join = await first_message(socket, Join)
            role = await _analyzer(request, join.token)
            known()
            await self._take(request, socket, join, "analyzer", pushed_only=role is Role.GATEWAY)

        socket = self._socket()
        return await self._served(request, serve, socket, self._new_takers)

    async def view(self, request: web.Request, socket: AnySocket, join: Join) -> None:
        """Serve a viewer whose role was looked at. Raises :class:`Refused`."""
        await self._take(request, socket, join, "viewer", pushed_only=False)

    async def _take(
        self,
        request: web.Request,
        socket: AnySocket,
        join: Join,
        kind: Taker,
        *,
        pushed_only: bool,
    ) -> None:
        service = self._service
        address = client_address(request)
        with self._hub.taking(join.camera, kind, address, pushed_only=pushed_only) as taken:
            feed, traffic = taken
            viewer = PictureSocket(
                socket,
                f"{kind} {secrets.token_hex(4)} of {join.camera}",
                traffic.viewers if kind == "viewer" else traffic.analyzers,
                may_send=lambda size: service.meter.goes(traffic, size, service.clock()),
                on_refused=service.refused,
            )
            with feed.subscribed(viewer, service.clock()):
                await viewer.run()

    def _socket(self, binary_bytes: int = 0) -> Socket:
        return Socket(self._service.refused, writer_limit=UNSENT_BYTES, binary_bytes=binary_bytes)

    async def _served(
        self,
        request: web.Request,
        serve: Callable[[Known], Coroutine[None, None, None]],
        socket: Socket,
        strangers: Strangers,
    ) -> web.StreamResponse:
        """``serve`` is given what to call when it is known who came."""
        require_websocket(request, socket)
        try:
            with strangers.arriving(client_address(request)) as known:
                return await served(
                    request,
                    lambda _: serve(known),
                    socket=socket,
                    on_refused=self._service.refused,
                )
        except Problem as problem:
            self._service.refused(problem.slug)
            raise


async def _analyzer(request: web.Request, token: str | None) -> Role:
    """Return the role of an analyzer; raises :class:`Refused`."""
    try:
        role = await request.app[AUTHENTICATOR].role_of_token(
            token, client_address(request), anonymous=Role.GATEWAY
        )
    except Problem as problem:
        raise Refused("unauthorized", problem.detail) from problem
    if role not in (Role.GATEWAY, Role.ADMIN):
        raise Refused("forbidden", f"this is for gateways and admins, the token is of a {role}")
    return role
