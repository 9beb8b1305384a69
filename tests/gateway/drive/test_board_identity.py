"""Who may be a control board, at the gateway itself and over the relay."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, web
from prometheus_client import CollectorRegistry

from edge.metrics import RefusalMetrics
from edge.roles import Role
from gateway.drive.routes import drive_routes
from gateway.drive.settings import CarSettings
from gateway.errors import BoardTaken
from gateway.gateway import Gateway
from gateway.settings import WebrtcSettings
from protocol.codec import encode
from protocol.messages import RegisterBoard
from tests.gateway.conftest import SYNTHETIC
from tests.support.http_server import client_of
from tests.support.polling import until
from tests.support.tokens import known_tokens, token_authenticator

CARS = {"car1": CarSettings(camera="front", board="board-1")}
SHARED = known_tokens().by_role[Role.DEVICE]


class World:
    def __init__(
        self, gateway: Gateway, client: ClientSession, registry: CollectorRegistry
    ) -> None:
        self.gateway = gateway
        self.client = client
        self._registry = registry

    @contextlib.asynccontextmanager
    async def board(self, token: str) -> AsyncIterator[ClientWebSocketResponse]:
        async with self.client.ws_connect("/ws/board") as socket:
            await socket.send_str(encode(RegisterBoard("board-1", token=token)))
            yield socket

    def relay(self) -> contextlib.AbstractAsyncContextManager[ClientWebSocketResponse]:
        """Connect to signaling's end of a relay, whose board says nothing more."""
        return self.client.ws_connect("/ws/relay/0a1b")

    def refused(self, problem: str) -> float:
        labels = {"problem": problem}
        return self._registry.get_sample_value("peerlens_websocket_refused_total", labels) or 0.0


async def quiet(request: web.Request) -> web.StreamResponse:
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    async for _ in socket:
        pass
    return socket


@pytest.fixture
async def world() -> AsyncIterator[World]:
    registry = CollectorRegistry()
    async with Gateway({"front": SYNTHETIC}, WebrtcSettings(), CARS) as gateway:
        routes = [
            *drive_routes(gateway.cars, RefusalMetrics(registry).refused),
            web.get("/ws/relay/0a1b", quiet),
        ]
        async with client_of(routes, authenticator=token_authenticator()) as client:
            yield World(gateway, client, registry)


async def told(socket: ClientWebSocketResponse) -> tuple[str, int | None]:
    """Return the type of the first message, or the problem in it, and the code of a close."""
    async with asyncio.timeout(5):
        message = await socket.receive()
        assert message.type is WSMsgType.TEXT, message
        wire = json.loads(message.data)
        if wire["type"] != "error":
            return wire["type"], None
        assert (await socket.receive()).type is WSMsgType.CLOSE
        return wire["problem"].rpartition(":")[2], socket.close_code


async def test_its_own_token_is_taken_and_then_no_other(world: World) -> None:
    async with world.board(SHARED) as board:
        assert await told(board) == ("registered", None)
    async with world.board(known_tokens().device_token("board-1")) as board:
        assert await told(board) == ("registered", None)
    for token in (SHARED, known_tokens().device_token("board-2")):
        async with world.board(token) as board:
            assert await told(board) == ("forbidden", 4403)
    assert world.refused("forbidden") == 2


async def test_a_board_that_comes_back_takes_the_place_of_its_old_link(world: World) -> None:
    async with world.board(SHARED) as before, world.board(SHARED) as after:
        assert await told(before) == ("registered", None)
        assert await told(after) == ("registered", None)
        assert await told(before) == ("superseded", 4409)


async def test_the_relay_takes_no_place_of_a_board_that_is_here(world: World) -> None:
    cars, registered = world.gateway.cars, RegisterBoard("board-1")
    async with world.board(SHARED) as board:
        assert await told(board) == ("registered", None)
        async with world.relay() as relayed:
            with pytest.raises(BoardTaken):
                await cars.serve_relayed_board(relayed, registered)
    await until(lambda: cars.all[0].board is None, "the board to be gone")
    async with world.relay() as relayed:
        serving = asyncio.create_task(cars.serve_relayed_board(relayed, registered))
        await until(lambda: cars.all[0].board is not None, "the relayed board")
        async with world.board(SHARED) as board:
            assert await told(board) == ("registered", None)
            await asyncio.wait_for(serving, 5)
