"""Pictures over WebSockets: a real server, real cameras, and viewers of every kind."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator

import cv2
import numpy as np
import psutil
import pytest
from aiohttp import (
    AddrInfoType,
    ClientSession,
    TCPConnector,
)

from edge import picture_socket, websocket_entry
from edge.app import build_app
from edge.auth import Authenticator, Role
from edge.metrics import metrics_routes, new_registry
from edge.server import serving
from edge.settings import HttpSettings
from gateway import picture_viewer, picture_viewers
from gateway.events_channel import wall_ms
from gateway.gateway import Gateway
from gateway.metrics import GatewayMetrics
from gateway.picture_routes import picture_routes
from gateway.settings import CameraSettings, WebrtcSettings
from protocol.close_codes import GOING_AWAY
from protocol.codec import encode
from protocol.messages import Join, Next
from tests.gateway.conftest import SYNTHETIC
from tests.support.http_server import client_of
from tests.support.mjpeg import large, part, pictures
from tests.support.picture_client import Viewer
from tests.support.polling import until
from tests.support.raw_camera import Connection, raw_camera
from tests.support.tokens import known_tokens, token_authenticator

DEAD = CameraSettings(source="http://127.0.0.1:9/stream")
NEXT = encode(Next())
PICTURES = pictures(12)


class World:
    """A served gateway."""

    def __init__(self, gateway: Gateway, client: ClientSession) -> None:
        self.gateway = gateway
        self.client = client

    @contextlib.asynccontextmanager
    async def connected(self) -> AsyncIterator[Viewer]:
        async with self.client.ws_connect("/ws/viewer") as socket:
            yield Viewer(socket)

    @contextlib.asynccontextmanager
    async def viewer(self, camera: str = "front") -> AsyncIterator[Viewer]:
        async with self.connected() as viewer:
            await viewer.say(Join(camera))
            yield viewer

    async def has(self, picture: bytes) -> None:
        """Wait until ``picture`` is the newest of the camera."""
        camera = self.gateway.cameras["front"]
        await until(
            lambda: camera.newest_jpeg is not None and camera.newest_jpeg.data == picture,
            "a picture of the camera",
        )

    async def frames_more(self, count: int, camera: str = "front") -> None:
        counted = self.gateway.cameras[camera]
        wanted = counted.frames + count
        await until(lambda: counted.frames >= wanted, "frames of the camera")


@contextlib.asynccontextmanager
async def world_of(
    *, authenticator: Authenticator | None = None, **cameras: CameraSettings
) -> AsyncIterator[World]:
    registry = new_registry()
    async with Gateway(cameras, WebrtcSettings()) as gateway:
        registry.register(GatewayMetrics(gateway))
        routes = [*picture_routes(gateway.picture_viewers), *metrics_routes(registry)]
        async with client_of(routes, authenticator=authenticator) as client:
            yield World(gateway, client)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with world_of(front=SYNTHETIC, dead=DEAD) as made:
        yield made


class HeldCamera:
    """A camera that gives its next picture when it is told to, and not before."""

    def __init__(self) -> None:
        self._pictures: asyncio.Queue[bytes] = asyncio.Queue()

    def give(self, picture: bytes) -> None:
        self._pictures.put_nowait(picture)

    async def script(self, connection: Connection) -> None:
        await connection.answer()
        while True:
            await connection.send(part(await self._pictures.get()))


@contextlib.asynccontextmanager
async def held_world() -> AsyncIterator[tuple[World, HeldCamera]]:
    held = HeldCamera()
    async with raw_camera(held.script) as camera:
        settings = CameraSettings(source=camera.url, stall_timeout_s=60)
        async with world_of(front=settings) as made:
            yield made, held


# What comes


async def test_pictures_come_in_order_and_say_when_they_were_captured(world: World) -> None:
    async with world.viewer() as viewer:
        await viewer.say(Next(), Next())
        came = []
        for _ in range(10):
            came.append(await viewer.picture())
            await viewer.say(Next())
        now_ms = time.time() * 1000
    captures = [picture.capture_ms for picture in came]
    assert captures == sorted(set(captures))
    assert 0 <= now_ms - captures[-1] < 5_000
    for picture in came:
        decoded = cv2.imdecode(np.frombuffer(picture.data, np.uint8), cv2.IMREAD_COLOR)
        assert decoded is not None
        assert decoded.shape == (240, 320, 3)


async def test_pictures_go_through_as_the_camera_made_them() -> None:
    async with held_world() as (world, held), world.viewer() as viewer:
        for made in PICTURES:
            await viewer.say(Next())
            held.give(made)
            assert (await viewer.picture()).data == made


async def test_who_does_not_ask_gets_nothing(world: World) -> None:
    camera = world.gateway.cameras["front"]
    async with world.viewer() as viewer:
        await until(lambda: camera.viewers == 1, "the viewer")
        await world.frames_more(5)
        assert await viewer.answered() == []
        await viewer.say(Next())
        await viewer.picture()
        await world.frames_more(5)
        assert await viewer.answered() == []


async def test_no_more_than_four_pictures_are_sent_ahead() -> None:
    async with held_world() as (world, held), world.viewer() as viewer:
        await viewer.say(*[Next()] * 10)
        assert await viewer.answered() == []
        for made in PICTURES[:4]:
            held.give(made)
            assert (await viewer.picture()).data == made
        for made in PICTURES[4:]:
            held.give(made)
            await world.has(made)
        assert await viewer.answered() == []
        await viewer.say(Next())
        assert (await viewer.picture()).data == PICTURES[-1], "the newest, and no older one"


async def test_the_same_picture_comes_once() -> None:
    async with held_world() as (world, held), world.viewer() as viewer:
        held.give(PICTURES[0])
        await viewer.say(Next())
        await viewer.picture()
        await viewer.say(Next())
        assert await viewer.answered() == []
        held.give(PICTURES[1])
        assert (await viewer.picture()).data == PICTURES[1]


async def test_a_slow_viewer_skips_pictures_and_stays_in_the_present(world: World) -> None:
    camera = world.gateway.cameras["front"]
    async with world.viewer() as slow, world.viewer() as quick:
        await slow.say(Next())
        await slow.picture()
        await quick.say(Next())
        for _ in range(5):
            wanted = camera.frames + 6
            while camera.frames < wanted:
                await quick.picture()
                await quick.say(Next())
            newest = camera.newest_jpeg
            assert newest is not None
            await slow.say(Next())
            # Wall-clock times are put together anew each time, hence the millisecond.
            assert (await slow.picture()).capture_ms >= wall_ms(newest.capture_s) - 1
    counts = world.gateway.picture_viewers.counts["front"]
    assert counts.left_out >= 5 * 5


async def test_a_slow_network_skips_pictures_and_not_only_a_slow_viewer() -> None:
    async with held_world() as (world, held), deaf_viewer(world) as slow:
        counts = world.gateway.picture_viewers.counts["front"]
        made = [large(60_000, each) for each in PICTURES[:5]]
        held.give(made[0])
        await until(lambda: counts.sent == 1, "the first picture to be on its way")
        for each in made[1:]:
            held.give(each)
            await world.has(each)
        # It has asked for four, but while the first one is on its way none is chosen.
        assert counts.sent == 1
        slow.hears(True)
        assert [(await slow.picture()).data for _ in range(2)] == [made[0], made[-1]]
        assert await slow.answered() == []
        assert counts.left_out == 3


# The camera, and its end


async def test_the_camera_is_open_while_somebody_looks_and_viewers_are_counted(
    world: World,
) -> None:
    camera = world.gateway.cameras["front"]
    assert camera.state == "idle"
    async with world.viewer() as one, world.viewer() as other:
        for viewer in (one, other):
            await viewer.say(Next())
            await viewer.picture()
        assert camera.info.viewers == 2
        assert (camera.connects, len(world.gateway.picture_viewers)) == (1, 2)
    await until(lambda: camera.info.viewers == 0, "both to be forgotten")
    await until(lambda: len(world.gateway.picture_viewers) == 0, "both to be forgotten")


async def test_a_camera_that_cannot_be_had_is_told_as_soon_as_it_is_known(world: World) -> None:
    async with asyncio.timeout(4), world.viewer("dead") as viewer:
        assert await viewer.ended() == ("no-picture", 4503)


async def test_a_camera_that_falls_silent_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_viewer, "FRAME_TIMEOUT_S", 0.4)
    async with held_world() as (world, held), world.viewer() as viewer:
        await viewer.say(Next(), Next())
        held.give(PICTURES[0])
        await viewer.picture()
        assert await viewer.ended() == ("no-picture", 4503)
        assert world.gateway.cameras["front"].viewers == 0


async def test_a_camera_that_never_speaks_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_viewer, "FIRST_FRAME_TIMEOUT_S", 0.4)
    async with held_world() as (world, _), world.viewer() as viewer:
        assert await viewer.ended() == ("no-picture", 4503)
        await until(lambda: len(world.gateway.picture_viewers) == 0, "it to be forgotten")


async def test_the_end_of_the_server_is_told() -> None:
    http = HttpSettings(port=0)
    async with (
        asyncio.TaskGroup() as tasks,
        contextlib.AsyncExitStack() as clients,
        Gateway({"front": SYNTHETIC}, WebrtcSettings()) as gateway,
    ):
        app = build_app(http, Authenticator(), picture_routes(gateway.picture_viewers))
        async with serving(app, http) as url:
            session = await clients.enter_async_context(ClientSession(url))
            viewer = Viewer(await session.ws_connect("/ws/viewer"))
            silent = Viewer(await session.ws_connect("/ws/viewer"))
            await viewer.say(Join("front"), Next())
            await viewer.picture()
            ends = [tasks.create_task(each.ended()) for each in (viewer, silent)]
        for end in ends:
            assert await end == ("", GOING_AWAY)


# Who is not welcome


@pytest.mark.parametrize(
    ("texts", "problem", "code"),
    [
        (["hello"], "malformed-message", 4400),
        ([NEXT], "unknown-type", 4400),
        (['{"type":"join","camera":"front","role":"driver"}'], "invalid-field", 4400),
        (['{"type":"join","camera":"front","v":2}'], "unsupported-version", 4426),
        ([encode(Join("back"))], "unknown-camera", 4404),
        ([encode(Join("front"))] * 2, "unexpected-message", 4400),
        ([encode(Join("front")), "{"], "malformed-message", 4400),
        ([encode(Join("front")), '{"type":"next","count":4}'], "invalid-field", 4400),
        ([encode(Join("front")), '{"type":"requestLease"}'], "unknown-type", 4400),
        ([encode(Join("front")), *[NEXT] * 1_000], "too-fast", 4429),
    ],
)
async def test_viewers_that_break_the_contract(
    world: World, texts: list[str], problem: str, code: int
) -> None:
    async with world.connected() as viewer:
        await viewer.say(*texts)
        assert await viewer.ended() == (problem, code)
    await until(lambda: len(world.gateway.picture_viewers) == 0, "it to be forgotten")


async def test_binary_is_no_message(world: World) -> None:
    async with world.viewer() as viewer:
        await viewer.socket.send_bytes(NEXT.encode())
        assert await viewer.ended() == ("malformed-message", 4400)


async def test_it_speaks_websocket_only(world: World) -> None:
    async with world.client.get("/ws/viewer") as response:
        assert response.status == 426


async def test_tokens_decide_who_sees() -> None:
    tokens = known_tokens().by_role
    async with world_of(authenticator=token_authenticator(), front=SYNTHETIC) as world:
        for token, problem, code in (
            (None, "unauthorized", 4401),
            ("guess", "unauthorized", 4401),
            (tokens[Role.DEVICE], "forbidden", 4403),
            (tokens[Role.GATEWAY], "forbidden", 4403),
        ):
            async with world.connected() as viewer:
                await viewer.say(Join("front", token=token))
                assert await viewer.ended() == (problem, code)
        for role in (Role.VIEWER, Role.DRIVER, Role.ADMIN):
            async with world.connected() as viewer:
                await viewer.say(Join("front", token=tokens[role]), Next())
                await viewer.picture()


async def test_so_many_viewers_and_no_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_viewers, "MAX_VIEWERS", 1)
    async with world.viewer() as first, world.viewer() as second:
        assert await second.ended() == ("overloaded", 4503)
        await first.say(Next())
        await first.picture()
    await until(lambda: len(world.gateway.picture_viewers) == 0, "the first to be forgotten")
    async with world.viewer() as third:
        await third.say(Next())
        await third.picture()


async def test_who_says_nothing_is_sent_away(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_socket, "SILENCE_S", 0.3)
    monkeypatch.setattr(websocket_entry, "FIRST_MESSAGE_TIMEOUT_S", 0.3)
    for connect in (world.viewer, world.connected):
        async with connect() as viewer:
            assert await viewer.ended() == ("timeout", 4408)


async def test_who_takes_nothing_is_cut_off_and_hurts_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(picture_socket, "SEND_TIMEOUT_S", 0.3)
    monkeypatch.setattr(picture_socket, "SILENCE_S", 60.0)
    async with held_world() as (world, held), deaf_viewer(world) as deaf, world.viewer() as other:
        connection = deaf.socket.get_extra_info("sockname")
        await until(lambda: len(world.gateway.picture_viewers) == 2, "both viewers")
        # The first fills what the client holds, the second what the kernel takes on its way.
        for made in PICTURES[:2]:
            await other.say(Next())
            held.give(large(3_800_000, made))
            await other.picture()
        await until(lambda: len(world.gateway.picture_viewers) == 1, "the end of it")
        await until(lambda: not is_held(connection), "the server's end to be closed")
        assert await other.answered() == []


@contextlib.asynccontextmanager
async def deaf_viewer(world: World) -> AsyncIterator[Viewer]:
    """Yield a viewer that asks for four pictures and does not read, behind a small socket."""

    def small(address: AddrInfoType) -> socket.socket:
        made = socket.socket(*address[:3])
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        return made

    async with (
        ClientSession(world.client._base_url, connector=TCPConnector(socket_factory=small)) as own,
        own.ws_connect("/ws/viewer") as connection,
    ):
        viewer = Viewer(connection)
        await viewer.say(Join("front"), *[Next()] * 4)
        viewer.hears(False)
        try:
            yield viewer
        finally:
            viewer.hears(True)


def is_held(address: tuple[str, int]) -> bool:
    """Return whether the server's end of the connection from ``address`` is still there."""
    connections = psutil.Process().net_connections("tcp")
    return any(c.raddr and c.raddr.port == address[1] for c in connections)


# Figures


async def test_metrics_count_pictures_and_bytes(world: World) -> None:
    size = 0
    async with world.viewer() as viewer:
        for _ in range(3):
            await viewer.say(Next())
            size += len((await viewer.picture()).data)
        assert await figure(world, "peerlens_picture_viewers") == 1
        await world.frames_more(3)
    assert await figure(world, "peerlens_pictures_sent_total") == 3
    assert await figure(world, "peerlens_pictures_sent_bytes_total") == size
    assert await figure(world, "peerlens_pictures_left_out_total") >= 1
    await until(lambda: len(world.gateway.picture_viewers) == 0, "it to be forgotten")
    assert await figure(world, "peerlens_picture_viewers") == 0


async def figure(world: World, name: str) -> float:
    async with world.client.get("/metrics") as response:
        lines = (await response.text()).splitlines()
    [line] = [line for line in lines if line.startswith(f'{name}{{camera="front"}} ')]
    return float(line.split()[-1])
