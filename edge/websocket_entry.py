"""How a WebSocket begins and ends: first message, version, role, and refusals."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import TypeVar

from aiohttp import WSMessage, WSMsgType, web

from edge.addresses import client_address
from edge.auth import AUTHENTICATOR
from edge.device_gate import DeviceRefused
from edge.errors import EdgeError
from edge.message_socket import CLOSE_TIMEOUT_S, CONTROL, TOO_LARGE, Socket
from edge.problems import Problem
from edge.roles import Role
from edge.stopping import STOPPING
from edge.unsent import UNSENT_BYTES, hold_back
from protocol import VERSION
from protocol.close_codes import GOING_AWAY, close_code
from protocol.codec import MAX_MESSAGE_BYTES, decode, encode, size_of
from protocol.errors import PROBLEM_PREFIX, ProtocolError
from protocol.messages import Error, Join, RegisterBoard, RegisterCamera

FIRST_MESSAGE_TIMEOUT_S = 10.0
MAX_PINGS_FIRST = 32

First = TypeVar("First", Join, RegisterBoard, RegisterCamera)
Serve = Callable[[web.WebSocketResponse], Coroutine[None, None, None]]


class Refused(EdgeError):
    """Whoever connected is not served. ``slug`` is the problem, the text says why."""

    def __init__(self, slug: str, detail: str) -> None:
        super().__init__(detail)
        self.slug = slug


def require_websocket(request: web.Request, socket: web.WebSocketResponse) -> None:
    """Raise :class:`Problem` 426 where ``request`` asks for no WebSocket."""
    if not socket.can_prepare(request):
        raise Problem(
            426,
            "upgrade-required",
            "this address speaks WebSocket",
            headers={"Upgrade": "websocket"},
        )


async def served(
    request: web.Request,
    serve: Serve,
    *,
    socket: web.WebSocketResponse | None = None,
    on_refused: Callable[[str], None] = lambda slug: None,
) -> web.StreamResponse:
    """Answer ``request`` with a WebSocket that ``serve`` serves, until either end leaves.

    What ``serve`` raises is told, and its problem given to ``on_refused``: :class:`Refused` and
    ProtocolError. It is cancelled when the server stops. Raises :class:`Problem` 426 where no
    WebSocket was asked for.

    Sending waits until the network has taken all but little of what was sent before. A ``socket``
    of the caller's own needs ``writer_limit=UNSENT_BYTES`` for that.
    """
    socket = socket or web.WebSocketResponse(
        timeout=CLOSE_TIMEOUT_S,
        compress=False,
        max_msg_size=MAX_MESSAGE_BYTES,
        writer_limit=UNSENT_BYTES,
    )
    require_websocket(request, socket)
    await socket.prepare(request)
    hold_back(request.transport)
    serving = asyncio.create_task(serve(socket))
    try:
        with request.app[STOPPING].calling(lambda: _cancel(serving)):
            await asyncio.wait({serving})
    finally:
        serving.cancel()
    try:
        await _conclude(socket, serving, on_refused)
    finally:
        _abandon_unsent(request.transport)
    return socket


def _cancel(serving: asyncio.Task[None]) -> None:
    serving.cancel()


async def _conclude(
    socket: web.WebSocketResponse, serving: asyncio.Task[None], on_refused: Callable[[str], None]
) -> None:
    try:
        await serving
    except asyncio.CancelledError:
        # The server stops; being cancelled itself would not have come this far.
        await socket.close(code=GOING_AWAY)
    except (Refused, ProtocolError) as refused:
        on_refused(refused.slug)
        await refuse(socket, refused.slug, str(refused))


def _abandon_unsent(transport: asyncio.Transport | None) -> None:
    # An orderly end would wait for whoever takes nothing.
    if transport is not None and transport.get_write_buffer_size() > 0:
        transport.abort()


async def first_message(socket: web.WebSocketResponse, expected: type[First]) -> First:
    """Return the first message, which must be an ``expected`` one of this version.

    Raises :class:`Refused` or ProtocolError.
    """
    try:
        async with asyncio.timeout(FIRST_MESSAGE_TIMEOUT_S):
            frame = await _first_frame(socket)
    except TimeoutError:
        detail = f"expected a first message in {FIRST_MESSAGE_TIMEOUT_S:g} s"
        raise Refused("timeout", detail) from None
    if frame.type is not WSMsgType.TEXT:
        raise Refused("malformed-message", "expected text")
    if size_of(frame.data) > MAX_MESSAGE_BYTES:
        raise Refused("message-too-large", TOO_LARGE)
    first: First = decode(frame.data, expected)
    if first.v != VERSION:
        raise Refused("unsupported-version", f"v: expected {VERSION}")
    return first


async def _first_frame(socket: web.WebSocketResponse) -> WSMessage:
    """Return the first frame but for a few pings, which a socket may show."""
    for _ in range(MAX_PINGS_FIRST):
        frame: WSMessage = await socket.receive()
        if frame.type not in CONTROL:
            return frame
        if frame.type is WSMsgType.PING:
            await socket.pong(frame.data)
    raise Refused("too-fast", "expected a first message, and no more pings")


async def require_role(
    request: web.Request, token: str | None, needed: Role, *, anonymous: Role
) -> Role:
    """Return the role of ``token``, on an open server ``anonymous``; raises :class:`Refused`."""
    authenticator = request.app[AUTHENTICATOR]
    try:
        role = await authenticator.role_of_token(
            token, client_address(request), anonymous=anonymous
        )
    except Problem as problem:
        raise Refused("unauthorized", problem.detail) from problem
    if not role.allows(needed):
        raise Refused("forbidden", f"this needs the role {needed}, the token is of a {role}")
    return role


@contextlib.asynccontextmanager
async def registered_device(
    request: web.Request, message: RegisterBoard | RegisterCamera, kind: str
) -> AsyncIterator[None]:
    """Have the device that ``message`` registers connected for the length of the block.

    Raises :class:`Refused` when its token may not speak for its id.
    """
    authenticator, address = request.app[AUTHENTICATOR], client_address(request)
    try:
        bearer = await authenticator.bearer_of_token(message.token, address, anonymous=Role.DEVICE)
    except Problem as problem:
        raise Refused("unauthorized", problem.detail) from problem
    if bearer.role is not Role.DEVICE:
        raise Refused("forbidden", f"this needs the token of a device, not of a {bearer.role}")
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(
                authenticator.devices.entered(kind, message.device_id, bearer.device, address)
            )
        except DeviceRefused as refused:
            raise Refused(refused.slug, str(refused)) from refused
        yield


async def refuse(socket: Socket, slug: str, detail: str) -> None:
    """Tell the problem and close with its code; returns in time, and raises nothing."""
    with contextlib.suppress(ConnectionError, TimeoutError):
        async with asyncio.timeout(CLOSE_TIMEOUT_S):
            if not socket.closed:
                await socket.send_str(encode(Error(PROBLEM_PREFIX + slug, detail[:500])))
                await socket.close(code=close_code(slug), message=slug.encode())
