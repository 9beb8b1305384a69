"""Tells long-lived handlers (WebSockets, streams) that the server stops."""

import contextlib
from collections.abc import Callable, Iterator

from aiohttp import web


class Stopping:
    """Calls back once, when the server begins to stop; a handler then ends by itself.

    Handlers that do not are cancelled after the server's ``stop_timeout_s``.
    """

    def __init__(self) -> None:
        self.announced = False
        self._callbacks: dict[object, Callable[[], None]] = {}

    @contextlib.contextmanager
    def calling(self, callback: Callable[[], None]) -> Iterator[None]:
        """Call ``callback`` when the server stops while inside; at once when it stops already."""
        key = object()
        self._callbacks[key] = callback
        try:
            if self.announced:
                callback()
            yield
        finally:
            del self._callbacks[key]

    def announce(self) -> None:
        """Say that the server stops. A second time does nothing."""
        if self.announced:
            return
        self.announced = True
        for callback in list(self._callbacks.values()):
            callback()


STOPPING = web.AppKey("stopping", Stopping)


async def announce(app: web.Application) -> None:
    """Announce; an ``on_shutdown`` signal."""
    app[STOPPING].announce()
