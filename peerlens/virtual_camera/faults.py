"""Failures on demand: what real cameras do on a bad day."""

import asyncio
import random
from collections.abc import Callable
from typing import NoReturn

from peerlens.camera_fault import Fault

CORRUPT_FLIPS = 12
SLOW_DIVISOR = 5
_SOS = b"\xff\xda"


class Faults:
    """The current fault; ``on_change`` is called whenever it is set."""

    def __init__(self, fault: Fault = Fault.NONE, seed: int = 1) -> None:
        self._fault = fault
        self._random = random.Random(seed)
        self._before = b""
        self._count = 0
        self.on_change: Callable[[Fault], None] = lambda fault: None

    @property
    def fault(self) -> Fault:
        return self._fault

    def set(self, fault: Fault | str) -> None:
        """Switch to ``fault``. Raises ValueError for a name that is none."""
        self._fault = Fault(fault)
        self.on_change(self._fault)

    def clear(self) -> None:
        self.set(Fault.NONE)

    def impair(self, jpeg: bytes) -> bytes | None:
        """Return what is sent instead of ``jpeg``, None for nothing. Call once per picture."""
        before, self._before = self._before, jpeg
        self._count += 1
        match self._fault:
            case Fault.STALL | Fault.DROP:
                return None
            case Fault.SLOW:
                return None if self._count % SLOW_DIVISOR else jpeg
            case Fault.CORRUPT:
                return self._flipped(jpeg)
            case Fault.JOINED:
                return before + jpeg
            case Fault.TRUNCATED:
                return jpeg[: len(jpeg) * 2 // 3] if self._count % 2 else jpeg
            case Fault.NONE:
                return jpeg

    def _flipped(self, jpeg: bytes) -> bytes:
        damaged = bytearray(jpeg)
        first = jpeg.find(_SOS) + 16
        for _ in range(CORRUPT_FLIPS):
            at = self._random.randrange(first, len(jpeg) - 2)
            damaged[at] ^= 1 << self._random.randrange(8)
        return bytes(damaged)


async def now_and_then(
    faults: Faults, fault: Fault, *, good_s: float = 10.0, bad_s: float = 5.0
) -> NoReturn:
    """Let ``fault`` come and go until cancelled; whoever sets another fault has the say."""
    while True:
        await asyncio.sleep(good_s)
        if faults.fault is Fault.NONE:
            faults.set(fault)
        await asyncio.sleep(bad_s)
        if faults.fault is fault:
            faults.clear()
