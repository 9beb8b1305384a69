"""What the camera's twin does when it is told to misbehave, and that it comes back."""

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator, Callable

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from protocol.messages import Join, Next
from tests.firmware.wire import Part, Unchunked, got, part, streaming, until_reset
from tests.support.picture_client import Viewer
from tests.support.polling import until
from tests.support.signaling_server import signaling_server
from tests.support.twin_camera import TwinCamera

pytestmark = pytest.mark.usefixtures("twin_camera")

CAMERA = ("--size", "QVGA", "--fps", "50")
SOI, EOI = b"\xff\xd8", b"\xff\xd9"


@pytest.fixture
async def camera() -> AsyncIterator[TwinCamera]:
    async with TwinCamera(*CAMERA, "--fault-s", "1") as running:
        yield running


@contextlib.asynccontextmanager
async def watched(camera: TwinCamera) -> AsyncIterator[Unchunked]:
    """A stream of which one part was read."""
    async with streaming(camera.url) as (head, reader):
        assert head.status == 200
        body = Unchunked(reader)
        await part(body)
        yield body


async def comes(body: Unchunked, true: Callable[[Part], bool], within_s: float = 5.0) -> Part:
    """Read parts until one is as wanted."""
    async with asyncio.timeout(within_s):
        while True:
            found = await part(body)
            if true(found):
                return found


async def pause_in(body: Unchunked, seconds: float) -> None:
    """Raise TimeoutError when no part comes for so long, which must be within 5 s."""
    end_s = time.monotonic() + 5
    while time.monotonic() < end_s:
        async with asyncio.timeout(seconds):
            await part(body)


def is_whole(jpeg: bytes) -> bool:
    return jpeg.startswith(SOI) and jpeg.endswith(EOI)


async def test_stall_sends_nothing_and_keeps_the_connection(camera: TwinCamera) -> None:
    async with watched(camera) as body:
        camera.faults.set("stall")
        with pytest.raises(TimeoutError):
            await pause_in(body, 0.5)
        assert camera.status()["fault"] == "stall"
        camera.faults.clear()
        await comes(body, lambda found: is_whole(found.jpeg))


async def test_drop_resets_streams_but_nothing_else(camera: TwinCamera) -> None:
    async with watched(camera) as body:
        camera.faults.set("drop")
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await comes(body, lambda _: False)
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        async with watched(camera):
            pass
    assert camera.streams == 0
    camera.faults.clear()
    async with watched(camera):
        pass


async def test_corrupt_flips_bits_of_what_is_compressed(camera: TwinCamera) -> None:
    async with watched(camera) as body:
        good = paving((await part(body)).jpeg)
        camera.faults.set("corrupt")
        # It says what it is and ends as it should; what it shows is torn.
        seen = [(await part(body)).jpeg for _ in range(12)]
        assert all(is_whole(jpeg) for jpeg in seen)
        assert sum(np.abs(paving(jpeg) - good).mean() > 5 for jpeg in seen) >= 3
        camera.faults.clear()
        await comes(body, lambda each: bool(np.abs(paving(each.jpeg) - good).mean() < 1))


def paving(jpeg: bytes) -> npt.NDArray[np.int64]:
    """The last rows of the picture, where nothing moves."""
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    return np.asarray(np.zeros((240, 320)) if picture is None else picture)[-30:].astype(np.int64)


async def test_joined_has_the_picture_before_in_the_same_part(camera: TwinCamera) -> None:
    async with watched(camera) as body:
        camera.faults.set("joined")
        found = await comes(body, lambda each: each.jpeg.count(EOI + SOI) == 1)
        assert is_whole(found.jpeg)


async def test_truncated_cuts_every_second_picture(camera: TwinCamera) -> None:
    async with watched(camera) as body:
        camera.faults.set("truncated")
        cut = await comes(body, lambda each: not is_whole(each.jpeg))
        assert cut.jpeg.startswith(SOI)
        await comes(body, lambda each: is_whole(each.jpeg))


