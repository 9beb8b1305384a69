"""When browsers that stay connected need new credentials. Pure."""

from collections.abc import Iterator

MAX_AT_ONCE = 64
"""Of 5,000 browsers that came back at the same moment, so many a tick: eight seconds for all."""


class Renewals:
    """Links in the order in which they are due: each waits equally long.

    ``after_s`` is None where nothing has to be renewed.
    """

    def __init__(self, after_s: float | None) -> None:
        self._after_s = after_s
        self._due_s: dict[str, float] = {}

    def start(self, conn: str, now: float) -> None:
        """``conn`` has just been given credentials."""
        if self._after_s is not None:
            self._due_s[conn] = now + self._after_s

    def stop(self, conn: str) -> None:
        """Forget a link; one that is not there is no error."""
        self._due_s.pop(conn, None)

    def due(self, now: float) -> Iterator[str]:
        """Yield links whose time has come, at most `MAX_AT_ONCE`, and start their time anew."""
        for conn in list(self._first()):
            if self._due_s[conn] > now:
                return
            del self._due_s[conn]
            self.start(conn, now)
            yield conn

    def _first(self) -> Iterator[str]:
        for count, conn in enumerate(self._due_s):
            if count >= MAX_AT_ONCE:
                return
            yield conn
