"""The WebSocket of one control board, from its registration to its end."""

import asyncio
import time

from edge.message_socket import MessageSocket, Socket, SocketEnded
from gateway.drive.board import Board
from gateway.drive.car import Car
from protocol.codec import decode
from protocol.messages import (
    BoardToGateway,
    Ping,
    Pong,
    RegisterBoard,
    Registered,
)

PING_INTERVAL_S = 1.0
"""Boards take a link as dead that was silent for 3 s."""
SILENCE_S = 3.0
"""Boards tell their state twice a second."""


class BoardLink:
    """Single use: ``await run()``. ``relayed``: it came over the relay."""

    def __init__(
        self, socket: Socket, car: Car, registered: RegisterBoard, *, relayed: bool = False
    ) -> None:
        self.relayed = relayed
        self._car = car
        name = f"board {registered.device_id}"
        self._messages = MessageSocket(socket, name, over=self._left)
        self._board = Board(registered, self._messages.send)
        self._pings = 0

    async def run(self) -> None:
        """Serve the board until either side ends the link."""
        self._messages.send(Registered(heartbeat_s=PING_INTERVAL_S))
        self._car.board_joined(self._board, _now_ms())
        pinging = asyncio.create_task(self._ping(), name=f"ping board {self._board.id}")
        try:
            await self._messages.run(self._received, SILENCE_S)
        finally:
            pinging.cancel()
            await asyncio.wait([pinging])

    def _left(self) -> None:
        self._car.board_left(self._board, _now_ms())

    def supersede(self) -> None:
        """End this link because the board has a newer one."""
        self._messages.end("superseded", "another link registered under the same id")

    def _received(self, text: str) -> None:
        message: BoardToGateway = decode(text, BoardToGateway)
        if isinstance(message, Ping):
            self._messages.send(Pong(message.id))
        elif isinstance(message, RegisterBoard):
            raise SocketEnded("unexpected-message", "this board has registered already")
        elif not isinstance(message, Pong):
            now_ms = _now_ms()
            self._board.received(message, now_ms)
            self._car.board_told(self._board, now_ms)

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(PING_INTERVAL_S)
            self._pings = (self._pings + 1) & 0xFFFFFFFF
            self._messages.send(Ping(self._pings))


def _now_ms() -> float:
    return time.monotonic() * 1000
