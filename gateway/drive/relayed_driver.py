"""A driver without a peer connection, on a WebSocket of its own."""

import contextlib
import secrets
import time
from typing import assert_never

from edge.message_socket import MessageSocket, Socket, SocketEnded
from edge.roles import Role
from edge.token_bucket import TokenBucket
from gateway.camera import Camera
from gateway.drive.car import Car
from gateway.drive.control_channel import COMMANDS_PER_S
from gateway.drive.participant import Participant
from protocol.codec import decode
from protocol.messages import (
    Drive,
    Join,
    LeaseRequest,
    Ping,
    Pong,
    RelayedToGateway,
    Sync,
    Synced,
)

SILENCE_S = 8.0
"""As a viewer's heartbeat on the events channel."""
COMMAND_BURST = 200
"""What TCP held up comes at once. The board's link carries little more: see MessageSocket."""


class RelayedDriver:
    """Single use: ``await run()``."""

    def __init__(self, socket: Socket, car: Car, camera: Camera, role: Role) -> None:
        self._car = car
        self._camera = camera
        self._driving = contextlib.ExitStack()
        self._bucket = TokenBucket(COMMANDS_PER_S, COMMAND_BURST, time.monotonic())
        name = secrets.token_hex(16)
        self._messages = MessageSocket(socket, f"driver {name[:8]} of {car.id}", over=self._left)
        self._participant = Participant(
            name=name,
            role=role,
            tell=self._messages.send,
            refuse=self._messages.send,
            video_age_ms=self._video_age_ms,
            drives=self._drives,
        )

    async def run(self) -> None:
        """Serve the driver until either side ends the link."""
        self._car.join(self._participant, _now_ms())
        await self._messages.run(self._received, SILENCE_S)

    def _left(self) -> None:
        self._driving.close()
        self._car.leave(self._participant, _now_ms())

    def _video_age_ms(self, now_ms: float) -> float | None:
        """How old the camera's newest picture is: whatever it sees is no younger."""
        newest = self._camera.newest_jpeg
        return now_ms - newest.capture_s * 1000 if newest is not None else None

    def _drives(self, drives: bool) -> None:
        """Keep the camera open, and from being shed, for who drives by it."""
        self._driving.close()
        if drives:
            self._driving.enter_context(self._camera.wanted())
            self._driving.enter_context(self._camera.driving())

    def _received(self, text: str) -> None:
        received_ms = time.time() * 1000
        message: RelayedToGateway = decode(text, RelayedToGateway)
        match message:
            case Drive():
                self._command(message)
            case Sync():
                self._messages.send(Synced(message.sent_ms, received_ms, time.time() * 1000))
            case Ping():
                self._messages.send(Pong(message.id))
            case Pong():
                pass
            case Join():
                raise SocketEnded("unexpected-message", "this driver has joined already")
            case _ if isinstance(message, LeaseRequest):
                self._car.request(self._participant, message, _now_ms())
            case _:
                assert_never(message)

    def _command(self, drive: Drive) -> None:
        if not self._bucket.take(time.monotonic()):
            self._car.counts["flood"] += 1
            return
        self._messages.send(self._car.command(self._participant, drive, _now_ms()))


def _now_ms() -> float:
    return time.monotonic() * 1000
