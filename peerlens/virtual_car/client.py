"""A control board's link to the gateway: connects, registers, and comes back for ever."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable

from aiohttp import ClientError, ClientSession, ClientWebSocketResponse, ClientWSTimeout, WSMsgType

from gateway.backoff import Backoff
from peerlens.virtual_car.board import SILENCE_MS, Board
from peerlens.virtual_car.errors import Superseded
from peerlens.virtual_car.health import simulated_health
from peerlens.virtual_car.watched_outputs import OnOutputs, WatchedOutputs
from protocol.codec import MAX_MESSAGE_BYTES, encode
from protocol.messages import Acted, BoardToGateway, RegisterBoard

TICK_S = 0.01
CONNECT_TIMEOUT_S = 5.0
CLOSE_TIMEOUT_S = 0.5
RETRY_FIRST_S, RETRY_MOST_S = 0.1, 2.0
REFUSED_RETRY_S = 10.0
"""After a refusal that needs a person (a wrong token), ask again this rarely."""
NEEDS_A_PERSON = frozenset({4400, 4401, 4403, 4426})
SUPERSEDED = 4409
MAX_UNSENT = 64
"""Messages that wait for the socket; with more of them the link is of no use."""

OnLink = Callable[[str | None], None]
"""Is told None when the board has registered, and why, once, when it lost the link or got none."""


class BoardClient:
    """Runs one board. ``on_outputs`` may be called by another thread, see WatchedOutputs."""

    def __init__(
        self,
        url: str,
        identity: RegisterBoard,
        *,
        on_outputs: OnOutputs,
        on_link: OnLink = lambda _: None,
        on_command: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._url = url
        self._on_link = on_link
        self._on_command = on_command
        self._booted_s = time.monotonic()
        self.board = Board(identity, 0, simulated_health)
        self._outputs = WatchedOutputs(on_outputs)
        self._link: _Link | None = None
        self._link_told: str | None = "not connected yet"
        self._backoff = Backoff(RETRY_FIRST_S, RETRY_MOST_S)

    async def run(self) -> None:
        """Run until cancelled. Raises :class:`Superseded` when another board has this id."""
        with self._outputs:
            ticking = asyncio.create_task(self._tick(), name="board-tick")
            connecting = asyncio.create_task(self._connect(), name="board-link")
            try:
                await asyncio.wait({ticking, connecting}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (ticking, connecting):
                    task.cancel()
                await asyncio.gather(ticking, connecting, return_exceptions=True)
        for task in (connecting, ticking):
            if not task.cancelled():
                task.result()

    def _now_ms(self) -> int:
        return int((time.monotonic() - self._booted_s) * 1000) % (1 << 32)

    async def _tick(self) -> None:
        while True:
            self._tell(self.board.tick(self._now_ms()))
            if self._link is not None and self.board.is_silent:
                self._link.end(f"the gateway was silent for {SILENCE_MS / 1000:g} s")
            await asyncio.sleep(TICK_S)

    def _tell(self, messages: Iterable[BoardToGateway]) -> None:
        """Set the outputs first: what is said of them must be true."""
        if not self._outputs.feed(self.board.outputs):
            self.board.was_stalled(self._now_ms())
            self._outputs.feed(self.board.outputs)
        for message in messages:
            if isinstance(message, Acted):
                self._on_command(message.seq)
            if self._link is not None:
                self._link.send(message)

    async def _connect(self) -> None:
        async with ClientSession() as session:
            while True:
                try:
                    reason, code = await self._connect_once(session)
                except (ClientError, OSError, TimeoutError) as error:
                    reason, code = str(error) or "no answer in time", None
                if code == SUPERSEDED:
                    superseded = Superseded(self.board.identity.device_id)
                    self._tell_link(str(superseded))
                    raise superseded
                self._tell_link(reason)
                delay_s = self._backoff.next_delay_s()
                await asyncio.sleep(REFUSED_RETRY_S if code in NEEDS_A_PERSON else delay_s)

    async def _connect_once(self, session: ClientSession) -> tuple[str, int | None]:
        """Hold one link until it ends; return why, and the code that it was closed with."""
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            socket = await session.ws_connect(
                self._url,
                max_msg_size=MAX_MESSAGE_BYTES,
                timeout=ClientWSTimeout(ws_close=CLOSE_TIMEOUT_S),
            )
        self._link = _Link(socket)
        async with socket:
            try:
                self._tell(self.board.link_opened(self._now_ms()))
                await self._link.hold(self._receive)
            finally:
                reason, self._link = self._link.reason, None
                self.board.link_lost(self._now_ms())
                self._tell([])
        return self.board.refusal or reason, socket.close_code

    def _receive(self, text: str) -> None:
        was_registered = self.board.registered
        self._tell(self.board.received(text, self._now_ms()))
        if self.board.registered and not was_registered:
            self._backoff.reset()
            self._tell_link(None)

    def _tell_link(self, lost_because: str | None) -> None:
        # Once for each reason: a gateway may be away for days.
        if lost_because != self._link_told:
            self._link_told = lost_because
            self._on_link(lost_because)


class _Link:
    """One WebSocket."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.reason = "the link ended"
        self._socket = socket
        self._unsent: asyncio.Queue[str] = asyncio.Queue(MAX_UNSENT)
        self._ended = asyncio.Event()

    def send(self, message: BoardToGateway) -> None:
        try:
            self._unsent.put_nowait(encode(message))
        except asyncio.QueueFull:
            self.end("the gateway does not read")

    def end(self, reason: str) -> None:
        if not self._ended.is_set():
            self.reason = reason
            self._ended.set()

    async def hold(self, receive: Callable[[str], None]) -> None:
        """Send and receive until either end of the link has had enough."""
        tasks = [
            asyncio.create_task(self._receive(receive), name="board-receive"),
            asyncio.create_task(self._send(), name="board-send"),
            asyncio.create_task(self._ended.wait(), name="board-ended"),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result

    async def _receive(self, receive: Callable[[str], None]) -> None:
        while True:
            message = await self._socket.receive()
            if message.type is not WSMsgType.TEXT:
                code = self._socket.close_code
                self.end(f"the gateway closed the link with {code}")
                return
            receive(message.data)

    async def _send(self) -> None:
        while True:
            text = await self._unsent.get()
            # A socket that is closing says so by what is received.
            with contextlib.suppress(ConnectionError):
                await self._socket.send_str(text)
