"""A hundred viewers of one relayed camera, on one signaling process of its own."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import psutil
from aiohttp import (
    AddrInfoType,
    ClientSession,
    ClientWebSocketResponse,
    TCPConnector,
    WSMsgType,
)

from protocol.codec import encode
from protocol.messages import Join, Next, Ping, RegisterCamera
from tests.support.mjpeg import large, pictures
from tests.support.polling import until
from tests.support.program import Program, free_port, program

VIEWERS = 100
FPS = 10
PICTURES = [large(30_000, each) for each in pictures(10)]
LARGE = large(900_000, PICTURES[0])
SECONDS = 4
GROWTH_BYTES = 60_000_000
"""What the process may grow by for a hundred: about a picture and a half each, of the largest."""
NEXT = encode(Next())


@dataclass
class Crowd:
    """Viewers that take what they get, and what each has got."""

    got: dict[int, int] = field(default_factory=dict)

    async def look(self, number: int, viewer: ClientWebSocketResponse) -> None:
        await viewer.send_str(encode(Join("cam-1")))
        for _ in range(2):
            await viewer.send_str(NEXT)
        self.got[number] = 0
        async for message in viewer:
            if message.type is WSMsgType.BINARY:
                self.got[number] += 1
                await viewer.send_str(NEXT)


@dataclass(frozen=True)
class Server:
    running: Program
    client: ClientSession
    deaf_client: ClientSession

    @property
    def size(self) -> int:
        return int(psutil.Process(self.running.pid).memory_info().rss)

    async def camera(self) -> ClientWebSocketResponse:
        pushing = await self.client.ws_connect("/ws/esp32")
        await pushing.send_str(encode(RegisterCamera("cam-1")))
        assert (await pushing.receive_json())["type"] == "registered"
        return pushing

    async def deaf_viewer(self) -> ClientWebSocketResponse:
        """Return one that asks for four pictures and reads nothing."""
        deaf = await self.deaf_client.ws_connect("/ws/viewer")
        await deaf.send_str(encode(Join("cam-1")))
        for _ in range(4):
            await deaf.send_str(NEXT)
        assert deaf._conn is not None
        transport = deaf._conn.transport
        assert isinstance(transport, asyncio.ReadTransport)
        transport.pause_reading()
        return deaf

    async def has(self, viewers: int) -> None:
        """Wait until signaling knows of so many viewers."""
        async with asyncio.timeout(20):
            while await self._viewers() != viewers:  # noqa: ASYNC110 -- another process
                await asyncio.sleep(0.05)

    async def _viewers(self) -> int:
        async with self.client.get("/api/relay") as response:
            [shown] = await response.json()
        return int(shown["viewers"])


def _small(address: AddrInfoType) -> socket.socket:
    made = socket.socket(*address[:3])
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    return made


@contextlib.asynccontextmanager
async def server() -> AsyncIterator[Server]:
    port = free_port()
    settings = {"http.port": port, "limits.picture_viewers_per_address": 2 * VIEWERS}
    flags = [part for key, value in settings.items() for part in ("--set", f"{key}={value}")]
    async with program("signaling", *flags) as running:
        await running.printed("Peerlens is up")
        url = f"http://127.0.0.1:{port}"
        async with (
            ClientSession(url, connector=TCPConnector(limit=0)) as client,
            ClientSession(url, connector=TCPConnector(limit=0, socket_factory=_small)) as deaf,
        ):
            yield Server(running, client, deaf)


async def push(camera: ClientWebSocketResponse, count: int) -> None:
    """Send so many pictures at the camera's pace."""
    loop = asyncio.get_running_loop()
    start_s = loop.time()
    for number in range(count):
        await camera.send_bytes(PICTURES[number % len(PICTURES)])
        await asyncio.sleep(max(0.0, start_s + (number + 1) / FPS - loop.time()))


async def test_a_viewer_that_reads_nothing_costs_the_other_99_nothing() -> None:
    async with server() as it, await it.camera() as camera, asyncio.TaskGroup() as tasks:
        crowd = Crowd()
        viewers = [await it.client.ws_connect("/ws/viewer") for _ in range(VIEWERS - 1)]
        looking = [tasks.create_task(crowd.look(*each)) for each in enumerate(viewers)]
        deaf = await it.deaf_viewer()
        await it.has(VIEWERS)
        before = it.size
        count = FPS * SECONDS
        await push(camera, count)
        enough = 0.8 * count
        await until(lambda: min(crowd.got.values()) >= enough, f"{enough} pictures each", 20)
        assert max(crowd.got.values()) <= count
        assert it.size - before < GROWTH_BYTES
        assert not deaf.closed
        for task in looking:
            task.cancel()


async def test_memory_is_bounded_when_nobody_reads() -> None:
    async with server() as it, await it.camera() as camera:
        deaf = [await it.deaf_viewer() for _ in range(VIEWERS)]
        await it.has(VIEWERS)
        before = it.size
        for _ in range(20):
            await camera.send_bytes(LARGE)
            await camera.send_str(encode(Ping(1)))
            assert (await camera.receive_json())["type"] == "pong"
        assert it.size - before < GROWTH_BYTES + VIEWERS * len(LARGE)
        await it.has(0)
        assert all(not each.closed for each in deaf), "they have read nothing of it"
