"""The viewer's end of ``/ws/viewer``: asks for pictures, and tells when they were taken."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import NoReturn

from aiohttp import WSMessage, WSMsgType

from edge.errors import EdgeError
from edge.far_clock import FarClock
from edge.message_socket import Socket
from edge.picture import Picture
from protocol.codec import decode, encode
from protocol.errors import PROBLEM_PREFIX, ProtocolError
from protocol.messages import (
    Error,
    GatewayToPictureViewer,
    Join,
    Next,
    Ping,
    Pong,
    Sync,
    Synced,
)

AHEAD = 4
"""Asked for before they come, the most that the far end keeps in mind. With fewer, a long link
stands still between pictures, and TCP, which learns its rate from that, sends each one slowly."""
SYNC_EVERY_S = 2.0
FIRST_SYNCS_S = (0.0, 0.2, 0.5)
SEND_TIMEOUT_S = 5.0


class PicturesEnded(EdgeError):
    """No more pictures come. ``slug``: the problem that the far end named, None without one."""

    def __init__(self, slug: str | None, detail: str, code: int | None = None) -> None:
        super().__init__(detail)
        self.slug = slug
        self.code = code


class PictureReader:
    """Single use: ``await run()``. ``deliver`` takes each picture at once, and never waits.

    Their capture times are by this machine's wall clock: the far end's is compared with it.
    ``wait_s`` is asked after each how long no other one is wanted.
    """

    def __init__(
        self,
        socket: Socket,
        deliver: Callable[[Picture], None],
        wait_s: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._socket = socket
        self._deliver = deliver
        self._wait_s = wait_s
        self._ask_s: float | None = None
        """When to ask for the next picture, where it has to wait."""
        self._withheld = 0
        """Pictures that are not asked for as long as each has to wait."""
        self._clock = FarClock()
        self._problem: Error | None = None

    async def run(self, join: Join, silence_s: float) -> NoReturn:
        """Read until it ends. Raises :class:`PicturesEnded`; TimeoutError after ``silence_s``
        without a picture.
        """
        loop = asyncio.get_running_loop()
        started_s = loop.time()
        syncs = [started_s + after_s for after_s in FIRST_SYNCS_S]
        deadline_s = started_s + silence_s
        await self._send(join)
        for _ in range(AHEAD):
            await self._send(Next())
        while True:
            now_s = loop.time()
            if self._ask_s is not None and now_s >= self._ask_s:
                self._ask_s = None
                await self._send(Next())
                continue
            if now_s >= syncs[0]:
                await self._send(Sync(time.time() * 1000))
                del syncs[0]
                if not syncs:
                    syncs.append(now_s + SYNC_EVERY_S)
                continue
            if now_s >= deadline_s:
                raise TimeoutError
            ask_s = deadline_s if self._ask_s is None else self._ask_s
            message = await self._heard_by(min(syncs[0], deadline_s, ask_s))
            if message is not None and await self._took(message):
                deadline_s = loop.time() + silence_s

    async def _heard_by(self, at_s: float) -> WSMessage | None:
        """Return the next message, None when there is none by then."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(at_s):
                message: WSMessage = await self._socket.receive()
                return message
        return None

    async def _took(self, frame: WSMessage) -> bool:
        """Take one message; return whether it was a picture."""
        if frame.type is WSMsgType.BINARY:
            self._take_picture(frame.data)
            await self._ask_again()
            return True
        if frame.type is not WSMsgType.TEXT:
            raise self._ended()
        try:
            message: GatewayToPictureViewer = decode(frame.data, GatewayToPictureViewer)
        except ProtocolError as error:
            raise PicturesEnded(error.slug, f"what came is not of version 1: {error}") from error
        if isinstance(message, Synced):
            self._clock.heard(message, time.time() * 1000)
        elif isinstance(message, Ping):
            await self._send(Pong(message.id))
        elif isinstance(message, Error):
            self._problem = message
        return False

    async def _ask_again(self) -> None:
        wait_s = self._wait_s()
        if wait_s > 0 and self._ask_s is not None:
            self._withheld += 1
        elif wait_s > 0:
            self._ask_s = asyncio.get_running_loop().time() + wait_s
        else:
            for _ in range(1 + self._withheld):
                await self._send(Next())
            self._withheld = 0

    def _take_picture(self, data: bytes) -> None:
        now_ms = time.time() * 1000
        try:
            picture = Picture.parse(data)
        except ValueError as error:
            raise PicturesEnded("malformed-message", str(error)) from error
        self._deliver(Picture(picture.jpeg, self._clock.near_ms(picture.capture_ms, now_ms)))

    def _ended(self) -> PicturesEnded:
        code = self._socket.close_code
        if self._problem is None:
            return PicturesEnded(None, f"the connection was closed with {code}", code)
        slug = self._problem.problem.removeprefix(PROBLEM_PREFIX)
        return PicturesEnded(slug, self._problem.detail, code)

    async def _send(self, message: object) -> None:
        try:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                await self._socket.send_str(encode(message))
        except (TimeoutError, ConnectionError) as error:
            raise PicturesEnded(None, "the connection broke") from error
