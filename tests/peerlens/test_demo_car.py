"""``peerlens demo`` with its car, driven as a browser without a peer connection does."""

import asyncio
import contextlib
import json
import math
import time
from collections.abc import AsyncIterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

from protocol.codec import decode, encode
from protocol.messages import (
    Car,
    Drive,
    Driven,
    GatewayToRelayed,
    Heard,
    Join,
    ReleaseLease,
    RequestLease,
)
from tests.peerlens.test_virtual_camera_driven_car import blue_place
from tests.support.polling import until
from tests.support.program import Program, program

TWINS = {
    "firmware": r"Virtual car: firmware core, compiled",
    "python": r"Virtual car: Python twin \(as asked for\)",
}


class Driver:
    """A driver on ``/ws/control``."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.car: Car | None = None
        self.driven: Driven | None = None
        self._socket = socket
        self._seq = 0
        self._heard_s = 0.0

    async def listen(self) -> None:
        async for message in self._socket:
            assert message.type is WSMsgType.TEXT
            told: GatewayToRelayed = decode(message.data, GatewayToRelayed)
            if isinstance(told, Car):
                self.car = told
            elif isinstance(told, Driven):
                self.driven, self._heard_s = told, time.monotonic()

    async def say(self, message: object) -> None:
        await self._socket.send_str(encode(message))

    @property
    def is_driving(self) -> bool:
        return self.car is not None and self.car.session is not None

    @property
    def is_armed(self) -> bool:
        return self.driven is not None and self.driven.state in ("armed", "neutral")

    async def drive(self, throttle: float, steering: float = 0.0) -> None:
        """Send one command, with a picture on the screen that is new enough."""
        assert self.car is not None
        assert self.car.session is not None
        held_ms = (time.monotonic() - self._heard_s) * 1000
        heard = None if self.driven is None else Heard(self.driven.at_ms, held_ms)
        self._seq += 1
        await self.say(
            Drive(
                session=self.car.session,
                seq=self._seq,
                sent_ms=time.monotonic() * 1000,
                ttl_ms=500.0,
                throttle=throttle,
                steering=steering,
                heard=heard,
                video_age_ms=50.0,
            )
        )
        await asyncio.sleep(0.03)

    async def until_state(self, state: str, throttle: float = 0.0) -> None:
        loop = asyncio.get_running_loop()
        end_s = loop.time() + 20
        while self.driven is None or self.driven.state != state:
            assert loop.time() < end_s, f"waited in vain for {state}"
            await self.drive(throttle)


@contextlib.asynccontextmanager
async def driver(url: str, token: str | None = None) -> AsyncIterator[Driver]:
    """Join, and drive once the board is there."""
    async with ClientSession() as client, client.ws_connect(f"{url}/ws/control") as socket:
        joined = Driver(socket)
        listening = asyncio.create_task(joined.listen())
        try:
            await joined.say(Join("front", token=token))
            await until(lambda: joined.car is not None, "the car")
            await until(lambda: joined.car and joined.car.board == "online", "the board", 60)
            await joined.say(RequestLease())
            await until(lambda: joined.is_driving, "the lease")
            yield joined
        finally:
            listening.cancel()
            await asyncio.wait({listening})


class Watcher:
    """Sees the scene on ``/front/stream``, which also keeps it moving."""

    def __init__(self) -> None:
        self.place: tuple[float, float] | None = None
        self.pictures = 0

    async def watch(self, url: str) -> None:
        async with ClientSession() as client, client.get(f"{url}/front/stream") as stream:
            assert stream.status == 200
            buffer = b""
            async for chunk in stream.content.iter_any():
                buffer += chunk
                end = buffer.rfind(b"\xff\xd9")
                start = buffer.rfind(b"\xff\xd8\xff", 0, max(0, end))
                if start < 0 or end < 0:
                    continue
                pixels = cv2.imdecode(np.frombuffer(buffer[start:], np.uint8), cv2.IMREAD_COLOR)
                buffer = buffer[end + 2 :]
                self.place = blue_place(np.asarray(pixels, np.uint8))
                self.pictures += 1


@contextlib.asynccontextmanager
async def watching(url: str) -> AsyncIterator[Watcher]:
    watcher = Watcher()
    task = asyncio.create_task(watcher.watch(url))
    try:
        await until(lambda: watcher.place is not None, "the blue car")
        yield watcher
    finally:
        task.cancel()
        await asyncio.wait({task})


async def address(running: Program) -> str:
    return (await running.printed(r"Peerlens is up: (\S+)")).group(1).rstrip("/")


@pytest.mark.parametrize("twin", list(TWINS))
async def test_a_newcomer_drives_and_the_car_stops_when_the_socket_breaks(
    twin: str, tmp_path: Path
) -> None:
    arguments = ("demo", "--port", "0", "--state-dir", str(tmp_path), "--car", twin)
    async with program(*arguments) as running:
        url = await address(running)
        drive_url = (await running.printed(r"Drive the blue car: (\S+)")).group(1)
        assert drive_url == f"{url}/drive/front"
        async with watching(url) as watcher:
            parked = watcher.place
            assert parked is not None
            async with driver(url) as wheel:
                await running.printed(TWINS[twin])
                await wheel.until_state("armed")

                def went_px() -> float:
                    assert watcher.place is not None
                    assert parked is not None
                    return math.dist(parked, watcher.place)

                end_s = time.monotonic() + 20
                while went_px() < 60:
                    assert time.monotonic() < end_s, "the car does not move"
                    # A busy machine may have made the board disarm: neutral arms it again.
                    await wheel.drive(0.6 if wheel.is_armed else 0.0)
                assert watcher.place is not None
                assert watcher.place[0] > parked[0] + 50, "ahead is to the right of the picture"
            await until_at_rest(watcher)
        assert await running.stop() == 0


async def until_at_rest(watcher: Watcher) -> None:
    """Wait until half a second of pictures show the car in one place."""
    end_s = time.monotonic() + 20
    while True:
        before, pictures = watcher.place, watcher.pictures

        def seen(since: int = pictures) -> bool:
            return watcher.pictures >= since + 12

        await until(seen, "pictures")
        assert before is not None
        assert watcher.place is not None
        if math.dist(before, watcher.place) < 1.5:
            return
        assert time.monotonic() < end_s, "the car does not stop"


async def test_with_tokens_the_board_registers_as_a_device(tmp_path: Path) -> None:
    arguments = ("demo", "--port", "0", "--auth", "token", "--state-dir", str(tmp_path))
    async with program(*arguments) as running:
        url = await address(running)
        link = (await running.printed(r"Drive the blue car: (\S+)")).group(1)
        token = json.loads((tmp_path / "tokens.json").read_text("utf-8"))["driver"]
        assert link == f"{url}/drive/front#token={token}"
        async with driver(url, token) as wheel:
            await wheel.until_state("armed")
            await wheel.say(ReleaseLease())
        assert await running.stop() == 0


async def listed_cameras(url: str) -> list[dict[str, object]]:
    """Wait until the gateway has registered its cameras, and return them."""
    end_s = time.monotonic() + 10
    while True:
        async with ClientSession() as client, client.get(f"{url}/api/cameras") as answer:
            if cameras := await answer.json():
                return list(cameras)
        assert time.monotonic() < end_s, "no cameras were registered"


@pytest.mark.parametrize("options", [("--car", "none"), ("--video", "clip.avi")])
async def test_without_a_car(options: tuple[str, ...], tmp_path: Path) -> None:
    if "--video" in options:
        clip = tmp_path / "clip.avi"
        writer = cv2.VideoWriter(str(clip), cv2.VideoWriter.fourcc(*"MJPG"), 10, (320, 240))
        for _ in range(10):
            writer.write(np.full((240, 320, 3), 90, np.uint8))
        writer.release()
        options = ("--video", str(clip))
    async with program("demo", "--port", "0", "--state-dir", str(tmp_path), *options) as running:
        url = await address(running)
        await running.printed(r"Ctrl-C stops it")
        assert not any("car" in line.lower().split() for line in running.output)
        cameras = await listed_cameras(url)
        assert [camera["id"] for camera in cameras] == ["front"]
        assert "car" not in cameras[0]
        assert await running.stop() == 0
