"""MJPEG over real sockets, from cameras that behave and from cameras that do not."""

import asyncio
import base64
import contextlib
import logging
import ssl
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from aiohttp import web

from gateway.settings import CameraSettings, SourceAuthSettings
from gateway.source.errors import (
    CameraBusy,
    NotVideo,
    SourceError,
    SourceRefused,
    SourceStalled,
    SourceUnreachable,
    WantsCredentials,
)
from gateway.source.http_mjpeg import HttpMjpegSource
from gateway.units import JpegFrame, RawFrame
from peerlens.virtual_camera import Dialect, Fault, VirtualCamera
from tests.support.counted_pictures import PICTURES, CountedPictures
from tests.support.mjpeg import large, part, pictures, stream, with_thumbnail
from tests.support.polling import until
from tests.support.raw_camera import MULTIPART, Connection, Script, full_listener, raw_camera
from tests.support.twin_camera import TwinCamera, folder_of

A, B, C = pictures(3)
SETTINGS = {"connect_timeout_s": 0.5, "stall_timeout_s": 0.4}


def settings(url: str, **changes: object) -> CameraSettings:
    return CameraSettings.model_validate({"source": url, **SETTINGS, **changes})


async def collect(source: HttpMjpegSource) -> tuple[list[JpegFrame], SourceError]:
    """Run ``source`` until it fails; return what it gave and why it ended."""
    frames: list[JpegFrame] = []

    def deliver(frame: JpegFrame | RawFrame) -> None:
        assert isinstance(frame, JpegFrame)
        frames.append(frame)

    with pytest.raises(SourceError) as ended:
        await source.run(deliver)
    return frames, ended.value


async def played(script: Script, **changes: object) -> tuple[list[bytes], SourceError]:
    async with raw_camera(script) as camera:
        frames, error = await collect(HttpMjpegSource(settings(camera.url, **changes)))
    return [frame.data for frame in frames], error


@contextlib.asynccontextmanager
async def running(source: HttpMjpegSource) -> AsyncIterator[list[JpegFrame]]:
    """Run ``source`` in the background, and cancel it at the end."""
    frames: list[JpegFrame] = []
    task = asyncio.create_task(source.run(frames.append))  # type: ignore[arg-type]
    try:
        yield frames
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.fixture(params=["stand-in", "twin"])
async def virtual(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[VirtualCamera | TwinCamera]:
    """The camera in Python, and the firmware compiled for this machine."""
    if request.param == "twin":
        folder = folder_of(PICTURES, tmp_path / "jpegs")
        async with TwinCamera("--jpegs", folder, "--fps", "50") as twin:
            yield twin
    else:
        async with VirtualCamera(CountedPictures()) as stand_in:
            yield stand_in


def chunked(data: bytes, size: int) -> bytes:
    chunks = (data[start : start + size] for start in range(0, len(data), size))
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)


# Pictures arrive


@pytest.mark.parametrize("step", [1, 700, 0], ids=["byte by byte", "segments", "at once"])
@pytest.mark.parametrize(
    "data",
    [
        stream([A, B, C]),
        stream([A, B, C], length=None, newline="\n"),
        stream([A, B, C], boundary="--odd", length=17),
        A + B + C,
    ],
    ids=["esp32", "bare line feeds", "wrong length", "no multipart"],
)
async def test_reads_plain_bodies(data: bytes, step: int) -> None:
    async def script(camera: Connection) -> None:
        await camera.answer()
        await camera.send(data, step)
        camera.writer.write_eof()
        await camera.stay_silent()

    found, error = await played(script, stall_timeout_s=5)
    assert found[-1] == C
    assert set(found) <= {A, B, C}
    assert isinstance(error, SourceUnreachable)
    assert "ended the stream" in str(error)


