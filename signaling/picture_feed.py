"""The pictures of one camera on their way through signaling, to everyone who takes them."""

import contextlib
from collections import deque
from collections.abc import Iterator
from typing import Protocol

from edge.picture import Picture

FRESH_S = 2.0
"""Somebody who comes is given the newest picture at once if it is no older than this."""


class Sink(Protocol):
    """Who takes pictures. Neither call waits."""

    def put(self, picture: Picture) -> None: ...

    def end(self, slug: str, detail: str) -> None: ...


class PictureFeed:
    """Holds the newest picture, and no other; each sink holds on to one at the most."""

    def __init__(self, camera: str) -> None:
        self.camera = camera
        self.links = 0
        """How many links of the camera it has had."""
        self.newest: Picture | None = None
        self.newest_s = float("-inf")
        self._sinks: deque[Sink] = deque()

    def __len__(self) -> int:
        return len(self._sinks)

    def publish(self, picture: Picture, now: float) -> None:
        """Give ``picture`` to all. Who comes first changes: a limit must not starve the last."""
        self.newest, self.newest_s = picture, now
        self._sinks.rotate(1)
        for sink in self._sinks:
            sink.put(picture)

    def end(self, slug: str, detail: str) -> None:
        """Tell all who take pictures that there are none."""
        self.newest = None
        for sink in self._sinks:
            sink.end(slug, detail)

    @contextlib.contextmanager
    def subscribed(self, sink: Sink, now: float) -> Iterator[None]:
        """Give pictures to ``sink`` for the length of a ``with`` block."""
        self._sinks.append(sink)
        try:
            if self.newest is not None and now - self.newest_s <= FRESH_S:
                sink.put(self.newest)
            yield
        finally:
            self._sinks.remove(sink)
