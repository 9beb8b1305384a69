"""A peer connection of real aiortc that decodes the one video it is sent."""

import asyncio
import contextlib

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import VideoFrame

from tests.support.polling import until

FRAMES_DEADLINE_S = 10.0


class DecodingPeer:
    """``frames`` counts pictures, ``newest`` is the last one; ``ended``: no more will come."""

    def __init__(self, configuration: RTCConfiguration | None = None) -> None:
        self.connection = RTCPeerConnection(configuration or RTCConfiguration(iceServers=[]))
        self.frames = 0
        self.newest: VideoFrame | None = None
        self.ended = asyncio.Event()
        self._reader: asyncio.Task[None] | None = None
        self.connection.on("track", self._got_track)

    async def answer(self, offer: str) -> str:
        """Take the offer of somebody else, and return the answer."""
        await self.connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        await self.connection.setLocalDescription(await self.connection.createAnswer())
        return self.connection.localDescription.sdp

    async def frames_more(self, count: int) -> None:
        """Wait until ``count`` more pictures have been decoded."""
        goal = self.frames + count
        await until(lambda: self.frames >= goal, f"{count} more pictures", FRAMES_DEADLINE_S)

    async def close(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.wait({self._reader})
        await self.connection.close()

    def _got_track(self, track: MediaStreamTrack) -> None:
        self._reader = asyncio.create_task(self._read(track))

    async def _read(self, track: MediaStreamTrack) -> None:
        with contextlib.suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                assert isinstance(frame, VideoFrame)
                self.newest = frame
                self.frames += 1
        self.ended.set()
