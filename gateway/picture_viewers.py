"""All viewers without a peer connection: how many there may be, and what was sent to them."""

import secrets
from collections.abc import Mapping

from edge.message_socket import Socket
from edge.picture_socket import PictureCounts
from gateway.camera import Camera
from gateway.errors import TooManyViewers, UnknownCamera
from gateway.picture_viewer import PictureViewer
from protocol.messages import Join

MAX_VIEWERS = 64
"""At once, of all cameras. Whole JPEGs cost ten times what video does, so they are not counted
with ``webrtc.max_viewers``."""


class PictureViewers:
    """Serves them. ``counts`` has the figures of each camera."""

    def __init__(self, cameras: Mapping[str, Camera]) -> None:
        self._cameras = cameras
        self.counts = {camera_id: PictureCounts() for camera_id in cameras}

    def __len__(self) -> int:
        return sum(counts.viewers for counts in self.counts.values())

    def __contains__(self, camera_id: str) -> bool:
        """Whether there is such a camera."""
        return camera_id in self._cameras

    async def serve(self, socket: Socket, join: Join) -> None:
        """Serve one until its link ends. Raises UnknownCamera or TooManyViewers."""
        if len(self) >= MAX_VIEWERS:
            raise TooManyViewers(f"{MAX_VIEWERS} see pictures this way already")
        await self._viewer(socket, join).run()

    async def serve_relay(self, socket: Socket, join: Join) -> None:
        """Serve signaling, which hands them on. Raises UnknownCamera.

        It asks once for each camera, so viewers here take no place from all who are there.
        """
        await self._viewer(socket, join).run()

    def _viewer(self, socket: Socket, join: Join) -> PictureViewer:
        camera = self._cameras.get(join.camera)
        if camera is None:
            raise UnknownCamera(f"no camera {join.camera!r}")
        return PictureViewer(socket, camera, secrets.token_hex(4), self.counts[camera.id])
