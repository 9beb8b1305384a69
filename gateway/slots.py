"""Bounded hand-overs from a producer that never waits to one consumer that may be slow."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from gateway.units import AccessUnit

Unit = TypeVar("Unit")

VIEWER_BACKLOG_UNITS = 4
"""Encoded pictures kept for a viewer that is briefly behind: 130 ms at 30 frames a second."""


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


class AccessUnitSlot:
    """A few access units deep, because each depends on the one before.

    When the consumer falls behind, or ``congested()`` says its socket has, everything is
    dropped up to the next keyframe, which is asked for through ``request_keyframe``.
    """

    def __init__(
        self,
        request_keyframe: Callable[[], None],
        congested: Callable[[], bool] = lambda: False,
    ) -> None:
        self._units: deque[AccessUnit] = deque()
        self._filled = asyncio.Event()
        self._closed = False
        self._request_keyframe = request_keyframe
        self._congested = congested
        self._needs_keyframe = True
        self.dropped = 0

    def put(self, unit: AccessUnit) -> None:
        if unit.keyframe:
            # Newest wins: a keyframe makes whatever is still waiting pointless.
            self.dropped += len(self._units)
            self._units.clear()
            self._needs_keyframe = False
        elif self._needs_keyframe:
            self.dropped += 1
            if not self._congested():
                # Everyone pays for a keyframe: it is worth nothing while it could not leave.
                self._request_keyframe()
            return
        if len(self._units) >= VIEWER_BACKLOG_UNITS or self._congested():
            self.dropped += len(self._units) + 1
            self._units.clear()
            self._needs_keyframe = True
            return
        self._units.append(unit)
        self._filled.set()

    def close(self) -> None:
        self._closed = True
        self._filled.set()

    async def get(self) -> AccessUnit:
        """Wait for the next unit. Raises :class:`Closed`."""
        while not self._units:
            if self._closed:
                raise Closed
            self._filled.clear()
            await self._filled.wait()
        return self._units.popleft()