@pytest.mark.parametrize("size", [1, 37, 5_000])
async def test_reads_chunks_cut_anywhere(size: int) -> None:
    async def script(camera: Connection) -> None:
        await camera.answer(MULTIPART, "Transfer-Encoding: chunked")
        for each in (A, B, C):
            await camera.send(chunked(part(each), size))
            await asyncio.sleep(0.02)
        await camera.stay_silent()

    found, error = await played(script)
    assert found == [A, B, C]
    assert isinstance(error, SourceStalled)


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "multipart/x-mixed-replace",
        'multipart/x-mixed-replace; boundary="--wrong one"',
        "multipart/x-mixed-replace;boundary=",
        "image/jpeg",
        "application/octet-stream",
    ],
)
async def test_forgives_the_content_type(content_type: str | None) -> None:
    async def script(camera: Connection) -> None:
        await camera.answer(content_type)
        for each in (A, B):
            await camera.send(part(each))
            await asyncio.sleep(0.02)

    assert (await played(script))[0] == [A, B]


@pytest.mark.parametrize("dialect", [Dialect(chunked=False), Dialect(line_feed_only=True)])
async def test_reads_the_virtual_camera(dialect: Dialect) -> None:
    async with VirtualCamera(CountedPictures(), dialect=dialect) as camera:
        async with running(HttpMjpegSource(settings(camera.url, stall_timeout_s=5))) as frames:
            await until(lambda: len(frames) >= 10, "ten frames")
        await until(lambda: camera.streams == 0, "the connection to be closed")


async def test_capture_times_follow_the_device(virtual: VirtualCamera | TwinCamera) -> None:
    source = HttpMjpegSource(settings(virtual.url, stall_timeout_s=5))
    start_s = time.monotonic()
    async with running(source) as frames:
        await until(lambda: len(frames) >= 20, "twenty frames")
    captures = [frame.capture_s for frame in frames]
    assert captures == sorted(captures)
    assert start_s < captures[0]
    assert captures[-1] < time.monotonic()
    assert source.stats.delivered == len(frames)


async def test_of_a_backlog_only_the_newest_is_delivered() -> None:
    async def script(camera: Connection) -> None:
        await camera.answer()
        await camera.send(stream([A, B, A, B, A, C]))
        await camera.stay_silent()

    async with raw_camera(script) as camera:
        source = HttpMjpegSource(settings(camera.url))
        frames, _ = await collect(source)
    assert [frame.data for frame in frames][-1] == C
    assert source.stats.delivered + source.stats.stale == 6
    assert len(frames) <= 2


# Pictures arrive broken


async def test_broken_pictures_are_dropped_and_counted() -> None:
    whole = with_thumbnail(A, B)
    cut = B[: len(B) * 3 // 4]
    huge = large(200_000, B)

    async def script(camera: Connection) -> None:
        await camera.answer()
        for body in (whole, cut, A + B + C, huge, b"", b"no picture", A):
            await camera.send(part(body))
            await asyncio.sleep(0.02)
        await camera.stay_silent()

    async with raw_camera(script) as camera:
        source = HttpMjpegSource(settings(camera.url, max_part_bytes=100_000))
        frames, error = await collect(source)
    assert [frame.data for frame in frames] == [whole, C, A]
    assert source.stats.broken == 2
    assert source.stats.stale == 2
    assert "2 broken or too large" in str(error)


@pytest.mark.parametrize("fault", [Fault.CORRUPT, Fault.JOINED, Fault.TRUNCATED, Fault.SLOW])
async def test_survives_the_faults_of_the_virtual_camera(
    virtual: VirtualCamera | TwinCamera, fault: Fault
) -> None:
    async with running(HttpMjpegSource(settings(virtual.url, stall_timeout_s=5))) as frames:
        await until(lambda: len(frames) >= 3, "frames")
        virtual.faults.set(fault)
        count = len(frames)
        await until(lambda: len(frames) >= count + 4, f"frames in spite of {fault}")


# Pictures stop


async def fill_with(noise: bytes, camera: Connection) -> None:
    await camera.answer()
    await camera.send(part(A))
    while True:
        await camera.send(noise)
        await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    "noise",
    [b"\x00", b"\r\n--x\r\n\r\n", A[:-2], b"\xff\xd8\xff\xd9"],
    ids=["bytes", "empty parts", "no end", "no data"],
)
async def test_a_trickle_without_a_frame_is_a_stall(noise: bytes) -> None:
    start_s = time.monotonic()
    found, error = await played(lambda camera: fill_with(noise, camera))
    assert found == [A]
    assert isinstance(error, SourceStalled)
    assert "no complete picture for 0.4 s" in str(error)
    assert 0.4 <= time.monotonic() - start_s < 2.0


