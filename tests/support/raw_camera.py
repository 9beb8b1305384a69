"""A camera that writes exactly the bytes it is told, as slowly as it is told."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field

Script = Callable[["Connection"], Awaitable[None]]

MULTIPART = "multipart/x-mixed-replace;boundary=123456789000000000000987654321"


@dataclass(slots=True)
class Connection:
    """One request and its connection; headers have names in lower case."""

    path: str
    headers: dict[str, str]
    writer: asyncio.StreamWriter

    async def send(self, data: bytes, step: int = 0) -> None:
        """Write ``data``; with ``step``, so many bytes at a time in segments of their own."""
        step = step or len(data) or 1
        for start in range(0, len(data), step):
            self.writer.write(data[start : start + step])
            await self.writer.drain()
            await asyncio.sleep(0)

    async def answer(self, content_type: str | None = MULTIPART, *lines: str) -> None:
        kind = [] if content_type is None else [f"Content-Type: {content_type}"]
        head = ["HTTP/1.1 200 OK", *kind, *lines, "Connection: close", "", ""]
        await self.send("\r\n".join(head).encode())

    async def stay_silent(self) -> None:
        """Keep the connection open until the other side leaves."""
        with contextlib.suppress(ConnectionError):
            await self.writer.wait_closed()


@dataclass(slots=True)
class RawCamera:
    """What was asked so far, and where."""

    url: str
    connections: list[Connection] = field(default_factory=list)


@contextlib.asynccontextmanager
async def raw_camera(script: Script) -> AsyncIterator[RawCamera]:
    """Serve every connection with ``script``, and close it behind it."""
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            pairs = (line.partition(":") for line in head[1:] if line)
            headers = {name.lower(): value.strip() for name, _, value in pairs}
            connection = Connection(head[0].split(" ")[1], headers, writer)
            camera.connections.append(connection)
            await script(connection)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()
            tasks.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    camera = RawCamera(f"http://127.0.0.1:{port}/stream")
    try:
        yield camera
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks)


@contextlib.contextmanager
def full_listener() -> Iterator[int]:
    """Yield a port whose queue is full, so that connecting to it gets no answer."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        waiting = []
        try:
            for _ in range(4):
                client = socket.socket()
                client.setblocking(False)
                client.connect_ex(("127.0.0.1", port))
                waiting.append(client)
            yield port
        finally:
            for client in waiting:
                client.close()
