"""Calls from signaling: who cannot reach the gateway waits there for it.

A board, a driver, or viewers, of which signaling asks once for each camera.

The gateway dials, so nothing has to reach it. A call that fails costs only itself.
"""

import asyncio
import logging
from collections import Counter
from typing import Protocol

from aiohttp import ClientError, ClientSession, ClientWebSocketResponse, ClientWSTimeout, WSMsgType
from yarl import URL

from edge.client_socket import hold_back_client
from edge.roles import Role
from edge.websocket_entry import Refused, refuse
from gateway.named_log import NamedLog
from gateway.refusals import refusals
from gateway.settings import MAX_CAMERAS, UplinkSettings
from protocol.codec import MAX_MESSAGE_BYTES, decode
from protocol.errors import ProtocolError
from protocol.messages import Call, CallKind, Join, RegisterBoard

logger = logging.getLogger(__name__)

MAX_CALLS: dict[CallKind, int] = {"board": 64, "driver": 64, "viewer": MAX_CAMERAS}
"""Relays of each kind that may be served at once: drivers take no place from boards. The caller of
another one is told that nobody came."""
ANSWER_TIMEOUT_S = 5.0
"""From the call to the caller's first message; signaling waits no longer."""
CLOSE_TIMEOUT_S = 1.0
HEARTBEAT_S = 5.0
"""Signaling is asked whether it lives this often, and has half as long to answer."""


class Cars(Protocol):
    """Who serves boards and drivers, once they are connected, until their socket ends."""

    async def serve_relayed_board(
        self, socket: ClientWebSocketResponse, registered: RegisterBoard, /
    ) -> None: ...

    async def serve_driver(
        self, socket: ClientWebSocketResponse, join: Join, role: Role, /
    ) -> None: ...


class Viewers(Protocol):
    """Who serves signaling with pictures, until its socket ends."""

    async def serve_relay(self, socket: ClientWebSocketResponse, join: Join, /) -> None: ...


class CallFailed(Exception):
    """The relay cannot be used; the text says why."""


class RelayCalls:
    """Answers calls, each in a task of its own. ``async with`` ends them all.

    They outlive the link to signaling that they came over.
    """

    def __init__(
        self, session: ClientSession, settings: UplinkSettings, cars: Cars, viewers: Viewers
    ) -> None:
        self._session = session
        self._relay = URL(settings.url) / "relay"
        token = settings.token
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._cars = cars
        self._viewers = viewers
        self._tasks: set[asyncio.Task[None]] = set()
        self._open: Counter[CallKind] = Counter()

    def __len__(self) -> int:
        return len(self._tasks)

    async def __aenter__(self) -> "RelayCalls":
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def take(self, call: Call) -> None:
        """Answer ``call``. Returns at once, and raises nothing."""
        most = MAX_CALLS[call.kind]
        if self._open[call.kind] >= most:
            logger.warning("< call for %s: %d relays are open already", call.target, most)
            return
        self._open[call.kind] += 1
        task = asyncio.create_task(self._answer(call), name=f"relay {call.kind} {call.target}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, call: Call) -> None:
        log = NamedLog(logger, f"relayed {call.kind} {call.target}")
        try:
            await self._serve(call, log)
        except TimeoutError:
            log.warning("= not reached in %g s", ANSWER_TIMEOUT_S)
        except (CallFailed, ProtocolError, ClientError, OSError) as error:
            log.warning("= not served: %s", error)
        except Exception:
            # A defect, but one caller's.
            log.exception("= failed unexpectedly")
        finally:
            self._open[call.kind] -= 1

    async def _serve(self, call: Call, log: NamedLog) -> None:
        loop = asyncio.get_running_loop()
        deadline_s = loop.time() + ANSWER_TIMEOUT_S
        async with asyncio.timeout_at(deadline_s):
            socket = await self._session.ws_connect(
                self._relay / call.call,
                headers=self._headers,
                heartbeat=HEARTBEAT_S,
                max_msg_size=MAX_MESSAGE_BYTES,
                timeout=ClientWSTimeout(ws_close=CLOSE_TIMEOUT_S),
            )
        async with socket:
            async with asyncio.timeout_at(deadline_s):
                first = await _first_message(socket, call)
            log.info("= served over the relay")
            # What waits to be sent grows old, on this way as on any other.
            hold_back_client(socket)
            try:
                with refusals():
                    await self._hand_over(socket, call, first)
            except Refused as refused:
                await refuse(socket, refused.slug, str(refused))
                raise CallFailed(str(refused)) from refused

    async def _hand_over(
        self, socket: ClientWebSocketResponse, call: Call, first: RegisterBoard | Join
    ) -> None:
        if isinstance(first, RegisterBoard):
            await self._cars.serve_relayed_board(socket, first)
        elif call.kind == "viewer":
            await self._viewers.serve_relay(socket, first)
        else:
            await self._cars.serve_driver(socket, first, _role_of(call))


async def _first_message(socket: ClientWebSocketResponse, call: Call) -> RegisterBoard | Join:
    """Return the caller's first message, which must be what the call promised."""
    frame = await socket.receive()
    if frame.type is not WSMsgType.TEXT:
        raise CallFailed("the caller left")
    first: RegisterBoard | Join = decode(frame.data, RegisterBoard | Join)
    promised = first.device_id if isinstance(first, RegisterBoard) else first.camera
    if promised != call.target or isinstance(first, RegisterBoard) != (call.kind == "board"):
        raise CallFailed("another one came than was called for")
    return first


def _role_of(call: Call) -> Role:
    if call.role is None:
        raise CallFailed("signaling does not say whether it may drive")
    return Role(call.role)
