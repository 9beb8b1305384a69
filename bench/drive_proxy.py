"""A TCP proxy in a process of its own, whose connections can be reset from one moment to the next.

``{"cut": true}`` on standard input resets all of them; the answer says how many there were.
"""

import argparse
import asyncio
import contextlib
import json
import socket
import struct
import sys
from collections.abc import Iterator

from bench.processes import Child, child, free_port, python
from bench.servers import LOOPBACK

ANSWER_TIMEOUT_S = 5.0
CHUNK_BYTES = 65_536
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER: close without a goodbye."""


class Proxy:
    """The caller's side."""

    def __init__(self, process: Child, port: int) -> None:
        self._process = process
        self.url = f"ws://{LOOPBACK}:{port}/ws/board"

    def cut(self) -> int:
        """Reset all connections. Raises :class:`bench.errors.ProcessFailed`."""
        return int(self._process.ask({"cut": True}, ANSWER_TIMEOUT_S)["cut"])


@contextlib.contextmanager
def proxy(to_port: int) -> Iterator[Proxy]:
    """Run one before a port of this machine, for the time of the block."""
    port = free_port()
    argv = python("bench.drive_proxy", "--port", str(port), "--to", str(to_port))
    with child("proxy", argv, pipes=True) as process:
        process.ask({}, ANSWER_TIMEOUT_S)
        yield Proxy(process, port)


class _Connections:
    def __init__(self, to_port: int) -> None:
        self._to_port = to_port
        self._open: set[asyncio.StreamWriter] = set()

    async def serve(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            far, forth = await asyncio.open_connection(LOOPBACK, self._to_port)
            self._open |= {back, forth}
            await asyncio.wait(
                [asyncio.create_task(_pass(near, forth)), asyncio.create_task(_pass(far, back))],
                return_when=asyncio.FIRST_COMPLETED,
            )
            self._open -= {back, forth}
            forth.close()
        back.close()

    def cut(self) -> int:
        for writer in self._open:
            connection: socket.socket = writer.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            writer.transport.abort()
        return len(self._open) // 2


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(CHUNK_BYTES):
            writer.write(data)
            await writer.drain()


async def _serve(port: int, to_port: int) -> None:
    connections = _Connections(to_port)
    async with await asyncio.start_server(connections.serve, LOOPBACK, port):
        while line := await asyncio.to_thread(sys.stdin.readline):
            cut = connections.cut() if "cut" in json.loads(line) else 0
            print(json.dumps({"cut": cut}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.drive_proxy")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--to", type=int, required=True, help="port of this machine")
    arguments = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(arguments.port, arguments.to))


if __name__ == "__main__":
    main()