async def test_slow_sends_every_fifth(camera: TwinCamera) -> None:
    async with watched(camera) as body:
        camera.faults.set("slow")
        await asyncio.sleep(0.2)  # what was on its way
        times_s = [(await part(body)).timestamp_s for _ in range(8)][2:]
        steps_s = [after - before for before, after in itertools.pairwise(times_s)]
        assert min(steps_s) >= 0.08, steps_s


async def test_partial_cuts_a_picture_off_on_the_wire(camera: TwinCamera) -> None:
    camera.faults.set("partial")
    received = await until_reset(camera.url, b"GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")
    head, _, begun = received.rpartition(b"X-Timestamp: ")
    length = int(head.rpartition(b"Content-Length: ")[2])
    picture = begun[begun.index(SOI) :]
    assert length / 4 < len(picture) < length * 3 / 4
    camera.faults.clear()
    async with watched(camera) as body:
        await part(body)


async def test_wifi_gone_is_silence_and_then_a_reset(camera: TwinCamera) -> None:
    async with watched(camera) as body:
        camera.faults.set("wifi-gone")
        silent_s = time.monotonic()
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await comes(body, lambda _: False)
        assert time.monotonic() - silent_s >= 0.9, "it was told of at once"
    # Back by itself, without the fault.
    await until(lambda: camera.status()["fault"] == "none", "the camera to be back")
    async with watched(camera):
        pass


async def test_nobody_is_answered_while_the_wifi_is_gone(camera: TwinCamera) -> None:
    camera.faults.set("wifi-gone")
    await until(lambda: "fault wifi-gone" in camera.output, "the fault")
    await asyncio.sleep(0.3)  # the grace in which its answer went out
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(got(camera.url, "/status"), 0.3)


async def test_a_clock_that_jumps_an_hour_and_back(camera: TwinCamera) -> None:
    async with watched(camera) as body:
        before = (await part(body)).timestamp_s
        camera.faults.set("clock-jump")
        ahead = await comes(body, lambda each: each.timestamp_s > before + 3_500)
        camera.faults.clear()
        back = await comes(body, lambda each: each.timestamp_s < ahead.timestamp_s)
        assert before < back.timestamp_s < before + 60


async def test_reboot_is_a_new_start_at_the_same_address(camera: TwinCamera) -> None:
    await until(lambda: camera.status()["uptime_s"] > 1, "some time to pass")
    async with watched(camera) as body:
        camera.faults.set("reboot")
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await comes(body, lambda _: False)
    with pytest.raises(ConnectionError):
        await got(camera.url, "/status")
    await until(lambda: camera.output.count(camera.url) == 2, "the second start")
    status = camera.status()
    assert status["uptime_s"] < 1
    assert status["fault"] == "none"
    async with watched(camera) as body:
        assert (await part(body)).timestamp_s < 5


async def test_begins_with_the_fault_it_is_given() -> None:
    async with TwinCamera(*CAMERA, "--fault", "truncated") as camera, watched(camera) as body:
        assert camera.status()["fault"] == "truncated"
        await comes(body, lambda each: not is_whole(each.jpeg))


@pytest.mark.parametrize("fault", ["wifi-gone", "reboot"])
@pytest.mark.parametrize("mode", ["register", "push"])
async def test_its_link_comes_back(fault: str, mode: str) -> None:
    """With a real signaling server, which must not be left with two of the same name."""
    async with signaling_server() as server:
        link = ("--url", f"ws://127.0.0.1:{server.url.port}", "--mode", mode, "--id", "cam-1")
        async with TwinCamera(*CAMERA, *link, "--fault-s", "1") as camera:
            await until(lambda: camera.output.count("link up") == 1, "the first link")
            camera.faults.set(fault)
            await until(lambda: camera.output.count("link up") == 2, "the second link")
            if mode == "register":
                device = server.service.broker.device("cam-1")
                assert device is not None
                assert device.stream_url == camera.url
                return
            async with server.client.ws_connect("/ws/viewer") as socket:
                viewer = await Viewer(socket).say(Join("cam-1"), Next())
                assert is_whole((await viewer.picture()).data)
