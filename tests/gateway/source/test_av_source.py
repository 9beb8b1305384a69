"""Files and RTSP through FFmpeg: real files, and a real RTSP server over TCP."""

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import AsyncIterator
from fractions import Fraction
from pathlib import Path

import av
import pytest

from gateway.settings import CameraSettings
from gateway.source.av_source import STOP_TIMEOUT_S, AvSource
from gateway.source.av_target import av_target
from gateway.source.errors import SourceError, SourceRefused, SourceStalled, SourceUnreachable
from gateway.units import JpegFrame, RawFrame
from tests.support.pictures import picture
from tests.support.polling import until
from tests.support.raw_camera import full_listener, raw_camera
from tests.support.rtsp_camera import RtspCamera, rtsp_camera

FRAMES, FPS = 12, 25


@pytest.fixture(params=["libx264", "mjpeg"])
def film(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """About half a second of video, with a blank in its name."""
    path = tmp_path / "short film.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream(request.param, rate=FPS)
        stream.width, stream.height = 320, 240
        stream.pix_fmt = "yuvj420p" if request.param == "mjpeg" else "yuv420p"
        for number in range(FRAMES):
            frame = picture(number)
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def settings(source: str, **changes: object) -> CameraSettings:
    values = {"source": source, "connect_timeout_s": 0.4, "stall_timeout_s": 0.6, **changes}
    return CameraSettings.model_validate(values)


@contextlib.asynccontextmanager
async def running(source: AvSource) -> AsyncIterator[list[tuple[float, RawFrame]]]:
    """Run ``source``; the list grows by each frame and when it was delivered."""
    frames: list[tuple[float, RawFrame]] = []
    loop_thread = threading.get_ident()

    def deliver(frame: JpegFrame | RawFrame) -> None:
        assert isinstance(frame, RawFrame)
        assert threading.get_ident() == loop_thread
        frames.append((time.monotonic(), frame))

    task = asyncio.create_task(source.run(deliver))
    try:
        yield frames
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def failure(source: AvSource) -> SourceError:
    with pytest.raises(SourceError) as error:
        await source.run(lambda frame: None)
    return error.value


def sources() -> list[str]:
    return [each.name for each in threading.enumerate() if each.name.startswith("source ")]


# Files


async def test_plays_a_file_in_real_time_again_and_again(film: Path) -> None:
    source = AvSource(settings(f"file://{film}".replace(" ", "%20")))
    async with running(source) as frames:
        await until(lambda: len(frames) >= 3 * FRAMES, "three rounds")
    took_s = frames[3 * FRAMES - 1][0] - frames[0][0]
    assert took_s == pytest.approx(3 * FRAMES / FPS, rel=0.25)
    captures = [frame.capture_s for _, frame in frames]
    assert captures == sorted(captures)
    assert all(0 <= at - frame.capture_s < 0.5 for at, frame in frames)
    assert frames[0][1].picture.width == 320
    assert source.stats.delivered == len(frames)
    await until(lambda: sources() == [], "its thread to end")


async def test_finds_relative_paths(film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(film.parent)
    async with running(AvSource(settings(f"file:{film.name}"))) as frames:
        await until(lambda: frames, "a frame")


async def test_while_the_loop_is_busy_only_the_newest_waits(film: Path) -> None:
    source = AvSource(settings(f"file:{film}"))
    async with running(source) as frames:
        await until(lambda: frames, "a frame")
        count = len(frames)
        threading.Event().wait(0.3)
        await asyncio.sleep(0.02)
        assert len(frames) <= count + 2
        assert time.monotonic() - frames[-1][1].capture_s < 0.2
    assert source.stats.stale >= 3


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "No such file"),
        (b"", "cannot be played"),
        (b"hello" * 100, "cannot be played"),
        (b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n", "cannot be played"),
    ],
    ids=["missing", "empty", "text", "playlist"],
)
async def test_refuses_what_is_no_film(content: bytes | None, says: str, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    if content is not None:
        path.write_bytes(content)
    error = await failure(AvSource(settings(f"file:{path}")))
    assert isinstance(error, SourceRefused)
    assert says in str(error)
    assert "film.mp4" in str(error)


async def test_refuses_sound_without_video(tmp_path: Path) -> None:
    path = tmp_path / "sound.wav"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8_000)
        frame = av.AudioFrame(format="s16", layout="mono", samples=800)
        frame.sample_rate = 8_000
        frame.planes[0].update(bytes(1_600))
        container.mux(stream.encode(frame))
    assert "holds no video" in str(await failure(AvSource(settings(f"file:{path}"))))


# RTSP


async def test_plays_rtsp_over_tcp() -> None:
    async with rtsp_camera(RtspCamera()) as camera:
        source = AvSource(settings(camera.url, stall_timeout_s=3))
        async with running(source) as frames:
            await until(lambda: len(frames) >= 20, "frames")
        assert frames[0][1].picture.width == 320
        captures = [frame.capture_s for _, frame in frames]
        assert captures == sorted(captures)
        # The first pictures waited while FFmpeg looked for the codec.
        assert all(at - frame.capture_s < 0.5 for at, frame in frames[-5:])
    await until(lambda: sources() == [], "its thread to end")


async def test_a_silent_rtsp_camera_is_a_stall() -> None:
    async with rtsp_camera(RtspCamera()) as camera:
        source = AvSource(settings(camera.url))
        task = asyncio.create_task(failure(source))
        await until(lambda: source.stats.delivered > 5, "frames")
        camera.stalled = True
        stalled_s = time.monotonic()
        error = await task
    assert isinstance(error, SourceStalled)
    assert "no picture for 0.6 s" in str(error)
    assert time.monotonic() - stalled_s < 2.0


async def test_rtsp_credentials_are_checked_and_never_shown(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    async with rtsp_camera(RtspCamera(credentials="me:s3cret")) as camera:
        right = {"username": "me", "password": "s3cret"}
        async with running(AvSource(settings(camera.url, auth=right, stall_timeout_s=3))) as frames:
            await until(lambda: frames, "a frame")
        wrong = {"username": "me", "password": "guess-1"}
        error = await failure(AvSource(settings(f"{camera.url}?key=hidden", auth=wrong)))
    assert isinstance(error, SourceRefused)
    for secret in ("s3cret", "guess-1", "hidden"):
        assert secret not in str(error) + caplog.text + repr(av_target(settings(camera.url)))


async def test_nobody_listening_is_unreachable() -> None:
    error = await failure(AvSource(settings("rtsp://127.0.0.1:1/live")))
    assert isinstance(error, SourceUnreachable)
    assert "Connection refused" in str(error)


async def test_no_answer_is_given_up_in_time() -> None:
    with full_listener() as port:
        start_s = time.monotonic()
        error = await failure(AvSource(settings(f"rtsp://127.0.0.1:{port}/live")))
    assert error.retry
    assert time.monotonic() - start_s < 2.5


async def test_stops_in_time_although_ffmpeg_blocks() -> None:
    async with raw_camera(lambda camera: camera.stay_silent()) as camera:
        url = camera.url.replace("http:", "rtsp:")
        source = AvSource(settings(url, connect_timeout_s=1.0, stall_timeout_s=1.0))
        async with running(source):
            await until(lambda: camera.connections, "the request")
            start_s = time.monotonic()
        assert time.monotonic() - start_s < STOP_TIMEOUT_S + 0.5
        await until(lambda: sources() == [], "its thread to end by itself")


def test_rtsps_verifies_its_server() -> None:
    assert av_target(settings("rtsps://camera/live")).options["tls_verify"] == "1"
