"""The camera's firmware, compiled for this machine, as a real program on a real socket."""

import asyncio
import itertools
import json
import subprocess
import time
from collections.abc import AsyncIterator
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from peerlens.virtual_camera import Fault, VirtualCamera
from peerlens.virtual_camera.stamp import read_stamp
from tests.firmware.wire import Part, Unchunked, chunk, got, part, streaming
from tests.support.counted_pictures import PICTURES, CountedPictures
from tests.support.mjpeg import BOUNDARY
from tests.support.polling import until
from tests.support.twin_camera import TwinCamera, folder_of

pytestmark = pytest.mark.usefixtures("twin_camera")


@pytest.fixture
async def camera() -> AsyncIterator[TwinCamera]:
    async with TwinCamera("--size", "QVGA", "--fps", "50") as running:
        yield running


@pytest.fixture
async def counted(tmp_path: Path) -> AsyncIterator[TwinCamera]:
    folder = folder_of(PICTURES, tmp_path / "jpegs")
    async with TwinCamera("--jpegs", folder, "--fps", "50") as running:
        yield running


async def parts(url: str, count: int) -> list[Part]:
    async with streaming(url) as (_, reader):
        body = Unchunked(reader)
        return [await part(body) for _ in range(count)]


def pixels(jpeg: bytes) -> npt.NDArray[np.uint8]:
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None, "no JPEG"
    return np.asarray(picture, np.uint8)


def gray(jpeg: bytes) -> npt.NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(pixels(jpeg), cv2.COLOR_BGR2GRAY), np.uint8)


# The wire


async def test_streams_as_the_stand_in_does(counted: TwinCamera) -> None:
    """The Python camera is what the gateway was made with: head and parts are the same."""
    async with VirtualCamera(CountedPictures(50.0)) as stand_in:
        async with streaming(stand_in.url) as (expected, reader):
            theirs = [await chunk(reader) for _ in range(3)]
        async with streaming(counted.url) as (found, reader):
            ours = [await chunk(reader) for _ in range(3)]
    same = ("content-type", "transfer-encoding", "x-framerate", "access-control-allow-origin")
    assert found.status == expected.status == 200
    assert {name: found.headers[name] for name in same} == {
        name: expected.headers[name] for name in same
    }
    assert found.headers["connection"] == "close"
    assert ours[0] == theirs[0]
    # Pictures and times differ; their sizes, and all around them, do not.
    for header, jpeg in (ours[1:], theirs[1:]):
        lines = header.split(b"\r\n")
        assert lines[0] == b"Content-Type: image/jpeg"
        assert lines[1] == b"Content-Length: %d" % len(jpeg)
        assert lines[2].startswith(b"X-Timestamp: ")
        assert len(lines[2].rpartition(b".")[2]) == 6
        assert lines[3:] == [b"", b""]
        assert jpeg in PICTURES


async def test_shows_the_files_of_a_folder_in_order_again_and_again(counted: TwinCamera) -> None:
    seen = [PICTURES.index(each.jpeg) for each in await parts(counted.url, 12)]
    steps = [(after - before) % len(PICTURES) for before, after in itertools.pairwise(seen)]
    # On a busy machine a picture can be missed.
    assert steps.count(1) >= 9, seen
    assert max(steps) <= 2, seen


async def test_an_older_client_gets_bytes_without_chunks(counted: TwinCamera) -> None:
    async with streaming(counted.url, version="1.0") as (found, reader):
        assert "transfer-encoding" not in found.headers
        head_of_part = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
    assert head_of_part.startswith(f"\r\n--{BOUNDARY}\r\nContent-Type: image/jpeg\r\n".encode())


async def test_times_of_capture_go_on_at_the_frame_rate(camera: TwinCamera) -> None:
    times_s = [each.timestamp_s for each in await parts(camera.url, 26)]
    assert times_s == sorted(times_s)
    assert 25 / 50 * 0.9 <= times_s[-1] - times_s[0] <= 25 / 50 * 2
    assert times_s[-1] <= camera.status()["uptime_s"] + 1


async def test_the_scene_moves_and_tells_machines_the_time() -> None:
    async with TwinCamera("--stamp", "--fps", "50") as camera:
        seen = await parts(camera.url, 20)
        now_ms = time.time_ns() // 1_000_000
    first, last = pixels(seen[0].jpeg), pixels(seen[-1].jpeg)
    assert first.shape == (480, 640, 3)
    below = np.abs(first[240:].astype(int) - last[240:].astype(int)).max(axis=2)
    assert (below > 60).sum() > 500, "the ball has not moved"
    stamps = [read_stamp(gray(each.jpeg), now_ms) for each in seen]
    assert None not in stamps
    assert stamps == sorted(stamps, key=lambda stamp: stamp or 0)
    assert 0 <= now_ms - (stamps[-1] or 0) < 2_000


# Beside the stream


