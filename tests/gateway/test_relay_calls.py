"""The gateway's end of the relay: against the real signaling server, and against bad ones."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, web

from edge.roles import Role
from gateway import relay_calls as module
from gateway.drive.settings import CarSettings
from gateway.gateway import Gateway
from gateway.relay_calls import RelayCalls
from gateway.settings import UplinkSettings, WebrtcSettings
from gateway.uplink import Uplink
from peerlens.virtual_car.outputs import NEUTRAL, Outputs
from peerlens.virtual_car.twin import BoardLink, CompiledTwin
from protocol.close_codes import GOING_AWAY
from protocol.codec import encode
from protocol.messages import (
    Call,
    CallKind,
    Drive,
    Join,
    RegisterBoard,
    RequestLease,
    Sync,
)
from signaling.effects import Close
from signaling.links import Kind
from tests.gateway.conftest import SYNTHETIC
from tests.support.polling import until
from tests.support.program import free_port
from tests.support.signaling_server import DEADLINE_S, SignalingServer, WsClient, signaling_server
from tests.support.twin_build import built

CARS = {"car1": CarSettings(camera="front", board="board-1")}
TOKEN = "t" * 32
CALL = Call("0a1b", "board", "board-1")
REGISTER = encode(RegisterBoard("board-1"))


# The whole way: signaling, uplink, gateway and board are all real


class World:
    """A gateway behind a signaling server, with one car, and that car's board outside."""

    def __init__(self, server: SignalingServer, gateway: Gateway, uplink: Uplink) -> None:
        self.program = built("twin-car")
        self.server = server
        self.gateway = gateway
        self.uplink = uplink
        self.car = gateway.cars.all[0]
        self.outputs = NEUTRAL

    def _output(self, outputs: Outputs) -> None:
        self.outputs = outputs

    def link_of_the_gateway(self) -> str:
        """Return the id of its link to signaling, empty while there is none."""
        links = self.server.service.broker._links._by_conn.values()
        return next((link.conn for link in links if link.kind is Kind.GATEWAY), "")

    @contextlib.asynccontextmanager
    async def board(self) -> AsyncIterator[None]:
        url = str(self.server.url.with_scheme("ws") / "ws/board")
        link = BoardLink(url, "board-1", self.server.token(Role.DEVICE))
        running = asyncio.create_task(CompiledTwin(self.program, link, self._output).run())
        try:
            await until(lambda: self.car.board is not None, "the board")
            yield
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    async def driver(self) -> "RelayDriver":
        socket = await self.server.connect("/ws/control")
        await socket.send(Join("front", token=self.server.token(Role.DRIVER)))
        return RelayDriver(socket)


class RelayDriver:
    """Drives over a WebSocket: each command waits for the answer to the one before."""

    def __init__(self, socket: WsClient) -> None:
        self.socket = socket
        self._session = ""
        self._seq = 0
        self._heard: dict[str, float] | None = None

    async def lease(self) -> None:
        assert (await self.socket.expect("car"))["you"] == "watching"
        await self.socket.send(RequestLease())
        # News of the board may come between.
        while "session" not in (car := await self.socket.expect("car")):
            pass
        self._session = car["session"]

    async def drive(self, throttle: float) -> dict[str, Any]:
        """Send one command; return the answer to it."""
        self._seq += 1
        wire = json.loads(encode(Drive(self._session, self._seq, 0.0, 400.0, throttle, 0.0)))
        wire |= {"heard": self._heard, "videoAgeMs": 30}
        await self.socket.send(json.dumps(wire))
        while (told := await self.socket.receive())["type"] != "driven":
            pass
        self._heard = {"atMs": told["atMs"], "heldMs": 0}
        return told

    async def drive_until(self, throttle: float, true: Callable[[], object]) -> None:
        """Drive, neutral until the car is armed, until ``true()``. Raises TimeoutError."""
        state = ""
        async with asyncio.timeout(DEADLINE_S):
            while not true():
                told = await self.drive(throttle if state == "armed" else 0.0)
                state = told["state"]
                await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def world() -> AsyncIterator[World]:
    async with (
        signaling_server(with_tokens=True) as server,
        Gateway({"front": SYNTHETIC}, WebrtcSettings(), CARS) as gateway,
        Uplink(gateway, uplink_to(server)) as uplink,
    ):
        await until(lambda: uplink.problem is None, "the link")
        yield World(server, gateway, uplink)


def uplink_to(server: SignalingServer) -> UplinkSettings:
    url = str(server.url.with_scheme("ws") / "ws")
    return UplinkSettings(url=url, token=server.token(Role.GATEWAY))


