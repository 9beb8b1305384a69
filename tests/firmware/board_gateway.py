"""The gateway's end of a board's link, as small as can be: a real WebSocket server."""

import asyncio
import contextlib
import json
import ssl
import time
from collections.abc import AsyncIterator
from typing import Any

from aiohttp import WSMsgType, web

from protocol import codec, messages

Message = dict[str, Any]


class BoardGateway:
    """Takes registrations, answers pings, and sends what a test tells it to."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.port = 0
        self._tls = tls
        self.links = 0
        self.received: list[Message] = []
        self.answers_pings = True
        self.refusal: tuple[int, Message] | None = None
        self._socket: web.WebSocketResponse | None = None
        self._transport: asyncio.Transport | None = None
        self._runner: web.AppRunner | None = None
        self._seq = 0
        self._heard = (0.0, 0.0)

    async def start(self) -> None:
        """Listen, on the same port as before if there was one."""
        app = web.Application()
        app.router.add_get("/ws/board", self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(
            self._runner, "127.0.0.1", self.port, reuse_address=True, ssl_context=self._tls
        )
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def close(self) -> None:
        self.cut()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @property
    def url(self) -> str:
        return self.url_by("127.0.0.1")

    def url_by(self, host: str) -> str:
        scheme = "ws" if self._tls is None else "wss"
        return f"{scheme}://{host}:{self.port}/ws/board"

    @property
    def connected(self) -> bool:
        return self._socket is not None

    async def _serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        assert request.query_string == "", "a token must not travel in the URL"
        first = await socket.receive_json(timeout=5)
        self._note(json.dumps(first))
        if self.refusal is not None:
            code, error = self.refusal
            await socket.send_json(error)
            await socket.close(code=code)
            return socket
        await socket.send_json({"type": "registered", "heartbeatS": 5, "v": 1})
        self.links += 1
        self._seq = 0
        self._socket, self._transport = socket, request.transport
        try:
            async for frame in socket:
                if frame.type == WSMsgType.TEXT:
                    await self._read(socket, frame.data)
        finally:
            if self._socket is socket:
                self._socket = self._transport = None
        return socket

    async def _read(self, socket: web.WebSocketResponse, text: str) -> None:
        message = self._note(text)
        if message["type"] == "ping" and self.answers_pings:
            await socket.send_json({"type": "pong", "id": message["id"]})
        if "atMs" in message:
            self._heard = (message["atMs"], time.monotonic())

    def _note(self, text: str) -> Message:
        codec.decode(text, messages.BoardToGateway)  # it must keep to the contract
        message: Message = json.loads(text)
        self.received.append(message)
        return message

    def of_type(self, kind: str) -> list[Message]:
        return [message for message in self.received if message["type"] == kind]

    def heard(self) -> Message:
        """Return the proof of age for a command that is sent now."""
        at_ms, when = self._heard
        return {"atMs": at_ms, "heldMs": (time.monotonic() - when) * 1000}

    async def send(self, message: Message) -> None:
        assert self._socket is not None, "the board is not connected"
        await self._socket.send_json(message)

    async def actuate(self, throttle: float = 0.0, steering: float = 0.0, **more: Any) -> int:
        """Send the next command, fresh unless ``more`` says otherwise; return its number."""
        self._seq += 1
        command = {"type": "actuate", "seq": self._seq, "ttlMs": 200, "heard": self.heard()}
        await self.send(command | {"throttle": throttle, "steering": steering} | more)
        return self._seq

    def cut(self) -> None:
        """Cut the board's connection without a goodbye."""
        if self._transport is not None:
            self._transport.abort()


class Sending:
    """Commands at 25 a second, in the background; the last of them can be changed."""

    def __init__(self, gateway: BoardGateway) -> None:
        self._gateway = gateway
        self.throttle = 0.0
        self.steering = 0.0
        self.more: dict[str, Any] = {}

    async def run(self) -> None:
        while True:
            if self._gateway.connected:
                with contextlib.suppress(ConnectionError):
                    await self._gateway.actuate(self.throttle, self.steering, **self.more)
            await asyncio.sleep(0.04)


@contextlib.asynccontextmanager
async def sending(gateway: BoardGateway) -> AsyncIterator[Sending]:
    """Send commands, neutral ones at first, until the block ends."""
    commands = Sending(gateway)
    task = asyncio.create_task(commands.run())
    try:
        yield commands
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@contextlib.asynccontextmanager
async def board_gateway(tls: ssl.SSLContext | None = None) -> AsyncIterator[BoardGateway]:
    gateway = BoardGateway(tls)
    await gateway.start()
    try:
        yield gateway
    finally:
        await gateway.close()
