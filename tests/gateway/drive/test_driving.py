"""A real gateway on a real server, a real board's link, and drivers made of real aiortc."""

import asyncio
import contextlib
import dataclasses
import json
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from aiohttp import ClientSession, WSMsgType
from yarl import URL

from bench.driver import Driver
from bench.socket_driver import SocketDriver
from bench.target import Place, Target
from edge.app import build_app
from edge.auth import Authenticator
from edge.message_socket import MessageSocket
from edge.roles import Role
from edge.server import serving
from edge.settings import HttpSettings
from edge.tokens import Tokens
from gateway.app import media_routes
from gateway.drive.cars import MAX_SOCKETS
from gateway.drive.control_channel import FLOOD
from gateway.drive.routes import drive_routes
from gateway.drive.settings import CarSettings, DriveSettings
from gateway.gateway import Gateway
from gateway.picture_routes import picture_routes
from gateway.settings import WebrtcSettings
from peerlens.virtual_car.outputs import NEUTRAL, Outputs
from peerlens.virtual_car.twin import BoardLink, CompiledTwin
from protocol.codec import encode
from protocol.messages import (
    Drive,
    Join,
    PassLease,
    RegisterBoard,
    ReleaseLease,
    RequestLease,
    Stop,
)
from tests.gateway.conftest import SYNTHETIC
from tests.support.polling import until
from tests.support.twin_build import built

CARS = {"car1": CarSettings(camera="front", board="board-1")}


class World:
    """One served gateway with one car, and what its board's outputs are."""

    def __init__(self, gateway: Gateway, url: URL, session: ClientSession) -> None:
        self.program = built("twin-car")
        self.gateway = gateway
        self.url = url
        self.session = session
        self.car = gateway.cars.all[0]
        self.outputs = NEUTRAL
        self.changed_s = 0.0
        self.board_tasks: list[asyncio.Task[None]] = []

    def _output(self, outputs: Outputs) -> None:
        self.outputs, self.changed_s = outputs, time.monotonic()

    @property
    def board_url(self) -> str:
        return str(self.url.with_scheme("ws") / "ws/board")

    async def plug_in(self, token: str | None = None) -> asyncio.Task[None]:
        link = BoardLink(self.board_url, "board-1", token)
        task = asyncio.create_task(CompiledTwin(self.program, link, self._output).run())
        self.board_tasks.append(task)
        await until(lambda: self.car.board is not None, "the board")
        return task

    @contextlib.asynccontextmanager
    async def driver(self) -> AsyncIterator[Driver]:
        driver = Driver()
        target = Target("whep", f"{self.url}/front/whep", "")
        try:
            await driver.connect(self.session, target)
            yield driver
        finally:
            await driver.close()


@contextlib.asynccontextmanager
async def world_of(
    authenticator: Authenticator, settings: DriveSettings | None = None
) -> AsyncIterator[World]:
    http = HttpSettings(port=0)
    gateway = Gateway({"front": SYNTHETIC}, WebrtcSettings(), CARS, settings)
    routes = [
        *media_routes(gateway),
        *drive_routes(gateway.cars),
        *picture_routes(gateway.picture_viewers),
    ]
    async with (
        gateway,
        serving(build_app(http, authenticator, routes), http) as url,
        ClientSession() as session,
    ):
        made = World(gateway, url, session)
        try:
            yield made
        finally:
            for task in made.board_tasks:
                task.cancel()
            await asyncio.gather(*made.board_tasks, return_exceptions=True)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with world_of(Authenticator()) as made:
        await made.plug_in()
        yield made


def moves(world: World) -> Callable[[], bool]:
    return lambda: world.outputs.throttle > 0


async def test_a_driver_drives_and_the_board_does_it(world: World) -> None:
    async with world.driver() as driver:
        await driver.arm()
        driver.throttle, driver.steering = 0.5, -0.25
        await until(moves(world), "the car to move")
        assert (world.outputs.throttle, world.outputs.steering) == (0.5, -0.25)
        assert driver.status is not None
        assert driver.status.board == "online"
        await until(lambda: driver.status and driver.status.health, "the board's health")
        assert driver.status.health is not None
        assert (driver.status.health.battery_v or 0) > 3
        assert driver.newest is not None
        assert driver.newest.board_ms is not None
        driver.throttle = None
        await until(lambda: world.outputs.throttle == 0, "neutral")
        # Generous: a busy machine may hold up either end. The bound is measured in bench/.
        assert world.changed_s - driver.sent_s < 0.6


