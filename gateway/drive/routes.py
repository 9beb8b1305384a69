"""``GET /ws/board`` and ``GET /ws/control``: boards, and drivers without a peer connection."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine

from aiohttp import WSMsgType, web

from edge.addresses import client_address
from edge.auth import AUTHENTICATOR, Authenticator
from edge.problems import Problem
from edge.roles import Role
from edge.stopping import STOPPING
from gateway.drive.cars import Cars
from gateway.drive.message_socket import CLOSE_TIMEOUT_S
from gateway.errors import GatewayError
from protocol import VERSION
from protocol.close_codes import GOING_AWAY, close_code
from protocol.codec import MAX_MESSAGE_BYTES, decode, encode
from protocol.errors import PROBLEM_PREFIX, ProtocolError
from protocol.messages import Error, Join, RegisterBoard

FIRST_MESSAGE_TIMEOUT_S = 10.0


class _Refused(Exception):
    def __init__(self, slug: str, detail: str) -> None:
        super().__init__(detail)
        self.slug = slug


def drive_routes(cars: Cars) -> list[web.RouteDef]:
    """Return both routes. The first message tells who it is, and carries the token."""

    async def board(request: web.Request) -> web.StreamResponse:
        return await _served(request, lambda socket: _board(cars, request, socket))

    async def control(request: web.Request) -> web.StreamResponse:
        return await _served(request, lambda socket: _driver(cars, request, socket))

    return [web.get("/ws/board", board), web.get("/ws/control", control)]


async def _served(
    request: web.Request, serve: Callable[[web.WebSocketResponse], Coroutine[None, None, None]]
) -> web.StreamResponse:
    socket = web.WebSocketResponse(
        timeout=CLOSE_TIMEOUT_S, compress=False, max_msg_size=MAX_MESSAGE_BYTES
    )
    if not socket.can_prepare(request):
        raise Problem(
            426,
            "upgrade-required",
            "this address speaks WebSocket",
            headers={"Upgrade": "websocket"},
        )
    await socket.prepare(request)
    serving = asyncio.create_task(serve(socket))
    try:
        with request.app[STOPPING].calling(lambda: _cancel(serving)):
            await asyncio.wait({serving})
    finally:
        serving.cancel()
    await _conclude(socket, serving)
    return socket


def _cancel(serving: asyncio.Task[None]) -> None:
    serving.cancel()


async def _conclude(socket: web.WebSocketResponse, serving: asyncio.Task[None]) -> None:
    try:
        await serving
    except asyncio.CancelledError:
        # The server stops; being cancelled itself would not have come this far.
        await socket.close(code=GOING_AWAY)
    except _Refused as refused:
        await _refuse(socket, refused.slug, str(refused))
    except ProtocolError as error:
        await _refuse(socket, error.slug, str(error))
    except GatewayError as error:
        await _refuse(socket, "forbidden", str(error))


async def _board(cars: Cars, request: web.Request, socket: web.WebSocketResponse) -> None:
    registered: RegisterBoard = decode(await _first_text(socket), RegisterBoard)
    _require_version(registered.v)
    await _require(request, registered.token, Role.DEVICE, anonymous=Role.DEVICE)
    await cars.serve_board(socket, registered)


async def _driver(cars: Cars, request: web.Request, socket: web.WebSocketResponse) -> None:
    join: Join = decode(await _first_text(socket), Join)
    _require_version(join.v)
    role = await _require(request, join.token, Role.VIEWER, anonymous=Role.ADMIN)
    await cars.serve_driver(socket, join, role)


async def _first_text(socket: web.WebSocketResponse) -> str:
    try:
        async with asyncio.timeout(FIRST_MESSAGE_TIMEOUT_S):
            message = await socket.receive()
    except TimeoutError:
        detail = f"expected a first message in {FIRST_MESSAGE_TIMEOUT_S:g} s"
        raise _Refused("timeout", detail) from None
    if message.type is not WSMsgType.TEXT:
        raise _Refused("malformed-message", "expected text")
    text: str = message.data
    return text


def _require_version(version: int) -> None:
    if version != VERSION:
        raise _Refused("unsupported-version", f"v: expected {VERSION}")


async def _require(request: web.Request, token: str | None, needed: Role, anonymous: Role) -> Role:
    authenticator: Authenticator = request.app[AUTHENTICATOR]
    try:
        role = await authenticator.role_of_token(
            token, client_address(request), anonymous=anonymous
        )
    except Problem as problem:
        raise _Refused("unauthorized", problem.detail) from problem
    if not role.allows(needed):
        raise _Refused("forbidden", f"this needs the role {needed}, the token is of a {role}")
    return role


async def _refuse(socket: web.WebSocketResponse, slug: str, detail: str) -> None:
    with contextlib.suppress(ConnectionError, TimeoutError):
        async with asyncio.timeout(CLOSE_TIMEOUT_S):
            if not socket.closed:
                await socket.send_str(encode(Error(PROBLEM_PREFIX + slug, detail[:500])))
                await socket.close(code=close_code(slug), message=slug.encode())
