"""Plays clips as MJPEG cameras: ``/NAME/stream`` begins with its first picture, once.

A clip is a file ``NAME.clip`` of pictures, each with the second that it is due. ``/status`` tells,
as JSON, the wall time at which each began. After the last picture the connection stays open.
"""

import argparse
import asyncio
import contextlib
import json
import struct
import time
import urllib.request
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.processes import Child, child, free_port, python

_HEAD = struct.Struct("<dI")
_BOUNDARY = b"frame"


def write_clip(path: Path, pictures: Iterable[tuple[float, bytes]]) -> None:
    """Write a clip of (second, JPEG)."""
    with path.open("wb") as file:
        for at_s, jpeg in pictures:
            file.write(_HEAD.pack(at_s, len(jpeg)))
            file.write(jpeg)


def read_clip(path: Path) -> Iterator[tuple[float, bytes]]:
    """The pictures of a clip, one by one."""
    with path.open("rb") as file:
        while head := file.read(_HEAD.size):
            at_s, size = _HEAD.unpack(head)
            yield at_s, file.read(size)


@dataclass(frozen=True)
class ClipServer:
    """The caller's side."""

    child: Child
    origin: str

    def stream(self, name: str) -> str:
        return f"{self.origin}/{name}/stream"

    def begun(self) -> dict[str, float]:
        """Wall time, in seconds, at which each clip's newest connection began."""
        with urllib.request.urlopen(f"{self.origin}/status", timeout=5.0) as answer:
            found: dict[str, float] = json.load(answer)
            return found


@contextlib.contextmanager
def clip_server(folder: Path, before: Sequence[str] = ()) -> Iterator[ClipServer]:
    """Serve the clips in ``folder`` for the time of the block; ``before`` precedes the command."""
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    argv = python("bench.clip_server", "--port", str(port), "--folder", str(folder))
    with child("clips", [*before, *argv], ready=f"{origin}/status") as started:
        yield ClipServer(started, origin)


class _Server:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._begun: dict[str, float] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10.0)
            path = head.split(b" ")[1].decode()
            if path.endswith("/stream"):
                await self._play(path.split("/")[1], writer)
            else:
                body = json.dumps(self._begun).encode()
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
                await writer.drain()
        writer.close()

    async def _play(self, name: str, writer: asyncio.StreamWriter) -> None:
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=%s\r\n"
            b"Connection: close\r\n\r\n" % _BOUNDARY
        )
        clip = self._folder / f"{Path(name).name}.clip"
        start_s = time.time()
        self._begun[name] = start_s
        for at_s, jpeg in read_clip(clip):
            await asyncio.sleep(max(0.0, start_s + at_s - time.time()))
            part = b"\r\n--%s\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"
            writer.write(part % (_BOUNDARY, len(jpeg)) + jpeg)
            await writer.drain()
        await asyncio.sleep(3_600.0)


async def _serve(port: int, folder: Path) -> None:
    server = await asyncio.start_server(_Server(folder).serve, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.clip_server")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    arguments = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(arguments.port, arguments.folder))


if __name__ == "__main__":
    main()