async def test_the_drivers_pictures_go_first_and_its_camera_is_driven(world: World) -> None:
    camera = world.gateway.cameras["front"]
    async with world.driver() as watcher, world.driver() as driver:
        assert watcher.status is not None
        await driver.arm()
        assert camera.driven
        hubs = [stream.hub for stream in camera.all_streams if len(stream.hub) == 2]
        [shared] = hubs
        peer = next(peer for peer in world.gateway.peers.all() if peer._is_driving)
        assert peer._feed is not None
        assert next(iter(shared._subscribers.values())) == peer._feed._sender.send
        driver.ask(ReleaseLease())
        await until(lambda: not camera.driven, "the end of driving")


async def test_closing_the_connection_stops_the_car_and_frees_it(world: World) -> None:
    async with world.driver() as waiting:
        async with world.driver() as driver:
            await driver.arm()
            waiting.ask(RequestLease())
            driver.throttle = 0.5
            await until(moves(world), "the car to move")
            await until(lambda: waiting.status and waiting.status.place == 1, "the place")
        await until(lambda: world.outputs.throttle == 0, "neutral", 3)
        await until(lambda: waiting.status and waiting.status.you == "driving", "the lease", 3)


async def test_handing_over(world: World) -> None:
    async with world.driver() as ann, world.driver() as bob:
        await ann.arm()
        ann.ask(PassLease())
        await until(lambda: ann.refusals == ["nobody-waits"], "the refusal")
        bob.ask(RequestLease())
        await until(lambda: bob.status and bob.status.you == "queued", "the queue")
        ann.ask(PassLease())
        await until(lambda: bob.status and bob.status.you == "driving", "the lease")
        assert ann.status is not None
        assert ann.status.you == "watching"


async def test_replays_forgeries_and_second_tabs_get_nothing(world: World) -> None:
    async with world.driver() as ann, world.driver() as bob:
        await ann.arm()
        assert ann.status is not None
        session = ann.status.session
        assert session is not None
        ann.throttle = None
        stolen = dataclasses.replace(ann.command(), throttle=1.0, session=session)
        bob.send(stolen)
        bob.send(dataclasses.replace(stolen, seq=stolen.seq + 1, session="f" * 32))
        await until(lambda: bob.reasons["not-driving"] == 2, "the answers")
        ann.send(dataclasses.replace(stolen, throttle=0.0))
        await until(lambda: ann.newest and ann.newest.seq == stolen.seq, "the answer")
        ann.send(stolen)
        await until(lambda: ann.reasons["old"] == 1, "the answer")
        assert world.outputs.throttle == 0


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("throttle", "NaN"),
        ("throttle", "Infinity"),
        ("throttle", "1e400"),
        ("throttle", "1.5"),
        ("throttle", '"full"'),
        ("steering", "null"),
        ("seq", "-1"),
        ("seq", "4294967296"),
        ("seq", "1.5"),
        ("ttlMs", "1e9"),
        ("session", "7"),
        ("sentMs", "-1"),
    ],
)
async def test_malformed_commands_are_counted_and_harmless(
    world: World, field: str, text: str
) -> None:
    async with world.driver() as driver:
        await driver.arm()
        driver.throttle = None
        wire = json.loads(encode(driver.command()))
        wire["throttle"] = 0.9
        wire[field] = "@"
        driver.control.send(json.dumps(wire).replace('"@"', text))
        await until(lambda: world.car.counts["malformed"] == 1, "the count")
        assert world.outputs.throttle == 0
        # And the connection goes on.
        driver.throttle = 0.0
        await driver.arm()


async def test_ten_thousand_commands_are_too_many(world: World) -> None:
    async with world.driver() as watcher, world.driver() as driver:
        await driver.arm()
        command = driver.command()
        for number in range(10_000):
            if driver.control.readyState != "open":
                break
            driver.send(dataclasses.replace(command, seq=command.seq + number, throttle=0.9))
            if number % 50 == 0:
                await asyncio.sleep(0.005)
        await until(lambda: len(world.gateway.peers) == 1, "the end of who floods")
        assert world.car.counts["flood"] >= FLOOD
        await until(lambda: world.outputs.throttle == 0, "neutral")
        assert watcher.status is not None


