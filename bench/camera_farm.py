"""Many cameras in one cheap process: pictures are compressed once, then only written.

``/ID/stream`` is a camera for any ID, 480x320 at 15 frames/s in JPEGs of about 24 kB; each starts
at a moment of its own. ``/status`` counts, as JSON. HTTP as far as a camera speaks it, no further.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import cv2
import numpy as np

from bench.processes import Child, child, free_port, python
from peerlens.virtual_camera.scene import Scene

WIDTH, HEIGHT, FPS = 480, 320, 15
GRAIN = 2.0
JPEG_QUALITY = 64
"""With the grain: about 24 kB, what an ESP32-S3 makes of this size."""
PICTURES = 30
MAX_BACKLOG_BYTES = 256 * 1024
"""A client that is further behind misses pictures, which are counted."""
_BOUNDARY = b"frame"


@dataclass(frozen=True)
class FarmStatus:
    """Counters since the start, over all cameras."""

    streams: int
    sent: int
    skipped: int
    picture_bytes: int


@dataclass(frozen=True)
class Farm:
    """The caller's side."""

    child: Child
    origin: str

    def stream(self, number: int) -> str:
        return f"{self.origin}/{number}/stream"

    def status(self) -> FarmStatus:
        with urllib.request.urlopen(f"{self.origin}/status", timeout=5.0) as answer:
            return FarmStatus(**json.load(answer))


@contextlib.contextmanager
def camera_farm() -> Iterator[Farm]:
    """Run the cameras for the time of the block."""
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    argv = python("bench.camera_farm", "--port", str(port))
    with child("cameras", argv, ready=f"{origin}/status") as started:
        yield Farm(started, origin)


def compressed_pictures() -> list[bytes]:
    """The demo's scene with grain for two seconds, then backwards, so that nothing jumps."""
    scene = Scene(WIDTH, HEIGHT)
    scene.prepare()
    random = np.random.default_rng(1)
    forth = []
    for number in range(PICTURES):
        grain = random.normal(0.0, GRAIN, (HEIGHT, WIDTH, 1))
        frame = np.clip(scene.render(number / FPS) + grain, 0, 255).astype(np.uint8)
        ok, data = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        assert ok
        forth.append(data.tobytes())
    return forth + forth[-2:0:-1]


class _Connection(asyncio.Protocol):
    """One request: a stream that never ends, or the status."""

    def __init__(self, parts: Sequence[bytes], counts: "_Counts") -> None:
        self._parts = itertools.cycle(parts)
        self._counts = counts
        self._head = b""
        self._streaming = False
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._head = (self._head + data)[:8_192]
        if self._streaming or b"\r\n\r\n" not in self._head:
            return
        if self._head.split(b" ")[1].endswith(b"/stream"):
            self._begin()
            return
        body = json.dumps(asdict(self._counts.status())).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        self._transport.write(head.encode() + body)
        self._transport.close()

    def _begin(self) -> None:
        self._streaming = True
        self._counts.streams += 1
        self._transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=%s\r\n"
            b"Connection: close\r\n\r\n" % _BOUNDARY
        )
        loop = asyncio.get_running_loop()
        # The golden ratio spreads any number of cameras evenly over a frame's time.
        self._due_s = loop.time() + (self._counts.begun * 0.618 % 1.0) / FPS
        for _ in range(self._counts.begun % PICTURES):
            next(self._parts)
        self._counts.begun += 1
        self._timer = loop.call_at(self._due_s, self._show)

    def _show(self) -> None:
        part = next(self._parts)
        if self._transport.get_write_buffer_size() > MAX_BACKLOG_BYTES:
            self._counts.skipped += 1
        else:
            self._counts.sent += 1
            self._transport.write(part)
        self._due_s += 1 / FPS
        self._timer = asyncio.get_running_loop().call_at(self._due_s, self._show)

    def connection_lost(self, _error: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._counts.streams -= 1


class _Counts:
    def __init__(self, picture_bytes: int) -> None:
        self._picture_bytes = picture_bytes
        self.begun = self.streams = self.sent = self.skipped = 0

    def status(self) -> FarmStatus:
        return FarmStatus(self.streams, self.sent, self.skipped, self._picture_bytes)


async def serve(port: int) -> None:
    """Serve until cancelled."""
    pictures = compressed_pictures()
    parts = [
        b"\r\n--%s\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s"
        % (_BOUNDARY, len(picture), picture)
        for picture in pictures
    ]
    counts = _Counts(sum(map(len, pictures)) // len(pictures))
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(parts, counts), "127.0.0.1", port)
    async with server:
        await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.camera_farm")
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(arguments.port))


if __name__ == "__main__":
    main()
