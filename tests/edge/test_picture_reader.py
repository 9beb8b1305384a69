"""The viewer's end, against servers that are right and servers that are not."""

import asyncio
import contextlib
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import ClientWebSocketResponse, web

from edge import picture_reader
from edge.picture import Picture
from edge.picture_reader import AHEAD, PictureReader, PicturesEnded
from protocol.codec import decode, encode
from protocol.errors import PROBLEM_PREFIX
from protocol.messages import Error, Join, Next, PictureViewerToGateway, Ping, Pong, Sync, Synced
from tests.support.http_server import client_of

HOUR_MS = 3_600_000.0
JPEG = b"\xff\xd8\xff...\xff\xd9"

Serve = Callable[[web.WebSocketResponse], Awaitable[None]]


@contextlib.asynccontextmanager
async def connected(serve: Serve) -> AsyncIterator[ClientWebSocketResponse]:
    async def handler(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await serve(socket)
        return socket

    async with (
        client_of([web.get("/ws/viewer", handler)]) as client,
        client.ws_connect("/ws/viewer") as socket,
    ):
        yield socket


async def read(serve: Serve, silence_s: float = 5.0) -> list[Picture]:
    """Read to the end; return what came."""
    came: list[Picture] = []
    async with connected(serve) as socket:
        with contextlib.suppress(PicturesEnded):
            await PictureReader(socket, came.append).run(Join("front"), silence_s)
    return came


async def ended(serve: Serve) -> PicturesEnded:
    async with connected(serve) as socket:
        with pytest.raises(PicturesEnded) as raised:
            await PictureReader(socket, lambda picture: None).run(Join("front"), 5.0)
    return raised.value


async def said(socket: web.WebSocketResponse) -> PictureViewerToGateway:
    async with asyncio.timeout(5):
        return decode(await socket.receive_str(), PictureViewerToGateway)


def _far_ms() -> float:
    return time.time() * 1000 + HOUR_MS


async def test_it_joins_keeps_pictures_on_the_way_and_compares_clocks() -> None:
    heard: list[PictureViewerToGateway] = []

    async def serve(socket: web.WebSocketResponse) -> None:
        room = shown = 0
        while shown < 10:
            heard.append(message := await said(socket))
            if isinstance(message, Next):
                room += 1
            elif isinstance(message, Sync):
                await socket.send_str(encode(Synced(message.sent_ms, _far_ms(), _far_ms())))
                assert room == AHEAD
                for _ in range(10):
                    await socket.send_bytes(Picture(JPEG, _far_ms() - 50).message)
                    shown += 1
        for _ in range(10):
            assert isinstance(await said(socket), Next)
        await socket.close()

    before_ms = time.time() * 1000
    came = await read(serve)
    assert heard[0] == Join("front")
    assert [picture.jpeg for picture in came] == [JPEG] * 10
    for picture in came:
        assert before_ms - 60 <= picture.capture_ms <= time.time() * 1000


async def test_pings_are_answered() -> None:
    async def serve(socket: web.WebSocketResponse) -> None:
        await socket.send_str(encode(Ping(7)))
        while not isinstance(message := await said(socket), Pong):
            pass
        assert message.id == 7
        await socket.close(code=4503)

    error = await ended(serve)
    assert (error.slug, error.code) == (None, 4503)


async def test_the_problem_that_is_told_is_the_reason() -> None:
    async def serve(socket: web.WebSocketResponse) -> None:
        await socket.send_str(encode(Error(PROBLEM_PREFIX + "no-picture", "it is asleep")))
        await socket.close(code=4503)

    error = await ended(serve)
    assert (error.slug, str(error), error.code) == ("no-picture", "it is asleep", 4503)


@pytest.mark.parametrize("bad", [b"short", struct.pack(">d", float("inf")) + JPEG, "{", "{}"])
async def test_what_is_not_of_the_contract_ends_it(bad: str | bytes) -> None:
    async def serve(socket: web.WebSocketResponse) -> None:
        if isinstance(bad, bytes):
            await socket.send_bytes(bad)
        else:
            await socket.send_str(bad)
        async for _ in socket:
            pass

    assert (await ended(serve)).slug in ("malformed-message", "unknown-type")


async def test_no_picture_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_reader, "SYNC_EVERY_S", 0.1)

    async def serve(socket: web.WebSocketResponse) -> None:
        async for _ in socket:
            await socket.send_str(encode(Ping(1)))

    async with connected(serve) as socket:
        with pytest.raises(TimeoutError):
            await PictureReader(socket, lambda picture: None).run(Join("front"), 0.4)
