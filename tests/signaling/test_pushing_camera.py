"""Cameras that push their pictures to signaling, and who gets them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession

from edge import websocket_entry
from edge.roles import Role
from protocol.codec import encode
from protocol.messages import Join, Next, Ping, RegisterCamera
from signaling import pushing_camera
from signaling.settings import SignalingLimits
from tests.support.mjpeg import large, pictures
from tests.support.picture_client import Viewer
from tests.support.polling import until
from tests.support.signaling_server import SignalingServer, WsClient, signaling_server

PICTURES = pictures(12)
CAM = "cam-1"


@pytest.fixture
async def server() -> AsyncIterator[SignalingServer]:
    async with signaling_server(SignalingLimits(push_fps=100_000), with_tokens=True) as running:
        yield running


async def camera(server: SignalingServer, device_id: str = CAM) -> WsClient:
    """Open the link of a camera that pushes, and register it."""
    client = await server.connect("/ws/esp32")
    await client.send(RegisterCamera(device_id, token=server.token(Role.DEVICE)))
    await client.expect("registered")
    return client


@contextlib.asynccontextmanager
async def viewer(
    server: SignalingServer, device_id: str = CAM, path: str = "viewer", role: Role = Role.VIEWER
) -> AsyncIterator[Viewer]:
    async with server.client.ws_connect(f"/ws/{path}") as socket:
        made = Viewer(socket)
        yield await made.say(Join(device_id, token=server.token(role)))


async def joined(server: SignalingServer, device_id: str = CAM) -> None:
    traffic = server.service.traffic_of(device_id)
    await until(lambda: traffic.viewers.viewers + traffic.analyzers.viewers > 0, "the viewer")


# What goes through


async def test_pictures_go_through_as_the_camera_made_them(server: SignalingServer) -> None:
    async with await camera(server) as pushing, viewer(server) as looking:
        await joined(server)
        for made in PICTURES:
            await looking.say(Next())
            await pushing.send(made)
            assert (await looking.picture()).data == made


async def test_who_comes_gets_the_newest_picture_at_once(server: SignalingServer) -> None:
    async with await camera(server) as pushing:
        for made in PICTURES[:3]:
            await pushing.send(made)
        traffic = server.service.traffic_of(CAM)
        await until(lambda: traffic.pictures_in == 3, "the pictures")
        async with viewer(server) as looking:
            await looking.say(Next())
            assert (await looking.picture()).data == PICTURES[2]


async def test_the_newest_wins_for_who_asks_late(server: SignalingServer) -> None:
    async with await camera(server) as pushing, viewer(server) as looking:
        await joined(server)
        traffic = server.service.traffic_of(CAM)
        for made in PICTURES[:4]:
            await pushing.send(made)
        await until(lambda: traffic.viewers.left_out == 3, "three to be left out")
        await looking.say(Next())
        assert (await looking.picture()).data == PICTURES[3]


async def test_analyzers_are_counted_apart(server: SignalingServer) -> None:
    async with (
        await camera(server) as pushing,
        viewer(server, path="analyzer", role=Role.GATEWAY) as analyzer,
        viewer(server) as looking,
    ):
        traffic = server.service.traffic_of(CAM)
        await until(lambda: traffic.viewers.viewers == traffic.analyzers.viewers == 1, "both")
        for each in (analyzer, looking):
            await each.say(Next())
        await pushing.send(PICTURES[0])
        for each in (analyzer, looking):
            assert (await each.picture()).data == PICTURES[0]
        assert (traffic.viewers.sent, traffic.analyzers.sent) == (1, 1)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.DRIVER, Role.DEVICE])
async def test_analyzers_are_gateways_and_admins(server: SignalingServer, role: Role) -> None:
    async with viewer(server, path="analyzer", role=role) as analyzer:
        assert await analyzer.ended() == ("forbidden", 4403)


async def test_a_ping_is_answered(server: SignalingServer) -> None:
    async with await camera(server) as pushing:
        await pushing.send(Ping(7))
        assert await pushing.receive() == {"type": "pong", "id": 7}


async def test_ping_frames_are_answered_and_count(server: SignalingServer) -> None:
    async with await camera(server) as pushing:
        await pushing.socket.ping(b"there?")
        await pushing.send(Ping(1))
        await pushing.expect("pong")
        for _ in range(1_000):
            await pushing.socket.ping()
        assert await pushing.refused() == ("too-fast", 4429)
    async with await server.connect("/ws/viewer") as nobody:
        for _ in range(1_000):
            await nobody.socket.ping()
        assert await nobody.refused() == ("too-fast", 4429)


# The camera comes and goes


async def test_viewers_are_told_when_the_camera_leaves(server: SignalingServer) -> None:
    async with await camera(server) as pushing, viewer(server) as looking:
        await joined(server)
        await pushing.socket.close()
        assert await looking.ended() == ("no-picture", 4503)
    async with viewer(server) as looking:
        assert await looking.ended() == ("unknown-camera", 4404)


async def test_viewers_stay_when_the_camera_comes_again_before_it_was_missed(
    server: SignalingServer,
) -> None:
    async with await camera(server) as before, viewer(server) as looking:
        await joined(server)
        async with await camera(server) as after:
            assert await before.refused() == ("superseded", 4409)
            await looking.say(Next())
            await after.send(PICTURES[1])
            assert (await looking.picture()).data == PICTURES[1]


async def test_viewers_are_told_when_no_pictures_come(
    server: SignalingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pushing_camera, "PICTURE_TIMEOUT_S", 0.3)
    async with await camera(server), viewer(server) as looking:
        assert await looking.ended() == ("no-picture", 4503)


async def test_a_stream_of_its_own_is_announced_too(server: SignalingServer) -> None:
    client = await server.connect("/ws/esp32")
    url = "http://192.168.0.20:8080/stream"
    await client.send(RegisterCamera(CAM, url, token=server.token(Role.DEVICE)))
    await client.expect("registered")
    device = server.service.broker.device(CAM)
    assert device is not None
    assert device.stream_url == url


# Bad input


def count_of(server: SignalingServer, problem: str) -> float:
    value = server.service.metrics.refused.labels(problem)._value.get()
    assert isinstance(value, float)
    return value


@pytest.mark.parametrize(
    ("messages", "problem", "code"),
    [
        ([b"GIF89a" + bytes(100)], "not-a-jpeg", 4415),
        ([b""], "not-a-jpeg", 4415),
        ([PICTURES[0][:-2]] * 20, "not-a-jpeg", 4415),
        (["garbage"], "malformed-message", 4400),
        (["x" * 65_537], "message-too-large", 1009),
        ([encode(Next())], "unknown-type", 4400),
        ([encode(RegisterCamera(CAM))], "unexpected-message", 4400),
        ([PICTURES[0]] * 1_000, "too-fast", 4429),
        ([large(1_000_001, PICTURES[0])], "message-too-large", 1009),
        ([bytes(50_000_000)], "message-too-large", 1009),
    ],
    ids=["gif", "empty", "torn", "garbage", "text", "next", "again", "flood", "1 MB", "50 MB"],
)
async def test_bad_input_is_refused_with_a_reason_and_counted(
    server: SignalingServer, messages: list[object], problem: str, code: int
) -> None:
    async with await camera(server) as pushing:
        with contextlib.suppress(ConnectionError):
            for message in messages:
                await pushing.send(message)
        assert await pushing.refused() == (problem, code)
    assert count_of(server, problem) == 1
    async with await camera(server) as pushing, viewer(server) as looking:
        await looking.say(Next())
        await pushing.send(PICTURES[0])
        assert (await looking.picture()).data == PICTURES[0], "others go on"


async def test_a_first_message_of_too_many_bytes_is_refused_as_such(
    server: SignalingServer,
) -> None:
    for path in ("/ws/esp32", "/ws/viewer"):
        async with await server.connect(path) as client:
            await client.send("x" * 65_537)
            assert await client.refused() == ("message-too-large", 1009)


@pytest.mark.parametrize(
    ("first", "problem", "code"),
    [
        (RegisterCamera(CAM), "unauthorized", 4401),
        (RegisterCamera(CAM, token="guess"), "unauthorized", 4401),
        (RegisterCamera(CAM, "http://169.254.169.254/latest"), "invalid-field", 4400),
        (Join(CAM), "unknown-type", 4400),
        (PICTURES[0], "malformed-message", 4400),
    ],
)
async def test_who_may_not_push(
    server: SignalingServer, first: object, problem: str, code: int
) -> None:
    if isinstance(first, RegisterCamera) and first.stream_url is not None:
        first = RegisterCamera(CAM, first.stream_url, token=server.token(Role.DEVICE))
    async with await server.connect("/ws/esp32") as client:
        await client.send(first)
        assert await client.refused() == (problem, code)
    assert count_of(server, problem) == 1


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ADMIN, Role.GATEWAY])
async def test_only_devices_push(server: SignalingServer, role: Role) -> None:
    async with await server.connect("/ws/esp32") as client:
        await client.send(RegisterCamera(CAM, token=server.token(role)))
        assert await client.refused() == ("forbidden", 4403)
    assert count_of(server, "forbidden") == 1


async def test_a_torn_picture_now_and_then_is_left_out_and_counted(
    server: SignalingServer,
) -> None:
    async with await camera(server) as pushing, viewer(server) as looking:
        await joined(server)
        await looking.say(Next())
        await pushing.send(PICTURES[0][:-2])
        await pushing.send(PICTURES[1])
        assert (await looking.picture()).data == PICTURES[1]
    assert server.service.traffic_of(CAM).broken == 1


async def test_more_pictures_a_second_than_allowed_are_left_out_and_counted() -> None:
    async with signaling_server(SignalingLimits(push_fps=1), with_tokens=True) as server:
        async with await camera(server) as pushing:
            for _ in range(3):
                for made in PICTURES:
                    await pushing.send(made)
            await pushing.send(Ping(1))
            await pushing.expect("pong")
        traffic = server.service.traffic_of(CAM)
        assert traffic.pictures_in == 36
        assert 30 <= traffic.over_fps <= 36 - pushing_camera.BURST_FRAMES


async def test_silence_is_noticed(server: SignalingServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pushing_camera, "SILENCE_S", 0.3)
    monkeypatch.setattr(websocket_entry, "FIRST_MESSAGE_TIMEOUT_S", 0.3)
    async with await camera(server) as pushing:
        assert await pushing.refused() == ("timeout", 4408)
    async with await server.connect("/ws/esp32") as nobody:
        assert await nobody.refused() == ("timeout", 4408)
    assert count_of(server, "timeout") == 2


async def test_so_many_cameras_viewers_and_analyzers_and_no_more() -> None:
    limits = SignalingLimits(pushing_cameras=1, picture_viewers=1, analyzers=1)
    async with signaling_server(limits, with_tokens=True) as server, await camera(server):
        other = await server.connect("/ws/esp32")
        await other.send(RegisterCamera("cam-2", token=server.token(Role.DEVICE)))
        assert await other.refused() == ("overloaded", 4503)
        for path, role in (("viewer", Role.VIEWER), ("analyzer", Role.ADMIN)):
            async with viewer(server, path=path, role=role) as first:
                assert await first.answered() == []
                async with viewer(server, path=path, role=role) as second:
                    assert await second.ended() == ("overloaded", 4503)


async def test_the_end_of_the_server_is_told() -> None:
    async with asyncio.TaskGroup() as tasks, contextlib.AsyncExitStack() as clients:
        async with signaling_server(with_tokens=True) as server:
            session = await clients.enter_async_context(ClientSession(server.url))
            socket = await session.ws_connect("/ws/esp32")
            pushing = WsClient(socket)
            await pushing.send(RegisterCamera(CAM, token=server.token(Role.DEVICE)))
            await pushing.expect("registered")
            end = tasks.create_task(pushing.closed())
        assert await end == 1001
