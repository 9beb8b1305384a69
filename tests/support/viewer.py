"""A WebRTC viewer made of real aiortc, as a browser or a WHEP player would be."""

import contextlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from aiortc import RTCConfiguration, RTCSessionDescription

from tests.support.decoding_peer import DecodingPeer
from tests.support.polling import until

Exchange = Callable[[str], Awaitable[str]]
"""Takes an SDP offer to the gateway and returns the answer."""


class Viewer(DecodingPeer):
    """Watches one stream; keeps the newest picture and everything told on ``events``."""

    def __init__(
        self, configuration: RTCConfiguration | None = None, *, offers: bool = True
    ) -> None:
        super().__init__(configuration)
        if offers:
            self.connection.addTransceiver("video", direction="recvonly")
            self.channel = self.connection.createDataChannel("events")
            self.channel.on("message", self._told)
        self.told: list[dict[str, Any]] = []

    async def offer(self) -> str:
        """Gather and return the offer."""
        await self.connection.setLocalDescription(await self.connection.createOffer())
        return self.connection.localDescription.sdp

    async def accept(self, answer: str) -> None:
        await self.connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))

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


@contextlib.asynccontextmanager
async def watching(exchange: Exchange) -> AsyncIterator[Viewer]:
    """Connect a viewer for the length of a block."""
    viewer = Viewer()
    try:
        await viewer.accept(await exchange(await viewer.offer()))
        yield viewer
    finally:
        await viewer.close()