async def test_board_and_driver_both_over_the_relay() -> None:
    async with world() as it, it.board():
        driver = await it.driver()
        async with driver.socket:
            await driver.lease()
            await driver.drive_until(0.5, lambda: it.outputs.throttle == 0.5)
            await driver.socket.send(Sync(5.0))
            assert (await driver.socket.expect("synced", past=("car",)))["sentMs"] == 5.0
        await until(lambda: it.outputs.throttle == 0, "neutral, for the driver is gone", 3)
        await until(lambda: not it.car.is_driven, "the end of the lease", 3)
    assert it.outputs.throttle == 0


async def test_the_car_stops_when_signaling_goes_and_comes_back_with_it() -> None:
    async with world() as it, it.board():
        driver = await it.driver()
        async with driver.socket:
            await driver.lease()
            await driver.drive_until(0.5, lambda: it.outputs.throttle == 0.5)
            first = it.car.board
            for conn, link in list(it.server.service._links.items()):
                link.close(Close(conn, GOING_AWAY))
            await until(lambda: it.outputs.throttle == 0, "neutral", 3)
        await until(lambda: it.uplink.problem is None, "the link to be back")
        await until(lambda: it.car.board not in (None, first), "the board to be back")


async def test_the_car_drives_on_while_the_link_to_signaling_is_new() -> None:
    async with world() as it, it.board():
        driver = await it.driver()
        async with driver.socket:
            await driver.lease()
            await driver.drive_until(0.5, lambda: it.outputs.throttle == 0.5)
            first = it.car.board
            older = it.link_of_the_gateway()
            it.server.service._links[older].close(Close(older, GOING_AWAY))
            await driver.drive_until(0.5, lambda: it.link_of_the_gateway() not in ("", older))
            assert it.outputs.throttle == 0.5
            assert it.car.board is first


async def test_a_board_that_registers_again_supersedes_itself_through_the_relay() -> None:
    async with world() as it, it.board():
        first = it.car.board
        async with await it.server.connect("/ws/board") as second:
            await second.send(RegisterBoard("board-1", token=it.server.token(Role.DEVICE)))
            await second.expect("registered")
            assert it.car.board is not first


async def test_a_camera_without_a_car_is_refused_in_words() -> None:
    async with (
        signaling_server(with_tokens=True) as server,
        Gateway({"front": SYNTHETIC}, WebrtcSettings()) as gateway,
        Uplink(gateway, uplink_to(server)) as uplink,
    ):
        await until(lambda: uplink.problem is None, "the link")
        async with await server.connect("/ws/control") as driver:
            await driver.send(Join("front", token=server.token(Role.DRIVER)))
            assert await driver.refused() == ("unknown-camera", 4404)
        assert uplink.problem is None


async def test_the_gateway_stops_and_its_boards_are_told() -> None:
    async with (
        signaling_server(with_tokens=True) as server,
        await server.connect("/ws/board") as board,
    ):
        async with Gateway({"front": SYNTHETIC}, WebrtcSettings(), CARS) as gateway:
            async with Uplink(gateway, uplink_to(server)) as uplink:
                await until(lambda: uplink.problem is None, "the link")
                await board.send(RegisterBoard("board-1", token=server.token(Role.DEVICE)))
                await board.expect("registered")
            assert await board.closed() == 1001
        await until(lambda: server.service.links_open == 0, "everything to be forgotten")


# Against signaling servers that misbehave


class Boards:
    """Stands for the cars: holds each board's socket until it closes."""

    def __init__(self) -> None:
        self.served: list[RegisterBoard] = []
        self.open = 0

    async def serve_relayed_board(
        self, socket: ClientWebSocketResponse, registered: RegisterBoard
    ) -> None:
        self.served.append(registered)
        self.open += 1
        try:
            while (await socket.receive()).type is WSMsgType.TEXT:
                pass
        finally:
            self.open -= 1

    async def serve_driver(self, socket: ClientWebSocketResponse, join: Join, role: Role) -> None:
        raise RuntimeError("a defect")

    async def serve_relay(self, socket: ClientWebSocketResponse, join: Join) -> None:
        raise RuntimeError("another defect")


class Relay:
    """Answers ``/base/ws/relay/{call}`` as ``handler`` does, and keeps the requests."""

    def __init__(self, boards: Boards, calls: RelayCalls, asked: list[web.Request]) -> None:
        self.boards = boards
        self.calls = calls
        self.asked = asked


Handler = Callable[[web.WebSocketResponse], Awaitable[None]]