async def test_snapshot_status_and_control_answer_while_it_streams(camera: TwinCamera) -> None:
    async with (
        streaming(camera.url) as (_, first),
        streaming(camera.url) as (_, second),
    ):
        bodies = Unchunked(first), Unchunked(second)
        for body in bodies:
            await part(body)
        snapshot = await got(camera.url, "/snapshot")
        assert (snapshot.status, snapshot.headers["content-type"]) == (200, "image/jpeg")
        assert pixels(snapshot.body).shape == (240, 320, 3)
        assert float(snapshot.headers["x-timestamp"]) > 0
        status = json.loads((await got(camera.url, "/status")).body)
        assert status["streams"] == 2
        assert camera.ask("/control?var=quality&val=40")[0] == 200
        for body in bodies:
            assert pixels((await part(body)).jpeg).shape == (240, 320, 3)


async def test_a_third_stream_is_told_when_to_come_again(camera: TwinCamera) -> None:
    async with streaming(camera.url) as (first, _), streaming(camera.url) as (second, _):
        assert (first.status, second.status) == (200, 200)
        third = await got(camera.url, "/stream")
        assert third.status == 503
        assert int(third.headers["retry-after"]) > 0
    await until(lambda: camera.streams == 0, "the streams to end")
    async with streaming(camera.url) as (again, _):
        assert again.status == 200


async def test_status_tells_what_it_is_and_does(camera: TwinCamera) -> None:
    status = camera.status()
    assert status["fault"] == "none"
    assert set(Fault) <= set(status["faults"].split(", "))
    assert status["fps"] == 50
    assert status["streams"] == 0


async def test_control_changes_the_pictures_on_the_fly(camera: TwinCamera) -> None:
    async with streaming(camera.url) as (_, reader):
        body = Unchunked(reader)
        before = await part(body)
        assert camera.ask("/control?var=framesize&val=VGA")[0] == 200
        while pixels((await part(body)).jpeg).shape != (480, 640, 3):
            pass
        assert camera.ask("/control?var=framesize&val=QVGA")[0] == 200
        assert camera.ask("/control?var=quality&val=63")[0] == 200
        while len((await part(body)).jpeg) > len(before.jpeg) / 2:
            pass
        assert camera.ask("/control?var=hmirror&val=1")[0] == 200
        assert camera.ask("/control?var=vflip&val=1")[0] == 200
        while True:
            upside_down = pixels((await part(body)).jpeg)
            # The wall is red, the paving below it grey.
            bottom, top = upside_down[-40:].mean(axis=(0, 1)), upside_down[:40].mean(axis=(0, 1))
            if bottom[2] - bottom[0] > 40 > top[2] - top[0]:
                break


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("var=fault&val=flood", 400),
        ("var=fault", 400),
        ("val=1", 400),
        ("", 400),
        ("var=quality&val=64", 400),
        ("var=quality&val=x", 400),
        ("var=framesize&val=9999x1", 400),
        ("var=nothing&val=1", 404),
    ],
)
async def test_control_says_what_is_wrong(camera: TwinCamera, query: str, status: int) -> None:
    found, text = camera.ask(f"/control?{query}")
    assert found == status
    assert text.strip()


# Usage


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--port", "65536"], "--port: expected 0 to 65535"),
        (["--host", "localhost"], "--host: expected an address"),
        (["--fps", "0"], "--fps: expected 1 to 60"),
        (["--size", "640x480"], "--size: expected"),
        (["--quality", "3"], "--quality: expected 4 to 63"),
        (["--basic", "name"], "--basic: expected NAME:PASSWORD"),
        (["--url", "http://127.0.0.1/"], "--url: expected ws://"),
        (["--id", "a b"], "--id: expected"),
        (["--mode", "pull"], "--mode: expected register or push"),
        (["--token-file", "/nowhere"], "--token-file: cannot read"),
        (["--jpegs", "/nowhere"], "--jpegs: /nowhere: "),
        (["--fault", "flood"], "--fault: expected"),
        (["--speed", "9"], "unknown option --speed"),
        (["--port"], "--port: expected a value"),
    ],
)
def test_bad_usage_is_one_clear_line(
    twin_camera: Path, arguments: list[str], complaint: str
) -> None:
    result = subprocess.run(
        [str(twin_camera), *arguments], capture_output=True, text=True, timeout=5, check=False
    )
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.startswith(f"twin-camera: {complaint}")
    assert result.stderr.count("\n") == 1


def test_a_folder_with_something_that_is_no_jpeg_is_named(
    twin_camera: Path, tmp_path: Path
) -> None:
    (tmp_path / "a.jpg").write_bytes(b"not a picture")
    result = subprocess.run(
        [str(twin_camera), "--port", "0", "--jpegs", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=5,
        check=False,
    )
    assert result.returncode == 2
    assert "a.jpg: expected a JPEG" in result.stderr


async def test_a_port_in_use_is_said(camera: TwinCamera, twin_camera: Path) -> None:
    result = await asyncio.to_thread(
        subprocess.run,
        [str(twin_camera), "--port", str(camera.port)],
        capture_output=True,
        text=True,
        timeout=5,
        check=False,
    )
    assert result.returncode == 2
    assert f"port {camera.port}" in result.stderr


def test_help_names_every_fault(twin_camera: Path) -> None:
    result = subprocess.run(
        [str(twin_camera), "--help"], capture_output=True, text=True, timeout=5, check=False
    )
    assert result.returncode == 0
    for fault in (*Fault, "partial", "wifi-gone", "clock-jump", "reboot"):
        assert fault in result.stdout