async def test_an_emergency_stop_over_either_channel(world: World) -> None:
    async with world.driver() as driver:
        for channel in (driver.control, driver.events):
            await driver.arm()
            driver.throttle = 0.5
            await until(moves(world), "the car to move")
            channel.send(encode(Stop()))
            await until(lambda: world.outputs.state == "stopped", "the stop")
            assert world.outputs.throttle == 0
            driver.throttle = 0.0
            driver.events.send('{"type":"clearStop"}')
            await until(lambda: world.outputs.state != "stopped", "the end of it")


async def test_a_board_that_is_cut_off_is_neutral_and_comes_back_disarmed(world: World) -> None:
    async with world.driver() as driver:
        await driver.arm()
        driver.throttle = 0.5
        await until(moves(world), "the car to move")
        board = world.car.board
        world.board_tasks[0].cancel()
        await until(lambda: world.car.board is None, "the end of the link")
        assert world.outputs.throttle == 0
        await world.plug_in()
        await until(lambda: driver.status and driver.status.board == "online", "the board")
        assert world.car.board is not board
        await asyncio.sleep(0.8)
        assert world.outputs.throttle == 0, "throttle was held all the time"
        driver.throttle = 0.0
        await driver.arm()


async def test_a_newer_link_of_the_same_board_takes_over(world: World) -> None:
    first = world.car.board
    await world.plug_in()
    await until(lambda: world.car.board is not first, "the newer link")
    await until(world.board_tasks[0].done, "the end of the older")


# Boards that are not welcome


async def refusal(world: World, path: str, *texts: str) -> tuple[str, int | None]:
    """Say ``texts``; return the problem that comes back, and the close code."""
    async with world.session.ws_connect(world.url / path) as socket:
        for text in texts:
            await socket.send_str(text)
        problem = ""
        async with asyncio.timeout(10):
            async for message in socket:
                assert message.type is WSMsgType.TEXT
                told = json.loads(message.data)
                if told["type"] == "error":
                    problem = told["problem"].rpartition(":")[2]
        return problem, socket.close_code


REGISTER = encode(RegisterBoard("board-1"))


@pytest.mark.parametrize(
    ("texts", "problem", "code"),
    [
        (["hello"], "malformed-message", 4400),
        (['{"type":"hello","v":1}'], "unknown-type", 4400),
        ([encode(RegisterBoard("board-2"))], "board-unknown", 4404),
        ([REGISTER.replace('"v":1', '"v":2')], "unsupported-version", 4426),
        (
            [REGISTER.replace("}", ',"limits":{"failsafeMs":5000}}', 1)],
            "invalid-field",
            4400,
        ),
        (
            [REGISTER.replace("}", ',"limits":{"forward":-1}}', 1)],
            "invalid-field",
            4400,
        ),
        (
            [REGISTER.replace("}", ',"capabilities":{"fly":true}}', 1)],
            "invalid-field",
            4400,
        ),
        ([REGISTER, REGISTER], "unexpected-message", 4400),
        ([REGISTER, '{"type":"telemetry","atMs":-1,"state":"armed"}'], "invalid-field", 4400),
        ([REGISTER, *['{"type":"ping","id":1}'] * 1_000], "too-fast", 4429),
    ],
)
async def test_boards_that_break_the_contract(
    world: World, texts: list[str], problem: str, code: int
) -> None:
    for task in world.board_tasks:
        task.cancel()
    await until(lambda: world.car.board is None, "the end of the link")
    assert await refusal(world, "ws/board", *texts) == (problem, code)
    await until(lambda: world.car.board is None, "the end of the link")


async def test_tokens_decide_who_is_a_board_and_who_drives(tmp_path: object) -> None:
    tokens = Tokens.load_or_create(tmp_path)  # type: ignore[arg-type]
    async with world_of(Authenticator(tokens)) as world:
        for token, problem, code in (
            (None, "unauthorized", 4401),
            ("guess", "unauthorized", 4401),
            (tokens.by_role[Role.ADMIN], "forbidden", 4403),
            (tokens.by_role[Role.GATEWAY], "forbidden", 4403),
        ):
            text = encode(RegisterBoard("board-1", token=token))
            assert await refusal(world, "ws/board", text) == (problem, code)
        await world.plug_in(tokens.by_role[Role.DEVICE])
        text = encode(Join("front", token=tokens.by_role[Role.DEVICE]))
        assert await refusal(world, "ws/control", text) == ("forbidden", 4403)
        viewer = encode(Join("front", token=tokens.by_role[Role.VIEWER]))
        async with world.session.ws_connect(world.url / "ws/control") as socket:
            await socket.send_str(viewer)
            status = await socket.receive_json(timeout=5)
            assert (status["type"], status["mayDrive"]) == ("car", False)
            await socket.send_str(encode(RequestLease()))
            answer = await socket.receive_json(timeout=5)
            assert answer["problem"].endswith(":forbidden")


