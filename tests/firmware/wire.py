"""Raw HTTP to a camera, byte for byte."""

import asyncio
import contextlib
import re
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlsplit

TIMEOUT_S = 10.0
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@contextlib.asynccontextmanager
async def connected(url: str, holds: int | None = None) -> AsyncIterator[Streams]:
    """A bare connection to where ``url`` is; it is reset at the end.

    This end ``holds`` about so many bytes that were not read.
    """
    client = socket.socket()
    if holds is not None:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, holds)
    client.setblocking(False)
    try:
        await asyncio.get_running_loop().sock_connect(client, address_of(url))
    except OSError:
        client.close()
        raise
    reader, writer = await asyncio.open_connection(sock=client, limit=holds or 65_536)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


def address_of(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or 80


async def until_reset(url: str, request: bytes) -> bytes:
    """Send ``request``; return all that came before the connection was over, however it ended."""
    loop = asyncio.get_running_loop()
    received = b""
    with socket.socket() as client:
        client.setblocking(False)
        await loop.sock_connect(client, address_of(url))
        await loop.sock_sendall(client, request)
        # A StreamReader would forget what came just before a reset.
        with contextlib.suppress(ConnectionError):
            while piece := await asyncio.wait_for(loop.sock_recv(client, 65_536), TIMEOUT_S):
                received += piece
    return received


@dataclass(frozen=True)
class Answer:
    """What a camera answered; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


async def head(reader: asyncio.StreamReader) -> Answer:
    """Read an answer's head."""
    lines = (await within(reader.readuntil(b"\r\n\r\n"))).decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines[1:] if line)
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    return Answer(int(lines[0].split(" ")[1]), headers, b"")


async def answer(reader: asyncio.StreamReader) -> Answer:
    """Read a whole answer that says how long it is."""
    begun = await head(reader)
    length = int(begun.headers["content-length"])
    return Answer(begun.status, begun.headers, await within(reader.readexactly(length)))


async def asked(url: str, request: bytes) -> Answer:
    """Send ``request`` as it is on a connection of its own; return the answer."""
    async with connected(url) as (reader, writer):
        writer.write(request)
        return await answer(reader)


async def got(url: str, path: str, *headers: str, method: str = "GET") -> Answer:
    lines = [f"{method} {path} HTTP/1.1", "Host: camera", *headers, "", ""]
    return await asked(url, "\r\n".join(lines).encode())


async def within(reading: "asyncio.Future[bytes] | object") -> bytes:
    return await asyncio.wait_for(reading, TIMEOUT_S)  # type: ignore[arg-type]


@contextlib.asynccontextmanager
async def streaming(
    url: str,
    *headers: str,
    path: str = "/stream",
    version: str = "1.1",
    holds: int | None = None,
) -> AsyncIterator[tuple[Answer, asyncio.StreamReader]]:
    """GET the stream; yields the answer's head and what follows it."""
    async with connected(url, holds) as (reader, writer):
        lines = [f"GET {path} HTTP/{version}", "Host: camera", *headers, "", ""]
        writer.write("\r\n".join(lines).encode())
        yield await head(reader), reader


async def chunk(reader: asyncio.StreamReader) -> bytes:
    """Read the next HTTP chunk."""
    size = int(await within(reader.readuntil(b"\r\n")), 16)
    return (await within(reader.readexactly(size + 2)))[:-2]


class Unchunked:
    """The bytes within HTTP chunks, however they are cut."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self._held = b""

    async def until(self, end: bytes) -> bytes:
        while end not in self._held:
            self._held += await chunk(self._reader)
        found, _, self._held = self._held.partition(end)
        return found + end

    async def exactly(self, count: int) -> bytes:
        while len(self._held) < count:
            self._held += await chunk(self._reader)
        found, self._held = self._held[:count], self._held[count:]
        return found


@dataclass(frozen=True)
class Part:
    """One part of a stream, as it came."""

    header: bytes
    jpeg: bytes

    @property
    def timestamp_s(self) -> float:
        found = re.search(rb"X-Timestamp: (\d+\.\d{6})\r\n", self.header)
        assert found is not None, self.header
        return float(found[1])


async def part(body: Unchunked) -> Part:
    """Read one part, from its boundary on."""
    header = await body.until(b"\r\n\r\n")
    length = re.search(rb"Content-Length: (\d+)\r\n", header)
    assert length is not None, header
    return Part(header, await body.exactly(int(length[1])))
