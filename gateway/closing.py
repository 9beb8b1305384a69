"""Closing peer connections without waiting for them, and without losing track of them."""

import asyncio
import logging

from aiortc import RTCPeerConnection

from gateway.aiortc_private import abort_sockets

logger = logging.getLogger(__name__)


class Closer:
    """Closes connections in tasks of its own, each with a deadline.

    ``RTCPeerConnection.close`` can take a minute with a dead TURN server and never ends
    once it was cancelled, so nobody else awaits it. One that is overdue has its sockets
    taken away and is counted.
    """

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._tasks: set[asyncio.Task[None]] = set()
        self.overdue = 0

    @property
    def closing(self) -> int:
        """Connections that are being closed."""
        return len(self._tasks)

    def close(self, connection: RTCPeerConnection, after: asyncio.Task[None] | None = None) -> None:
        """Close ``connection`` in the background, once ``after`` (its gathering) is done."""
        task = asyncio.create_task(self._close(connection, after), name="close peer connection")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _close(self, connection: RTCPeerConnection, after: asyncio.Task[None] | None) -> None:
        if after is not None:
            await asyncio.wait({after}, timeout=self._timeout_s)
        closing = asyncio.create_task(connection.close())
        done, _ = await asyncio.wait({closing}, timeout=self._timeout_s)
        if not done:
            self.overdue += 1
            logger.warning("a peer connection did not close in %.1f s", self._timeout_s)
            abort_sockets(connection)
            done, _ = await asyncio.wait({closing}, timeout=self._timeout_s)
        if not done:
            closing.cancel()
        elif closing.exception() is not None:
            logger.warning("a peer connection did not close cleanly: %r", closing.exception())

    async def finish(self) -> None:
        """Wait until everything that was given to ``close`` is closed or given up."""
        while self._tasks:
            await asyncio.wait(self._tasks)
