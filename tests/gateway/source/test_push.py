"""A camera that pushes to a real signaling server, and the gateway that takes it there."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

import pytest

from edge.roles import Role
from gateway.settings import CameraSettings, UplinkSettings
from gateway.source import open_source
from gateway.source.base import Source
from gateway.source.errors import SourceError, SourceRefused, SourceStalled, SourceUnreachable
from gateway.units import JpegFrame, RawFrame
from protocol.messages import RegisterCamera
from signaling.settings import SignalingLimits
from tests.support.mjpeg import pictures
from tests.support.polling import until
from tests.support.signaling_server import SignalingServer, WsClient, signaling_server

PICTURES = pictures(6)
SETTINGS = CameraSettings(source="push:cam-1", stall_timeout_s=0.5)


@pytest.fixture
async def server() -> AsyncIterator[SignalingServer]:
    async with signaling_server(SignalingLimits(push_fps=100_000), with_tokens=True) as running:
        yield running


async def camera(server: SignalingServer) -> WsClient:
    client = await server.connect("/ws/esp32")
    await client.send(RegisterCamera("cam-1", token=server.token(Role.DEVICE)))
    await client.expect("registered")
    return client


def source(server: SignalingServer, role: Role = Role.GATEWAY) -> Source:
    url = str(server.url.with_scheme("ws") / "ws")
    return open_source(SETTINGS, UplinkSettings(url=url, token=server.token(role)))


class Taken:
    """What a source delivers, while it runs."""

    def __init__(self) -> None:
        self.frames: list[JpegFrame] = []

    def deliver(self, frame: JpegFrame | RawFrame) -> None:
        assert isinstance(frame, JpegFrame)
        self.frames.append(frame)

    async def reach(self, count: int) -> None:
        await until(lambda: len(self.frames) >= count, f"{count} frames")


@contextlib.asynccontextmanager
async def taken_from(running: Source) -> AsyncIterator[Taken]:
    taken = Taken()
    task = asyncio.create_task(running.run(taken.deliver))
    try:
        yield taken
    finally:
        task.cancel()
        await asyncio.wait({task})


async def failure(running: Source) -> SourceError:
    with pytest.raises(SourceError) as raised:
        async with asyncio.timeout(10):
            await running.run(lambda frame: None)
    return raised.value


async def test_frames_are_the_cameras_pictures_captured_when_they_came(
    server: SignalingServer,
) -> None:
    async with await camera(server) as pushing, taken_from(source(server)) as taken:
        traffic = server.service.traffic_of("cam-1")
        await until(lambda: traffic.analyzers.viewers == 1, "the gateway")
        for count, made in enumerate(PICTURES, 1):
            before_s = time.monotonic()
            await pushing.send(made)
            await taken.reach(count)
            frame = taken.frames[-1]
            assert frame.data == made
            assert before_s - 0.01 <= frame.capture_s <= frame.received_s <= time.monotonic()
    captures = [frame.capture_s for frame in taken.frames]
    assert captures == sorted(captures)


async def test_a_device_that_does_not_push_is_named(server: SignalingServer) -> None:
    error = await failure(source(server))
    assert isinstance(error, SourceUnreachable)
    assert "cam-1 does not push" in str(error)


async def test_a_device_that_sends_nothing_is_stalled(server: SignalingServer) -> None:
    async with await camera(server):
        assert isinstance(await failure(source(server)), SourceStalled)


async def test_a_device_that_leaves_can_be_tried_again(server: SignalingServer) -> None:
    running = source(server)
    async with await camera(server) as pushing:
        failing = asyncio.create_task(failure(running))
        traffic = server.service.traffic_of("cam-1")
        await until(lambda: traffic.analyzers.viewers == 1, "the gateway")
        await pushing.socket.close()
        assert isinstance(await failing, SourceUnreachable)


async def test_a_wrong_token_wants_a_person(server: SignalingServer) -> None:
    error = await failure(source(server, Role.VIEWER))
    assert isinstance(error, SourceRefused)
    assert "gateways and admins" in str(error)


async def test_no_signaling_is_tried_again() -> None:
    assert isinstance(await failure(open_source(SETTINGS)), SourceUnreachable)
    nowhere = UplinkSettings(url="ws://127.0.0.1:9/ws")
    error = await failure(open_source(SETTINGS, nowhere))
    assert isinstance(error, SourceUnreachable)
    assert "cannot connect to ws://127.0.0.1:9/ws/analyzer: Connection refused" in str(error)


@pytest.mark.parametrize("url", ["push:", "push:../x", "push://cam-1", "push:cam 1"])
def test_the_device_must_be_an_id(url: str) -> None:
    with pytest.raises(ValueError, match="push:DEVICE_ID"):
        CameraSettings(source=url)
