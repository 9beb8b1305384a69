"""A viewer without a peer connection: JPEGs over a WebSocket, as many as it asks for."""

import asyncio
import struct
import time
from dataclasses import dataclass
from typing import assert_never

from gateway.camera import Camera
from gateway.errors import NoPicture
from gateway.events_channel import wall_ms
from gateway.message_socket import MessageSocket, Socket, SocketEnded
from gateway.units import JpegFrame
from protocol.codec import decode
from protocol.messages import Join, Next, PictureViewerToGateway, Ping, Pong, Sync, Synced

MAX_AHEAD = 4
"""Pictures that a viewer may ask for before they come."""
SILENCE_S = 10.0
SEND_TIMEOUT_S = 5.0
"""A viewer that takes longer than this to take a picture is sent away."""
FIRST_FRAME_TIMEOUT_S = 10.0
FRAME_TIMEOUT_S = 10.0
"""A viewer of a camera that gives no picture for this long is sent away."""

_CAPTURE = struct.Struct(">d")


@dataclass
class PictureCounts:
    """Of one camera: who sees it this way now, and what was sent to all there ever were."""

    viewers: int = 0
    sent: int = 0
    sent_bytes: int = 0
    left_out: int = 0
    """Pictures that a viewer had no room for."""


class PictureViewer:
    """Single use: ``await run()``.

    Only the newest picture is held. It is chosen when the network has taken the one before (see
    :mod:`edge.unsent`), so a slow network costs pictures and not age.
    """

    def __init__(self, socket: Socket, camera: Camera, name: str, counts: PictureCounts) -> None:
        self._camera = camera
        self._counts = counts
        self._messages = MessageSocket(
            socket,
            f"picture viewer {name} of {camera.id}",
            newest=self._picture,
            send_timeout_s=SEND_TIMEOUT_S,
        )
        self._frame: JpegFrame | None = None
        self._arrived = asyncio.Event()
        self._room = 0

    async def run(self) -> None:
        """Serve the viewer until either side ends the link, or the camera fails."""
        self._counts.viewers += 1
        try:
            async with asyncio.TaskGroup() as tasks:
                watching = tasks.create_task(self._watch())
                await self._messages.run(self._received, SILENCE_S)
                watching.cancel()
        finally:
            self._counts.viewers -= 1

    async def _watch(self) -> None:
        """Take the camera's pictures, and end the link when there are none."""
        try:
            async with asyncio.timeout(FIRST_FRAME_TIMEOUT_S):
                first = await self._camera.next_jpeg()
            with self._camera.wanted(), self._camera.jpegs.subscribed(self._put):
                self._put(first)
                while True:
                    async with asyncio.timeout(FRAME_TIMEOUT_S):
                        await self._arrived.wait()
                    self._arrived.clear()
        except (NoPicture, TimeoutError):
            info = self._camera.info
            detail = f"camera {info.id!r} gives no picture: {info.detail or info.state}"
            self._messages.end("no-picture", detail)

    def _put(self, frame: JpegFrame) -> None:
        if self._frame is not None:
            self._counts.left_out += 1
        self._frame = frame
        self._arrived.set()
        self._messages.wake()

    def _picture(self) -> bytes | None:
        """Return what to send now, if there is room for it and it was not sent yet."""
        frame = self._frame
        if frame is None or self._room == 0:
            return None
        self._frame = None
        self._room -= 1
        self._counts.sent += 1
        self._counts.sent_bytes += len(frame.data)
        return _CAPTURE.pack(wall_ms(frame.capture_s)) + frame.data

    def _received(self, text: str) -> None:
        message: PictureViewerToGateway = decode(text, PictureViewerToGateway)
        match message:
            case Next():
                self._room = min(MAX_AHEAD, self._room + 1)
                self._messages.wake()
            case Sync():
                now_ms = wall_ms(time.monotonic())
                self._messages.send(Synced(message.sent_ms, now_ms, now_ms))
            case Ping():
                self._messages.send(Pong(message.id))
            case Pong():
                pass
            case Join():
                raise SocketEnded("unexpected-message", "this viewer has joined already")
            case _:
                assert_never(message)
