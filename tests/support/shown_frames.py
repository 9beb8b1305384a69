"""Counting what a viewer of a camera would be sent."""

import asyncio
import contextlib
from collections.abc import Iterator

from gateway.camera import Camera
from gateway.quality import Quality
from gateway.units import AccessUnit, Codec


class ShownFrames:
    """Encoded pictures of one camera since it was watched."""

    def __init__(self) -> None:
        self.count = 0

    def take(self, _unit: AccessUnit) -> None:
        self.count += 1

    async def within(self, seconds: float) -> int:
        """How many come in the next ``seconds``: a window of measurement, not a wait."""
        before = self.count
        await asyncio.sleep(seconds)
        return self.count - before


@contextlib.contextmanager
def watching(camera: Camera) -> Iterator[ShownFrames]:
    """Watch ``camera`` in H.264 at its best, for the time of the block."""
    shown = ShownFrames()
    stream = camera.streams[Codec.H264][Quality.HIGH]
    with camera.wanted(), stream.hub.subscribed(shown.take):
        yield shown
