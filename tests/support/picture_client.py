"""A viewer of ``/ws/viewer``, or of the sockets like it."""

import asyncio
import json
import struct
from dataclasses import dataclass
from typing import Any, Self

from aiohttp import ClientWebSocketResponse, WSMsgType

from protocol.codec import encode
from protocol.messages import Ping

DEADLINE_S = 10.0


@dataclass(frozen=True)
class Picture:
    capture_ms: float
    data: bytes


class Viewer:
    """One WebSocket to ``/ws/viewer``; every wait has a deadline."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.socket = socket
        self._pings = 0

    async def say(self, *messages: object) -> Self:
        for message in messages:
            text = message if isinstance(message, str) else encode(message)
            await self.socket.send_str(text)
        return self

    def hears(self, does: bool) -> None:
        """Read from the network, or leave there what comes."""
        assert self.socket._conn is not None
        transport = self.socket._conn.transport
        assert isinstance(transport, asyncio.ReadTransport)
        if does:
            transport.resume_reading()
        else:
            transport.pause_reading()

    async def told(self) -> Picture | dict[str, Any]:
        async with asyncio.timeout(DEADLINE_S):
            frame = await self.socket.receive()
        if frame.type is WSMsgType.TEXT:
            message: dict[str, Any] = json.loads(frame.data)
            return message
        assert frame.type is WSMsgType.BINARY, f"{frame}, closed with {self.socket.close_code}"
        (capture_ms,) = struct.unpack(">d", frame.data[:8])
        return Picture(capture_ms, frame.data[8:])

    async def picture(self) -> Picture:
        told = await self.told()
        assert isinstance(told, Picture), told
        return told

    async def answered(self) -> list[Picture]:
        """Return the pictures that came before the answer to a ping."""
        self._pings += 1
        await self.say(Ping(self._pings))
        came = []
        while isinstance(told := await self.told(), Picture):
            came.append(told)
        assert told == {"type": "pong", "id": self._pings}
        return came

    async def ended(self) -> tuple[str, int | None]:
        """Return the problem that the end is told as, and the close code."""
        problem = ""
        async with asyncio.timeout(DEADLINE_S):
            async for frame in self.socket:
                if frame.type is WSMsgType.TEXT:
                    told = json.loads(frame.data)
                    assert told["detail"]
                    problem = told["problem"].rpartition(":")[2]
        return problem, self.socket.close_code
