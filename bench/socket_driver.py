"""A driver without a peer connection: commands over one WebSocket, pictures over another."""

import asyncio
import contextlib
from dataclasses import dataclass
from typing import Literal

import aiohttp

from bench.driver import CONNECT_TIMEOUT_S, Driver
from bench.target import Place
from protocol.codec import encode
from protocol.messages import Join, Next

MAX_UNSENT = 64
CLOSE_TIMEOUT_S = 1.0


@dataclass(frozen=True)
class _Channel:
    """What a Driver needs of a data channel. A full queue drops the newest, as a page does."""

    socket: aiohttp.ClientWebSocketResponse
    unsent: asyncio.Queue[str]

    @property
    def readyState(self) -> Literal["open", "closed"]:
        return "closed" if self.socket.closed else "open"

    def send(self, text: str) -> None:
        with contextlib.suppress(asyncio.QueueFull):
            self.unsent.put_nowait(text)


class SocketDriver(Driver):
    """Single use, as its base: ``join`` in place of ``connect``."""

    pictures = 0
    """How many have come. Without any, the gateway takes throttle from no driver."""

    async def join(self, session: aiohttp.ClientSession, place: Place) -> None:
        """Be at the car; it commands nothing yet."""
        socket = await self._joined(session, place.url, place)
        pictures = await self._joined(session, place.pictures, place)
        channel = _Channel(socket, asyncio.Queue(MAX_UNSENT))
        self.begin(
            channel, channel, self._receive(socket), self._send(channel), self._look(pictures)
        )
        await self._becomes(lambda: self.status is not None, CONNECT_TIMEOUT_S)
        await self._becomes(lambda: self.pictures > 0, CONNECT_TIMEOUT_S)

    async def _joined(
        self, session: aiohttp.ClientSession, url: str, place: Place
    ) -> aiohttp.ClientWebSocketResponse:
        timeout = aiohttp.ClientWSTimeout(ws_close=CLOSE_TIMEOUT_S)
        socket = await session.ws_connect(url, timeout=timeout)
        await socket.send_str(encode(Join(place.camera, token=place.token or None)))
        return socket

    async def _look(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Ask for a picture, and for the next one when it has come: it is none that drives."""
        async with socket:
            await socket.send_str(encode(Next()))
            async for message in socket:
                if message.type is aiohttp.WSMsgType.BINARY:
                    self.pictures += 1
                    self._changed.set()
                    await socket.send_str(encode(Next()))

    async def _receive(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                break
            if '"type":"driven"' in message.data:
                self._answered(message.data)
            else:
                self._told(message.data)

    async def _send(self, channel: _Channel) -> None:
        while True:
            text = await channel.unsent.get()
            # A socket that is closing says so by what is received.
            with contextlib.suppress(ConnectionError, aiohttp.ClientError):
                await channel.socket.send_str(text)

    async def close(self) -> None:
        await super().close()
        if isinstance(self.events, _Channel):
            await self.events.socket.close()
