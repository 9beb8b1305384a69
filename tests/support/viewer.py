"""A WebRTC viewer made of real aiortc, as a browser or a WHEP player would be."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import VideoFrame

from tests.support.polling import until

Exchange = Callable[[str], Awaitable[str]]
"""Takes an SDP offer to the gateway and returns the answer."""

FRAMES_DEADLINE_S = 10.0


class Viewer:
    """Watches one stream; keeps the newest picture and everything told on ``events``."""

    def __init__(
        self, configuration: RTCConfiguration | None = None, *, offers: bool = True
    ) -> None:
        self.connection = RTCPeerConnection(configuration or RTCConfiguration(iceServers=[]))
        if offers:
            self.connection.addTransceiver("video", direction="recvonly")
            self.channel = self.connection.createDataChannel("events")
            self.channel.on("message", self._told)
        self.frames = 0
        self.newest: VideoFrame | None = None
        self.told: list[dict[str, Any]] = []
        self._track: MediaStreamTrack | None = None
        self._reader: asyncio.Task[None] | None = None
        self.connection.on("track", self._got_track)

    async def offer(self) -> str:
        """Gather and return the offer."""
        await self.connection.setLocalDescription(await self.connection.createOffer())
        return self.connection.localDescription.sdp

    async def answer(self, offer: str) -> str:
        """Take the offer of somebody else's server, and return the answer."""
        await self.connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        await self.connection.setLocalDescription(await self.connection.createAnswer())
        return self.connection.localDescription.sdp

    async def accept(self, answer: str) -> None:
        await self.connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    def _got_track(self, track: MediaStreamTrack) -> None:
        self._reader = asyncio.create_task(self._read(track))

    async def _read(self, track: MediaStreamTrack) -> None:
        with contextlib.suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                assert isinstance(frame, VideoFrame)
                self.newest = frame
                self.frames += 1

    def _told(self, text: str) -> None:
        self.told.append(json.loads(text))

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        """What was told on ``events`` under this type."""
        return [message for message in self.told if message["type"] == kind]

    def send_sync(self) -> None:
        self.channel.send(json.dumps({"type": "sync", "sentMs": time.time() * 1000}))

    async def synced(self) -> dict[str, Any]:
        """Ask on ``events`` as soon as it is open, and return the answer."""
        await until(lambda: self.channel.readyState == "open", "the channel")
        before = len(self.of_type("synced"))
        self.send_sync()
        await until(lambda: len(self.of_type("synced")) > before, "the reply to sync")
        return self.of_type("synced")[-1]

    async def frames_more(self, count: int) -> None:
        """Wait until ``count`` more pictures have come."""
        goal = self.frames + count
        await until(lambda: self.frames >= goal, f"{count} more pictures", FRAMES_DEADLINE_S)

    async def close(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.wait({self._reader})
        await self.connection.close()


@contextlib.asynccontextmanager
async def watching(exchange: Exchange) -> AsyncIterator[Viewer]:
    """Connect a viewer for the length of a block."""
    viewer = Viewer()
    try:
        await viewer.accept(await exchange(await viewer.offer()))
        yield viewer
    finally:
        await viewer.close()