async def test_silence_behind_the_request_is_a_stall() -> None:
    found, error = await played(lambda camera: camera.stay_silent())
    assert found == []
    assert isinstance(error, SourceStalled)


async def test_a_stalled_camera_is_left_and_found_again(
    virtual: VirtualCamera | TwinCamera,
) -> None:
    virtual.faults.set(Fault.STALL)
    _, error = await collect(HttpMjpegSource(settings(virtual.url)))
    assert isinstance(error, SourceStalled)
    virtual.faults.clear()
    async with running(HttpMjpegSource(settings(virtual.url, stall_timeout_s=5))) as frames:
        await until(lambda: len(frames) >= 3, "frames")


async def test_an_unplugged_camera_is_unreachable_until_it_returns(
    virtual: VirtualCamera | TwinCamera,
) -> None:
    source = HttpMjpegSource(settings(virtual.url, stall_timeout_s=5))
    run = asyncio.create_task(collect(source))
    await until(lambda: source.stats.delivered, "a frame")
    await virtual.stop()
    _, error = await run
    assert isinstance(error, SourceUnreachable)
    _, error = await collect(HttpMjpegSource(settings(virtual.url)))
    assert isinstance(error, SourceUnreachable)
    assert "Connection refused" in str(error)
    await virtual.start()
    async with running(HttpMjpegSource(settings(virtual.url, stall_timeout_s=5))) as frames:
        await until(lambda: len(frames) >= 3, "frames")


async def test_a_camera_that_drops_is_unreachable(virtual: VirtualCamera | TwinCamera) -> None:
    virtual.faults.set(Fault.DROP)
    _, error = await collect(HttpMjpegSource(settings(virtual.url)))
    assert isinstance(error, SourceUnreachable)
    assert "broke the connection" in str(error)


async def test_a_chunk_cut_short_is_unreachable() -> None:
    async def script(camera: Connection) -> None:
        await camera.answer(MULTIPART, "Transfer-Encoding: chunked")
        await camera.send(b"fff\r\nabc")

    assert isinstance((await played(script))[1], SourceUnreachable)


async def test_what_is_no_http_is_unreachable() -> None:
    async def script(camera: Connection) -> None:
        await camera.send(b"SSH-2.0-OpenSSH_9.2\r\n")
        await camera.stay_silent()

    _, error = await played(script)
    assert isinstance(error, SourceUnreachable)
    assert "does not answer in HTTP" in str(error)


async def test_a_camera_that_accepts_no_connection_times_out() -> None:
    with full_listener() as port:
        start_s = time.monotonic()
        _, error = await collect(HttpMjpegSource(settings(f"http://127.0.0.1:{port}/")))
    assert isinstance(error, SourceUnreachable)
    assert "no connection within 0.5 s" in str(error)
    assert time.monotonic() - start_s < 2.0


async def test_an_unknown_name_is_unreachable() -> None:
    _, error = await collect(HttpMjpegSource(settings("http://camera.invalid/", stall_timeout_s=9)))
    assert isinstance(error, SourceUnreachable)


# A person must act


async def status_of(status: int, headers: dict[str, str]) -> SourceError:
    async def script(camera: Connection) -> None:
        lines = [f"HTTP/1.1 {status} Anything", *(f"{k}: {v}" for k, v in headers.items())]
        await camera.send("\r\n".join([*lines, "Content-Length: 0", "", ""]).encode())

    async with raw_camera(script) as camera:
        _, error = await collect(HttpMjpegSource(settings(camera.url)))
        assert len(camera.connections) == 1
    return error


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_does_not_follow_redirects(status: int) -> None:
    error = await status_of(status, {"Location": "http://127.0.0.1:9/meta-data"})
    assert isinstance(error, SourceRefused)
    assert "redirects to http://127.0.0.1:9/meta-data" in str(error)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (404, NotVideo),
        (401, WantsCredentials),
        (503, CameraBusy),
        (500, CameraBusy),
    ],
)
async def test_judges_the_status(status: int, kind: type[SourceError]) -> None:
    assert type(await status_of(status, {})) is kind


