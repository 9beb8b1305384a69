"""The camera's link: the real twin-camera against the real signaling server."""

import asyncio
import base64
import contextlib
import functools
import hashlib
import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession, TCPConnector

from edge.roles import Role
from edge.settings import HttpSettings
from protocol.messages import Join, Next, RegisterCamera
from signaling.settings import SignalingLimits
from tests.support.counted_pictures import PICTURES
from tests.support.picture_client import Viewer
from tests.support.polling import until
from tests.support.signaling_server import SignalingServer, WsClient, signaling_server
from tests.support.twin_camera import TwinCamera, folder_of

pytestmark = pytest.mark.usefixtures("twin_camera")

CAM = "cam-1"
HOST = "127.0.0.1"


@pytest.fixture
async def server() -> AsyncIterator[SignalingServer]:
    async with signaling_server(SignalingLimits(), with_tokens=True) as running:
        yield running


def address(server: SignalingServer, path: str = "") -> str:
    return f"ws://{HOST}:{server.url.port}{path}"


@contextlib.asynccontextmanager
async def camera(
    url: str, *arguments: str, token: str | None = None, inside: tuple[str, ...] = ()
) -> AsyncIterator[TwinCamera]:
    environment = {} if token is None else {"PEERLENS_CAMERA_TOKEN": token}
    options = ("--url", url, "--id", CAM, "--size", "QVGA", *arguments)
    async with TwinCamera(*options, environment=environment, inside=inside) as running:
        yield running


async def printed(running: TwinCamera, pattern: str) -> str:
    return (await running.program.printed(pattern)).group(0)


@contextlib.asynccontextmanager
async def viewer(server: SignalingServer) -> AsyncIterator[Viewer]:
    async with server.client.ws_connect("/ws/viewer") as socket:
        yield await Viewer(socket).say(Join(CAM, token=server.token(Role.VIEWER)))


# Registration


@pytest.mark.parametrize("path", ["", "/ws"])
async def test_a_reachable_camera_tells_where_it_streams(
    server: SignalingServer, path: str
) -> None:
    token = server.token(Role.DEVICE)
    async with camera(address(server, path), token=token) as running:
        await printed(running, "^link up$")
        device = server.service.broker.device(CAM)
        assert device is not None
        assert device.stream_url == running.url
        assert running.status()["link"] == {"state": "up"}
    await until(lambda: server.service.broker.device(CAM) is None, "the camera to say goodbye")


async def test_the_address_can_be_another(server: SignalingServer) -> None:
    url = "http://camera.test:8088/stream"
    token = server.token(Role.DEVICE)
    async with camera(address(server), "--stream-url", url, token=token) as running:
        await printed(running, "^link up$")
        device = server.service.broker.device(CAM)
        assert device is not None
        assert device.stream_url == url


async def test_a_wrong_token_is_told_and_tried_again_seldom(server: SignalingServer) -> None:
    async with camera(address(server), token="wrong-token-0123456789abcdef") as running:
        await printed(running, "^refused urn:peerlens:problem:unauthorized: ")
        await printed(running, "^link down closed 4401")
        link = running.status()["link"]
        assert link["state"] == "down"
        assert link["refusal"].startswith("urn:peerlens:problem:unauthorized: ")


async def test_nobody_is_thrown_out_by_a_camera_at_another_address(
    server: SignalingServer,
) -> None:
    token = server.token(Role.DEVICE)
    async with (
        ClientSession(server.url, connector=TCPConnector(local_addr=("127.0.0.2", 0))) as elsewhere,
        elsewhere.ws_connect("/ws") as socket,
    ):
        other = WsClient(socket)
        await other.send(RegisterCamera(CAM, "http://192.168.0.9/stream", token=token))
        await other.expect("registered")
        async with camera(address(server), token=token) as running:
            await printed(running, "^refused urn:peerlens:problem:device-taken: ")
            await printed(running, "^link down closed 4503")
            await other.socket.close()
            await printed(running, "^link up$")


async def test_who_was_superseded_stays_away(server: SignalingServer) -> None:
    token = server.token(Role.DEVICE)
    async with camera(address(server), token=token) as running:
        await printed(running, "^link up$")
        before = server.service.broker.device(CAM)
        async with await server.device("http://192.168.0.9/stream"):
            await printed(running, "^link down closed 4409")
            # Longer than the longest delay between attempts.
            with pytest.raises(AssertionError, match="in vain"):
                await until(lambda: running.output.count("link up") > 1, "it to come back", 3.0)
            now = server.service.broker.device(CAM)
            assert now is not None
            assert now is not before
            assert now.stream_url == "http://192.168.0.9/stream"


async def test_comes_back_when_the_server_does() -> None:
    async with signaling_server(with_tokens=True) as server:
        port, token = server.url.port, server.token(Role.DEVICE)
        assert port is not None
    async with camera(f"ws://{HOST}:{port}", token=token) as running:
        await printed(running, "^link down Connection refused$")
        for _ in range(2):
            ups = running.output.count("link up")
            async with server_at(port):
                await until(functools.partial(has_more_ups, running, ups), "the link")
            await until(lambda: ups_and_downs(running)[-1] == "down", "the end of it")
        # What goes on for the same reason is told once.
        assert not any(one == after for one, after in itertools.pairwise(running.output))


def server_at(port: int) -> contextlib.AbstractAsyncContextManager[SignalingServer]:
    return signaling_server(with_tokens=True, http=HttpSettings(port=port))


def has_more_ups(running: TwinCamera, than: int) -> bool:
    return running.output.count("link up") > than


def ups_and_downs(running: TwinCamera) -> list[str]:
    return [line.split()[1] for line in running.output if line.startswith("link ")]


