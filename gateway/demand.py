"""Whether anybody wants a camera open, and whether somebody drives by it."""

import asyncio
import contextlib
from collections.abc import Iterator

LINGER_S = 5.0
"""How long a camera stays open after its last viewer: a page reload finds it running."""


class Demand:
    """``present`` and ``absent`` are each other's opposite, to wait for. On the event loop only.

    ``always``: somebody is taken to want it all the time.
    """

    def __init__(self, *, always: bool) -> None:
        self.present = asyncio.Event()
        self.absent = asyncio.Event()
        (self.present if always else self.absent).set()
        self._wants = 1 if always else 0
        self._drivers = 0
        self._linger: asyncio.TimerHandle | None = None

    @contextlib.contextmanager
    def wanted(self) -> Iterator[None]:
        """Want it for the length of a ``with`` block, and for LINGER_S after the last one."""
        self._wants += 1
        self.close()
        self.absent.clear()
        self.present.set()
        try:
            yield
        finally:
            self._wants -= 1
            if self._wants == 0 and self._linger is None:
                loop = asyncio.get_running_loop()
                self._linger = loop.call_later(LINGER_S, self._linger_ended)

    @contextlib.contextmanager
    def driving(self) -> Iterator[None]:
        """Drive by it for the length of a ``with`` block."""
        self._drivers += 1
        try:
            yield
        finally:
            self._drivers -= 1

    @property
    def driven(self) -> bool:
        return self._drivers > 0

    def _linger_ended(self) -> None:
        self._linger = None
        if self._wants == 0:
            self.present.clear()
            self.absent.set()

    def close(self) -> None:
        """Cancel what is to come."""
        if self._linger is not None:
            self._linger.cancel()
            self._linger = None