async def test_a_single_picture_is_refused() -> None:
    async def sized(camera: Connection) -> None:
        await camera.answer("image/jpeg", f"Content-Length: {len(A)}")
        await camera.send(A)

    async def unsized(camera: Connection) -> None:
        await camera.answer("image/jpeg")
        await camera.send(A)
        camera.writer.write_eof()
        await camera.stay_silent()

    for script in (sized, unsized):
        _, error = await played(script, stall_timeout_s=5)
        assert isinstance(error, SourceRefused)
        assert "multipart/x-mixed-replace stream is expected" in str(error)


async def test_a_third_stream_is_told_to_wait(virtual: VirtualCamera | TwinCamera) -> None:
    both = [HttpMjpegSource(settings(virtual.url, stall_timeout_s=5)) for _ in range(2)]
    async with running(both[0]) as first, running(both[1]) as second:
        await until(lambda: first and second, "both streams")
        _, error = await collect(HttpMjpegSource(settings(virtual.url)))
        assert isinstance(error, SourceUnreachable)
        assert "503" in str(error)


# Credentials


@pytest.mark.parametrize(
    ("lock", "auth", "in_url"),
    [
        ({"bearer": "t0ken"}, {"bearer": "t0ken"}, ""),
        ({"basic": ("me", "s3cret:ä")}, {"username": "me", "password": "s3cret:ä"}, ""),
        ({"basic": ("me", "p@ss")}, {}, "me:p%40ss@"),
        ({"basic": ("me", "right")}, {"username": "me", "password": "right"}, "me:wrong@"),
    ],
)
async def test_shows_its_credentials(
    lock: dict[str, object],
    auth: dict[str, str],
    in_url: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    async with VirtualCamera(CountedPictures(), **lock) as camera:  # type: ignore[arg-type]
        _, refused = await collect(HttpMjpegSource(settings(camera.url)))
        assert isinstance(refused, SourceRefused)
        assert "wants credentials" in str(refused)
        url = camera.url.replace("//", f"//{in_url}") + "?key=hidden"
        source = HttpMjpegSource(settings(url, auth=auth, stall_timeout_s=5))
        async with running(source) as frames:
            await until(lambda: frames, "a frame")
        wrong = SourceAuthSettings(bearer="ex4ctly-wr0ng")
        _, refused = await collect(HttpMjpegSource(settings(url, auth=wrong)))
    assert "does not accept the credentials" in str(refused)
    for secret in ("t0ken", "s3cret", "p@ss", "p%40ss", "right", "ex4ctly", "hidden", "wrong@"):
        assert secret not in caplog.text
        assert secret not in str(refused)


async def test_asks_politely_and_ignores_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    async def script(camera: Connection) -> None:
        await camera.answer(MULTIPART, "Set-Cookie: a=b")
        await camera.send(part(A))

    async with raw_camera(script) as camera:
        url = camera.url.replace("//", "//me:pw@") + "?res=vga"
        frames, _ = await collect(HttpMjpegSource(settings(url)))
    (asked,) = camera.connections
    assert len(frames) == 1
    assert asked.path == "/stream?res=vga"
    assert asked.headers["accept-encoding"] == "identity"
    assert asked.headers["user-agent"] == "peerlens"
    assert asked.headers["authorization"] == "Basic " + base64.b64encode(b"me:pw").decode()


async def test_an_untrusted_certificate_is_refused(
    certificate: Callable[[], ssl.SSLContext],
) -> None:
    async def never(request: web.Request) -> web.Response:
        raise AssertionError("the request must not be sent")

    app = web.Application()
    app.router.add_get("/stream", never)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=certificate()).start()
    try:
        port = runner.addresses[0][1]
        url = f"https://me:pw@127.0.0.1:{port}/stream"
        _, error = await collect(HttpMjpegSource(settings(url, stall_timeout_s=5)))
    finally:
        await runner.cleanup()
    assert isinstance(error, SourceRefused)
    assert "certificate" in str(error)


async def test_leaves_nothing_behind(virtual: VirtualCamera | TwinCamera) -> None:
    before = asyncio.all_tasks()
    for _ in range(5):
        async with running(HttpMjpegSource(settings(virtual.url, stall_timeout_s=5))) as frames:
            await until(lambda: frames, "a frame")
    await until(lambda: virtual.streams == 0, "the streams to end")
    await until(lambda: asyncio.all_tasks() <= before, "all tasks to end")
