"""``GET /ws/board`` and ``GET /ws/control``: boards, and drivers without a peer connection."""

from collections.abc import Callable

from aiohttp import web

from edge.roles import Role
from edge.websocket_entry import first_message, registered_device, require_role, served
from gateway.drive.cars import Cars
from gateway.refusals import refusals
from protocol.messages import Join, RegisterBoard


def drive_routes(
    cars: Cars, on_refused: Callable[[str], None] = lambda slug: None
) -> list[web.RouteDef]:
    """Return both routes. The first message tells who it is, and carries the token.

    ``on_refused`` hears the problem of everybody who is not let in.
    """

    async def board(request: web.Request) -> web.StreamResponse:
        return await served(
            request, lambda socket: _board(cars, request, socket), on_refused=on_refused
        )

    async def control(request: web.Request) -> web.StreamResponse:
        return await served(
            request, lambda socket: _driver(cars, request, socket), on_refused=on_refused
        )

    return [web.get("/ws/board", board), web.get("/ws/control", control)]


async def _board(cars: Cars, request: web.Request, socket: web.WebSocketResponse) -> None:
    registered = await first_message(socket, RegisterBoard)
    async with registered_device(request, registered, "board"):
        with refusals():
            await cars.serve_board(socket, registered)


async def _driver(cars: Cars, request: web.Request, socket: web.WebSocketResponse) -> None:
    join = await first_message(socket, Join)
    role = await require_role(request, join.token, Role.VIEWER, anonymous=Role.ADMIN)
    with refusals():
        await cars.serve_driver(socket, join, role)
