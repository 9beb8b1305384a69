"""A camera's pictures for one viewer without a peer connection."""

import asyncio

from edge.message_socket import Socket
from edge.picture import Picture
from edge.picture_socket import PictureCounts, PictureSocket
from gateway.camera import Camera
from gateway.errors import NoPicture
from gateway.events_channel import wall_ms
from gateway.units import JpegFrame

FIRST_FRAME_TIMEOUT_S = 10.0
FRAME_TIMEOUT_S = 10.0
"""A viewer of a camera that gives no picture for this long is sent away."""


class PictureViewer:
    """Single use: ``await run()``."""

    def __init__(self, socket: Socket, camera: Camera, name: str, counts: PictureCounts) -> None:
        self._camera = camera
        self._socket = PictureSocket(socket, f"picture viewer {name} of {camera.id}", counts)
        self._arrived = asyncio.Event()

    async def run(self) -> None:
        """Serve the viewer until either side ends the link, or the camera fails."""
        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(self._watch())
            await self._socket.run()
            watching.cancel()

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
            self._socket.end("no-picture", detail)

    def _put(self, frame: JpegFrame) -> None:
        self._socket.put(Picture(frame.data, wall_ms(frame.capture_s)))
        self._arrived.set()