async def test_both_addresses_say_that_they_speak_websocket(world: World) -> None:
    for path in ("ws/board", "ws/control"):
        async with world.session.get(world.url / path) as response:
            assert response.status == 426


# Without a peer connection


@contextlib.asynccontextmanager
async def socket_driver(world: World) -> AsyncIterator[SocketDriver]:
    origin = world.url.with_scheme("ws")
    driver = SocketDriver()
    try:
        place = Place(str(origin / "ws/control"), str(origin / "ws/viewer"), "front")
        await driver.join(world.session, place)
        yield driver
    finally:
        await driver.close()


async def test_a_driver_over_a_websocket(world: World) -> None:
    camera = world.gateway.cameras["front"]
    async with socket_driver(world) as driver:
        began_s = time.monotonic()
        await driver.arm()
        assert time.monotonic() - began_s > 0.4
        assert camera.driven
        driver.throttle = 0.5
        await until(moves(world), "the car to move")
        driver.throttle = None
        await until(lambda: world.outputs.throttle == 0, "neutral", 3)
        await driver.arm()
    await until(lambda: not world.car.is_driven, "the end of the lease", 3)
    assert not camera.driven


async def test_over_a_websocket_too_a_page_cannot_see_newer_pictures_than_there_are(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with socket_driver(world) as driver:
        await driver.arm()
        driver.video_age_ms = 0.0
        driver.throttle = 0.5
        await until(moves(world), "the car to move")
        monkeypatch.setattr(world.gateway.cameras["front"], "_publish_jpeg", lambda _: None)
        await until(lambda: driver.reasons["stale-video"] > 0, "the refusal")
        await until(lambda: world.outputs.throttle == 0, "no throttle", 3)


async def test_the_end_of_a_websocket_counts_at_once_however_long_the_goodbye(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    saying = asyncio.Event()

    async def say_nothing(*_: object) -> None:
        saying.set()
        await asyncio.Event().wait()

    async with socket_driver(world) as driver:
        await driver.arm()
        driver.throttle = 0.5
        await until(moves(world), "the car to move")
        monkeypatch.setattr(MessageSocket, "_say_goodbye", say_nothing)
        world.board_tasks[0].cancel()
        await asyncio.wait_for(saying.wait(), 5)
        assert world.car.board is None
        saying.clear()
    await asyncio.wait_for(saying.wait(), 5)
    await until(lambda: not world.car.is_driven, "the end of the lease", 1)


async def test_too_many_commands_over_a_websocket_do_not_reach_the_board(world: World) -> None:
    async with world.session.ws_connect(world.url / "ws/control") as socket:
        await socket.send_str(encode(Join("front")))
        for seq in range(390):
            await socket.send_str(encode(Drive("none", seq, 0.0, 400.0, 0.0, 0.0)))
        await until(lambda: sum(world.car.counts.values()) == 390, "all commands", 5)
        assert world.car.counts["flood"] > 0
        assert not socket.closed


async def test_a_camera_without_a_car_is_refused(world: World) -> None:
    assert await refusal(world, "ws/control", encode(Join("back"))) == ("unknown-camera", 4404)


async def test_watchers_over_websockets_are_bounded_and_keep_no_driver_out(tmp_path: Path) -> None:
    tokens = Tokens.load_or_create(tmp_path)
    async with world_of(Authenticator(tokens)) as world, contextlib.AsyncExitStack() as stack:

        async def join(role: Role) -> str:
            connecting = world.session.ws_connect(world.url / "ws/control")
            socket = await stack.enter_async_context(connecting)
            await socket.send_str(encode(Join("front", token=tokens.by_role[role])))
            told = await socket.receive_json(timeout=5)
            return str(told.get("problem", told.get("you")))

        assert {await join(Role.VIEWER) for _ in range(MAX_SOCKETS)} == {"watching"}
        assert (await join(Role.VIEWER)).endswith(":overloaded")
        assert await join(Role.DRIVER) == "watching"
