"""All viewers without a peer connection: how many there may be, and what was sent to them."""

import secrets
from collections.abc import Mapping

from gateway.camera import Camera
from gateway.errors import TooManyViewers, UnknownCamera
from gateway.message_socket import Socket
from gateway.picture_viewer import PictureCounts, PictureViewer
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

    async def serve(self, socket: Socket, join: Join) -> None:
        """Serve one until its link ends. Raises UnknownCamera or TooManyViewers."""
        camera = self._cameras.get(join.camera)
        if camera is None:
            raise UnknownCamera(f"no camera {join.camera!r}")
        if len(self) >= MAX_VIEWERS:
            raise TooManyViewers(f"{MAX_VIEWERS} see pictures this way already")
        viewer = PictureViewer(socket, camera, secrets.token_hex(4), self.counts[camera.id])
        await viewer.run()