@contextlib.asynccontextmanager
async def relay(handler: Handler | None, *, token: str | None = TOKEN) -> AsyncIterator[Relay]:
    asked: list[web.Request] = []

    async def relayed(request: web.Request) -> web.StreamResponse:
        asked.append(request)
        if handler is None:
            return web.Response(status=404)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await handler(socket)
        return socket

    app = web.Application()
    app.router.add_get("/base/ws/relay/{call}", relayed)
    runner = web.AppRunner(app, shutdown_timeout=0.5)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    settings = UplinkSettings(url=f"ws://127.0.0.1:{port}/base/ws", token=token)
    boards = Boards()
    try:
        async with (
            ClientSession() as session,
            RelayCalls(session, settings, boards, boards) as calls,
        ):
            yield Relay(boards, calls, asked)
    finally:
        await runner.cleanup()


async def register(socket: web.WebSocketResponse) -> None:
    await socket.send_str(REGISTER)
    async for _ in socket:
        pass


@pytest.mark.parametrize("token", [TOKEN, None])
async def test_dials_the_relay_beside_the_link_with_the_same_token(token: str | None) -> None:
    async with relay(register, token=token) as it:
        it.calls.take(CALL)
        await until(lambda: it.boards.open == 1, "the board to be served")
        [request] = it.asked
        assert request.path == "/base/ws/relay/0a1b"
        assert request.query_string == ""
        expected = f"Bearer {token}" if token else None
        assert request.headers.get("Authorization") == expected
        assert it.boards.served == [RegisterBoard("board-1")]
    assert it.boards.open == 0, "its end ends them all"


async def says(text: str) -> Handler:
    async def handler(socket: web.WebSocketResponse) -> None:
        await socket.send_str(text)
        async for _ in socket:
            pass

    return handler


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("board", encode(RegisterBoard("board-2"))),
        ("board", encode(Join("board-1"))),
        ("board", '{"type":"register","role":"camera","deviceId":"board-1","streamUrl":"x"}'),
        ("board", "nonsense"),
        ("board", "x" * 70_000),
        ("driver", REGISTER),
        ("driver", encode(Join("board-1"))),
    ],
    ids=["another", "driver", "camera", "nonsense", "too large", "board", "no role"],
)
async def test_another_caller_than_was_promised_is_not_served(kind: CallKind, text: str) -> None:
    async with relay(await says(text)) as it:
        it.calls.take(Call("0a1b", kind, "board-1"))
        await until(lambda: it.asked and len(it.calls) == 0, "the call to fail")
        assert it.boards.served == []
        it.calls.take(CALL)
        await until(lambda: len(it.asked) == 2, "the next call")


async def test_a_call_that_signaling_does_not_know_is_given_up() -> None:
    async with relay(None) as it:
        it.calls.take(CALL)
        await until(lambda: it.asked and len(it.calls) == 0, "the call to fail")


async def test_a_caller_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ANSWER_TIMEOUT_S", 0.3)

    async def silent(socket: web.WebSocketResponse) -> None:
        async for _ in socket:
            pass

    async with relay(silent) as it:
        it.calls.take(CALL)
        await until(lambda: it.asked and len(it.calls) == 0, "the call to be given up")


async def test_nobody_listens() -> None:
    settings = UplinkSettings(url=f"ws://127.0.0.1:{free_port()}/ws")
    nobody = Boards()
    async with ClientSession() as session, RelayCalls(session, settings, nobody, nobody) as calls:
        calls.take(CALL)
        assert len(calls) == 1
        await until(lambda: len(calls) == 0, "the call to fail")


async def test_a_defect_costs_only_its_call(caplog: pytest.LogCaptureFixture) -> None:
    texts = iter([encode(Join("front")), REGISTER])

    async def handler(socket: web.WebSocketResponse) -> None:
        await (await says(next(texts)))(socket)

    async with relay(handler) as it:
        it.calls.take(Call("0a1b", "driver", "front", "driver"))
        await until(lambda: "failed unexpectedly" in caplog.text, "the defect")
        it.calls.take(CALL)
        await until(lambda: it.boards.open == 1, "the board to be served")


async def test_so_many_calls_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(module.MAX_CALLS, "board", 2)
    async with relay(register) as it:
        for _ in range(3):
            it.calls.take(CALL)
        await until(lambda: it.boards.open == 2, "two boards to be served")
        assert (len(it.calls), len(it.asked)) == (2, 2)


async def test_a_relay_that_died_silently_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HEARTBEAT_S", 0.2)
    gone = asyncio.Event()

    async def deaf(socket: web.WebSocketResponse) -> None:
        await socket.send_str(REGISTER)
        await gone.wait()  # and answers no pings

    async with relay(deaf) as it:
        it.calls.take(CALL)
        await until(lambda: it.boards.open == 1, "the board to be served")
        await until(lambda: it.boards.open == 0, "the silence to be noticed", 3)
        gone.set()