# Pushing


@contextlib.asynccontextmanager
async def pusher(server: SignalingServer, *arguments: str) -> AsyncIterator[TwinCamera]:
    token = server.token(Role.DEVICE)
    options = ("--mode", "push", *arguments)
    async with camera(address(server), *options, token=token) as running:
        await printed(running, "^link up$")
        yield running


async def test_pushes_the_pictures_as_they_are(server: SignalingServer, tmp_path: Path) -> None:
    folder = folder_of(PICTURES, tmp_path / "jpegs")
    async with pusher(server, "--jpegs", folder, "--fps", "10"), viewer(server) as looking:
        seen = []
        for _ in range(8):
            await looking.say(Next())
            seen.append(PICTURES.index((await looking.picture()).data))
        steps = {(after - before) % len(PICTURES) for before, after in itertools.pairwise(seen)}
        assert steps == {1}, seen


async def test_pushes_hvga_at_fifteen_frames_and_no_faster(server: SignalingServer) -> None:
    traffic = server.service.traffic_of(CAM)
    loop = asyncio.get_running_loop()
    async with pusher(server, "--size", "HVGA", "--fps", "15") as running:
        await until(lambda: traffic.pictures_in >= 1, "the first picture")
        began, first = loop.time(), traffic.pictures_in
        await until(lambda: traffic.pictures_in >= first + 60, "sixty pictures")
        assert 60 / (loop.time() - began) == pytest.approx(15, abs=1)
        link = running.status()["link"]
        assert link["left_out"] == 0
        assert link["pushed"] >= 60
    assert traffic.broken == traffic.over_fps == 0


async def test_large_pictures_go_through(server: SignalingServer) -> None:
    async with pusher(server, "--size", "UXGA", "--fps", "5"), viewer(server) as looking:
        for _ in range(3):
            await looking.say(Next())
            assert len((await looking.picture()).data) > 100_000


async def test_a_camera_that_stalls_keeps_its_link_and_goes_on(server: SignalingServer) -> None:
    traffic = server.service.traffic_of(CAM)
    async with pusher(server) as running:
        await until(lambda: traffic.pictures_in >= 3, "pictures")
        running.faults.set("stall")
        pushed = -1

        def settled() -> bool:
            nonlocal pushed
            before, pushed = pushed, traffic.pictures_in
            return before == pushed

        await until(settled, "the pictures to end")
        running.faults.clear()
        await until(lambda: traffic.pictures_in > pushed + 3, "more pictures")
        assert ups_and_downs(running) == ["up"]


async def test_is_back_soon_after_it_lost_its_wifi(server: SignalingServer) -> None:
    traffic = server.service.traffic_of(CAM)
    async with pusher(server, "--fault-s", "1") as running:
        await until(lambda: traffic.pictures_in >= 3, "pictures")
        running.faults.set("wifi-gone")
        await until(lambda: running.output.count("link up") == 2, "the link")
        pushed = traffic.pictures_in
        await until(lambda: traffic.pictures_in > pushed + 3, "more pictures")


async def test_a_broken_picture_now_and_then_costs_that_picture(server: SignalingServer) -> None:
    traffic = server.service.traffic_of(CAM)
    async with pusher(server, "--fps", "50", "--fault", "truncated") as running:
        await until(lambda: traffic.broken >= 30 and traffic.pictures_in >= 30, "thirty of both")
        assert ups_and_downs(running) == ["up"]


async def test_pictures_larger_than_the_server_takes_are_told() -> None:
    limits = SignalingLimits(max_picture_bytes=2000)
    async with signaling_server(limits, with_tokens=True) as server, pusher(server) as running:
        await printed(running, "^refused urn:peerlens:problem:message-too-large: ")
        await printed(running, "^link down closed 1009")
        assert running.status()["link"]["refusal"].endswith("at most 2000 bytes")


# Silence


@contextlib.asynccontextmanager
async def answering(*answers: bytes) -> AsyncIterator[int]:
    """A server that says `answers`, one for each time it is told something, and then no more."""
    ends = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            told = await reader.read(4096)
            key = told.partition(b"Sec-WebSocket-Key: ")[2].partition(b"\r\n")[0]
            writer.write(answer.replace(b"ACCEPT", accept(key)))
        await ends.wait()
        writer.close()

    async with await asyncio.start_server(serve, HOST, 0) as running:
        yield running.sockets[0].getsockname()[1]
        ends.set()


def accept(key: bytes) -> bytes:
    digest = hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
    return base64.b64encode(digest)


OPENS = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: ACCEPT\r\n\r\n"
)
REGISTERS = b'\x81\x2c{"type":"registered","heartbeatS":5.0,"v":1}'


@pytest.mark.parametrize(
    ("answers", "mode", "reason"),
    [
        ((), "register", "connecting took too long"),
        ((OPENS,), "register", "silent"),
        ((OPENS, REGISTERS), "register", "silent"),
        ((OPENS, REGISTERS), "push", "silent"),
        (
            (b"HTTP/1.1 404 Not Found\r\n\r\n",),
            "push",
            "closed 1006 the server does not answer 101",
        ),
    ],
)
async def test_a_server_that_falls_silent_is_given_up(
    answers: tuple[bytes, ...], mode: str, reason: str
) -> None:
    """A camera that pushes does not even read whether its pictures leave: the buffers fill."""
    async with (
        answering(*answers) as port,
        camera(f"ws://{HOST}:{port}", "--mode", mode) as running,
    ):
        await printed(running, f"^link down {reason}$")
        assert running.status()["link"] == {"state": "down", "reason": reason} | (
            {"pushed": running.status()["link"]["pushed"], "left_out": 0} if mode == "push" else {}
        )
