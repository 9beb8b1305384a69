"""Bad clients: none of them may cost the others their pictures."""

import asyncio
import base64
import contextlib
import socket
import time
from collections.abc import AsyncIterator

import pytest

from tests.firmware.wire import Unchunked, answer, asked, connected, got, part, streaming
from tests.support.polling import until
from tests.support.twin_camera import TwinCamera

pytestmark = pytest.mark.usefixtures("twin_camera")


@pytest.fixture
async def camera() -> AsyncIterator[TwinCamera]:
    async with TwinCamera("--size", "QVGA", "--fps", "50") as running:
        yield running


async def frames_in(camera: TwinCamera, seconds: float) -> int:
    """How many pictures a client gets in so long."""
    async with streaming(camera.url) as (head, reader):
        assert head.status == 200
        body = Unchunked(reader)
        count = 0
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while True:
                    await part(body)
                    count += 1
        return count


@pytest.mark.parametrize(
    ("request_", "statuses"),
    [
        (b"\x00\x01\x02\x03\r\n\r\n", {400}),
        (b"GET\r\n\r\n", {400}),
        (b"GET /status HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", {400}),
        (b"GET /status HTTP/1.1\r\n\r\n", {400}),
        (b"GET status HTTP/1.1\r\nHost: a\r\n\r\n", {400}),
        (b"GET /status HTTP/2.0\r\nHost: a\r\n\r\n", {400, 505}),
        (b"BREW /status HTTP/1.1\r\nHost: a\r\n\r\n", {405, 501}),
        (b"POST /status HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", {405}),
        (b"GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n", {404}),
        (b"GET /" + b"a" * 900 + b" HTTP/1.1\r\nHost: a\r\n\r\n", {414}),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 4000 + b"\r\n\r\n", {431}),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n", {431}),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", {400}),
        (
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            {400},
        ),
    ],
    ids=lambda value: repr(value)[:40] if isinstance(value, bytes) else "",
)
async def test_what_is_no_request_is_refused(
    camera: TwinCamera, request_: bytes, statuses: set[int]
) -> None:
    found = await asked(camera.url, request_)
    assert found.status in statuses, found
    assert camera.status()["fault"] == "none"


async def test_an_endless_head_is_cut_off(camera: TwinCamera) -> None:
    async with connected(camera.url) as (reader, writer):
        writer.write(b"GET /status HTTP/1.1\r\nHost: a\r\nX: ")
        with contextlib.suppress(ConnectionError):
            for _ in range(200):
                writer.write(b"a" * 10_000)
                await writer.drain()
            assert await asyncio.wait_for(reader.read(), 10) != b"", "it must answer or reset"
    assert camera.status()["fault"] == "none"


async def test_requests_come_one_after_the_other_and_in_pieces(camera: TwinCamera) -> None:
    async with connected(camera.url) as (reader, writer):
        for _ in range(3):
            for byte in b"GET /status HTTP/1.1\r\nHost: a\r\n\r\n":
                writer.write(bytes([byte]))
                await writer.drain()
            assert (await answer(reader)).status == 200
        writer.write(b"GET /status HTTP/1.1\r\nHost: a\r\n\r\n" * 3)
        for _ in range(3):
            assert (await answer(reader)).status == 200


async def test_a_head_that_never_ends_is_given_up(camera: TwinCamera) -> None:
    async with connected(camera.url) as (reader, writer):
        writer.write(b"GET /status HTTP/1.1\r\n")
        began_s = time.monotonic()
        with contextlib.suppress(ConnectionError):
            await asyncio.wait_for(reader.read(), 20)
        assert time.monotonic() - began_s < 15


async def test_silent_connections_do_not_keep_others_out(camera: TwinCamera) -> None:
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(12):
            await stack.enter_async_context(connected(camera.url))
        assert await frames_in(camera, 1.0) > 10
        assert (await got(camera.url, "/status")).status == 200


async def test_a_client_that_does_not_read_holds_up_nobody(camera: TwinCamera) -> None:
    """It is given up in the end; until then the other stream has its rate."""
    with socket.socket() as idle:
        idle.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        idle.connect(("127.0.0.1", camera.port))
        idle.sendall(b"GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")
        await until(lambda: camera.streams == 1, "its stream")
        assert await frames_in(camera, 2.0) > 70
        await until(lambda: camera.streams == 0, "it to be given up", 40)


async def test_a_reader_that_is_slow_gets_newer_pictures_and_not_all() -> None:
    async with (
        TwinCamera("--fps", "50") as camera,
        streaming(camera.url, holds=8_192) as (_, reader),
    ):
        body = Unchunked(reader)
        times_s = []
        for _ in range(15):
            times_s.append((await part(body)).timestamp_s)
            await asyncio.sleep(0.1)  # what a slow reader does in between
        late_s = camera.status()["uptime_s"] - times_s[-1]
    # Ten pictures a second of fifty: it keeps up with the time by missing most of them.
    assert times_s[-1] - times_s[0] > 1.0
    assert late_s < 1.5


async def test_half_closed_and_reset_connections_leave_nothing(camera: TwinCamera) -> None:
    for _ in range(20):
        async with streaming(camera.url):
            pass
        async with connected(camera.url) as (_, writer):
            writer.write(b"GET /str")
    await until(lambda: camera.streams == 0, "all streams to end")
    async with connected(camera.url) as (reader, writer):
        writer.write(b"GET /status HTTP/1.1\r\nHost: a\r\n\r\n")
        writer.write_eof()
        assert (await answer(reader)).status == 200


# Credentials


def basic(text: str) -> str:
    return "Authorization: Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("lock", "header", "looks", "may_all"),
    [
        (("--basic", "me:pw"), "", 401, False),
        (("--basic", "me:pw"), basic("me:pw"), 200, True),
        (("--basic", "me:pw"), basic("me:px"), 401, False),
        (("--basic", "me:pw"), basic("me"), 401, False),
        (("--basic", "me:pw"), "Authorization: Basic !", 401, False),
        (("--bearer", "abc"), "Authorization: Bearer abc", 200, False),
        (("--bearer", "abc"), "Authorization: Bearer ab", 401, False),
        (("--basic", "me:pw", "--open-pictures"), "", 200, False),
    ],
)
async def test_asks_for_credentials(
    lock: tuple[str, ...], header: str, looks: int, may_all: bool
) -> None:
    headers = (header,) if header else ()
    async with TwinCamera("--size", "QVGA", *lock) as camera:
        for path in ("/snapshot", "/status"):
            found = await got(camera.url, path, *headers)
            assert found.status == looks, path
            assert (looks == 401) == ("www-authenticate" in found.headers)
        if looks == 200:
            async with streaming(camera.url, *headers) as (head, _):
                assert head.status == 200
        else:
            assert (await got(camera.url, "/stream", *headers)).status == 401
        changed = await got(camera.url, "/control?var=fps&val=10", *headers)
        assert changed.status == 200 if may_all else changed.status in (401, 403)


async def test_guesses_are_slowed_down_and_the_stream_goes_on() -> None:
    right = basic("me:pw")
    async with (
        TwinCamera("--size", "QVGA", "--fps", "50", "--basic", "me:pw") as camera,
        streaming(camera.url, right) as (_, reader),
    ):
        body = Unchunked(reader)
        statuses = [
            (await got(camera.url, "/status", basic(f"me:{guess}"))).status for guess in range(20)
        ]
        assert statuses[0] == 401
        assert statuses[-1] == 429
        refused = await got(camera.url, "/status", basic("me:x"))
        assert int(refused.headers["retry-after"]) > 0
        await part(body)
