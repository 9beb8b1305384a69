"""The virtual camera on the wire, byte for byte."""

import asyncio
import contextlib
import re
import signal
import sys
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest

from peerlens.virtual_camera import Dialect, Fault, Picture, PicturesError, VirtualCamera
from tests.support.counted_pictures import PICTURES, CountedPictures
from tests.support.mjpeg import BOUNDARY
from tests.support.polling import until


@pytest.fixture
async def counted() -> CountedPictures:
    return CountedPictures()


@pytest.fixture
async def camera(counted: CountedPictures) -> AsyncIterator[VirtualCamera]:
    async with VirtualCamera(counted) as running:
        yield running


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(10)) as session:
        yield session


async def raw(camera: VirtualCamera, size: int, headers: str = "") -> bytes:
    """Return the first ``size`` bytes of what GET /stream answers, status line and all."""
    host, port = camera.base_url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(f"GET /stream HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n".encode())
        return await asyncio.wait_for(reader.readexactly(size), 10)
    finally:
        writer.transport.abort()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def to_its_end(stream: aiohttp.ClientResponse) -> None:
    while await stream.content.readany():
        pass


def unchunked(data: bytes) -> list[bytes]:
    """Return the complete chunks in ``data``."""
    found = []
    while match := re.match(rb"([0-9a-f]+)\r\n", data):
        end = match.end() + int(match[1], 16)
        if len(data) < end + 2:
            break
        found.append(data[match.end() : end])
        data = data[end + 2 :]
    return found


async def test_writes_as_an_esp32_does(camera: VirtualCamera) -> None:
    head, _, body = (await raw(camera, 20_000)).partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "HTTP/1.1 200 OK"
    assert f"Content-Type: multipart/x-mixed-replace;boundary={BOUNDARY}" in lines
    assert "Transfer-Encoding: chunked" in lines
    assert "X-Framerate: 50" in lines
    assert "Access-Control-Allow-Origin: *" in lines
    boundary, header, picture = unchunked(body)[:3]
    assert boundary == f"\r\n--{BOUNDARY}\r\n".encode()
    assert re.fullmatch(
        rb"Content-Type: image/jpeg\r\nContent-Length: (\d+)\r\nX-Timestamp: \d+\.\d{6}\r\n\r\n",
        header,
    )
    assert picture in PICTURES
    assert f"Content-Length: {len(picture)}\r\n".encode() in header


async def test_speaks_other_dialects(counted: CountedPictures) -> None:
    dialect = Dialect(
        chunked=False,
        content_length=False,
        timestamp=False,
        line_feed_only=True,
        boundary="odd",
        declared_boundary="--other",
    )
    async with VirtualCamera(counted, dialect=dialect) as camera:
        head, _, body = (await raw(camera, 8_000)).partition(b"\r\n\r\n")
    assert b"Transfer-Encoding" not in head
    assert b"Content-Length" not in head
    assert b"boundary=--other" in head
    assert body.startswith(b"\n--odd\nContent-Type: image/jpeg\n\n\xff\xd8\xff")


async def test_renders_once_for_all_and_only_for_somebody(
    camera: VirtualCamera, counted: CountedPictures, client: aiohttp.ClientSession
) -> None:
    assert counted.made == 0
    async with client.get(camera.url) as first, client.get(camera.url) as second:
        start = counted.made
        before_s = time.monotonic()
        await asyncio.gather(first.content.readexactly(20_000), second.content.readexactly(20_000))
        assert counted.made - start <= (time.monotonic() - before_s) * counted.fps + 3
        assert camera.streams == 2
    await until(lambda: camera.streams == 0, "the streams to end")
    made = counted.made
    async with client.get(f"{camera.base_url}/status") as response:
        assert (await response.json())["streams"] == 0
    assert counted.made <= made + 1


async def test_serves_two_streams_at_most(
    camera: VirtualCamera, client: aiohttp.ClientSession
) -> None:
    async with client.get(camera.url), client.get(camera.url), client.get(camera.url) as third:
        assert third.status == 503
        assert third.headers["Retry-After"] == "5"
    await until(lambda: camera.streams == 0, "the streams to end")
    async with client.get(camera.url) as again:
        assert again.status == 200


async def test_snapshot_and_status(camera: VirtualCamera, client: aiohttp.ClientSession) -> None:
    async with client.get(f"{camera.base_url}/snapshot") as response:
        assert response.content_type == "image/jpeg"
        assert await response.read() in PICTURES
    async with client.get(f"{camera.base_url}/status") as response:
        status = await response.json()
    assert status["fault"] == "none"
    assert status["fps"] == 50.0
    assert "stall" in status["faults"]


async def test_control_sets_the_fault(camera: VirtualCamera, client: aiohttp.ClientSession) -> None:
    async def control(query: str) -> int:
        async with client.get(f"{camera.base_url}/control?{query}") as response:
            return response.status

    assert await control("var=fault&val=stall") == 200
    assert camera.faults.fault is Fault.STALL
    assert await control("var=fault&val=flood") == 400
    assert await control("var=fault") == 400
    assert await control("var=framesize&val=8") == 404
    assert camera.faults.fault is Fault.STALL


