"""A bounded hand-over from a producer that never waits to one consumer that may be slow."""

import asyncio
from typing import Generic, TypeVar

Unit = TypeVar("Unit")


class Closed(Exception):
    """The slot was closed while its consumer waited."""


class NewestSlot(Generic[Unit]):
    """Depth one, newest wins: an older unit that was not taken is dropped and counted."""

    def __init__(self) -> None:
        self._unit: Unit | None = None
        self._filled = asyncio.Event()
        self._closed = False
        self.dropped = 0

    def put(self, unit: Unit) -> None:
        if self._unit is not None:
            self.dropped += 1
        self._unit = unit
        self._filled.set()

    def close(self) -> None:
        self._closed = True
        self._filled.set()

    async def get(self) -> Unit:
        """Wait for a unit. Raises :class:`Closed`. The caller sets the deadline."""
        while True:
            await self._filled.wait()
            unit, self._unit = self._unit, None
            if unit is not None:
                self._filled.clear()
                return unit
            if self._closed:
                raise Closed
            self._filled.clear()
