"""Fan-out of one encoded stream, or of one camera's JPEGs, to everyone who takes it."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

Unit = TypeVar("Unit")
logger = logging.getLogger(__name__)


class Hub(Generic[Unit]):
    """Hands each published unit to every subscriber, in turn, without ever waiting.

    A subscriber is a plain callable that takes the unit and returns at once; what it
    cannot use it drops and counts itself. ``changed`` is called when one comes or goes.
    Not thread-safe: use it on the event loop.
    """

    def __init__(self, changed: Callable[[], None] = lambda: None) -> None:
        self._changed = changed
        self._subscribers: dict[object, Callable[[Unit], None]] = {}

    def __len__(self) -> int:
        return len(self._subscribers)

    @contextmanager
    def subscribed(self, receive: Callable[[Unit], None], *, first: bool = False) -> Iterator[None]:
        """Subscribe ``receive`` for the length of a ``with`` block, ``first`` before the others."""
        key = object()
        if first:
            self._subscribers = {key: receive, **self._subscribers}
        else:
            self._subscribers[key] = receive
        self._changed()
        try:
            yield
        finally:
            del self._subscribers[key]
            self._changed()

    def publish(self, unit: Unit) -> None:
        """Give ``unit`` to all subscribers, also when one of them fails."""
        for receive in list(self._subscribers.values()):
            try:
                receive(unit)
            except Exception:
                logger.exception("a subscriber failed")