async def test_stall_keeps_the_connection_and_sends_nothing(
    camera: VirtualCamera, client: aiohttp.ClientSession
) -> None:
    async with client.get(camera.url) as stream:
        await stream.content.readexactly(1_000)
        camera.faults.set(Fault.STALL)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(to_its_end(stream), 0.4)
        camera.faults.clear()
        await stream.content.readexactly(5_000)


async def test_drop_resets_streams_but_not_the_control(
    camera: VirtualCamera, client: aiohttp.ClientSession
) -> None:
    async with client.get(camera.url) as stream:
        await stream.content.readexactly(1_000)
        camera.faults.set(Fault.DROP)
        with pytest.raises(aiohttp.ClientError):
            await to_its_end(stream)
    with pytest.raises(aiohttp.ClientError):
        await client.get(camera.url)
    async with client.get(f"{camera.base_url}/control?var=fault&val=none") as response:
        assert response.status == 200
    async with client.get(camera.url) as stream:
        await stream.content.readexactly(1_000)


async def test_can_be_unplugged_and_replugged(
    camera: VirtualCamera, client: aiohttp.ClientSession
) -> None:
    url = camera.url
    async with client.get(url) as stream:
        await stream.content.readexactly(1_000)
        await camera.stop()
        await camera.stop()
        with pytest.raises(aiohttp.ClientError):
            await to_its_end(stream)
    with pytest.raises(aiohttp.ClientConnectorError):
        await client.get(url)
    await camera.start()
    await camera.start()
    assert camera.url == url
    async with client.get(url) as stream:
        await stream.content.readexactly(1_000)


async def test_closes_its_pictures(counted: CountedPictures) -> None:
    async with VirtualCamera(counted):
        assert not counted.closed
    assert counted.closed


async def test_a_port_in_use_is_an_error(camera: VirtualCamera) -> None:
    port = int(camera.base_url.rpartition(":")[2])
    with pytest.raises(OSError, match="address already in use"):
        async with VirtualCamera(CountedPictures(), port=port):
            pass


@pytest.mark.parametrize(
    ("lock", "headers", "status"),
    [
        ({"basic": ("me", "pw")}, {}, 401),
        ({"basic": ("me", "pw")}, {"Authorization": "Basic bWU6cHc="}, 200),
        ({"basic": ("me", "pw")}, {"Authorization": "Basic bWU6cHg="}, 401),
        ({"bearer": "abc"}, {"Authorization": "Bearer abc"}, 200),
        ({"bearer": "abc"}, {"Authorization": "Bearer ab"}, 401),
    ],
)
async def test_asks_for_credentials(
    counted: CountedPictures,
    client: aiohttp.ClientSession,
    lock: dict[str, object],
    headers: dict[str, str],
    status: int,
) -> None:
    async with VirtualCamera(counted, **lock) as camera:  # type: ignore[arg-type]
        for path in ("stream", "snapshot", "status"):
            async with client.get(f"{camera.base_url}/{path}", headers=headers) as response:
                assert response.status == status
                assert (status == 401) == ("WWW-Authenticate" in response.headers)


async def test_a_slow_reader_misses_pictures_and_holds_nobody_up(
    camera: VirtualCamera, client: aiohttp.ClientSession
) -> None:
    async with client.get(camera.url), client.get(camera.url) as quick:
        await quick.content.readexactly(300_000)


async def test_failing_pictures_end_the_stream(client: aiohttp.ClientSession) -> None:
    class Broken(CountedPictures):
        def next(self) -> Picture:
            raise PicturesError("lens cap on")

    async with VirtualCamera(Broken()) as camera:
        with pytest.raises(aiohttp.ClientError):
            async with client.get(camera.url) as stream:
                await stream.read()
        async with client.get(f"{camera.base_url}/snapshot") as response:
            assert response.status == 500
            assert "lens cap on" in await response.text()


# In a process of its own


async def run_alone(*arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-W",
        "error",
        "-m",
        "peerlens.virtual_camera",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_runs_alone(client: aiohttp.ClientSession) -> None:
    process = await run_alone("--port", "0", "--fps", "15", "--stamp", "--bearer", "t0k")
    assert process.stdout is not None
    url = (await asyncio.wait_for(process.stdout.readline(), 20)).decode().strip()
    async with client.get(url, headers={"Authorization": "Bearer t0k"}) as stream:
        assert stream.headers["X-Framerate"] == "15"
        await stream.content.readexactly(50_000)
    process.send_signal(signal.SIGTERM)
    _, errors = await asyncio.wait_for(process.communicate(), 10)
    assert process.returncode == 0, errors
    assert b"Traceback" not in errors


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--video", "/nonexistent.mp4"], b"no such file"),
        (["--width", "3"], b"expected 160x120"),
        (["--basic", "name"], b"expected NAME:PASSWORD"),
        (["--fault", "flood"], b"invalid choice"),
    ],
)
async def test_says_what_is_wrong(arguments: list[str], says: bytes) -> None:
    process = await run_alone("--port", "0", *arguments)
    _, errors = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 2
    assert says in errors
    assert b"Traceback" not in errors
