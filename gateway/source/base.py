"""What every source offers, whatever it reads from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn, Protocol

from gateway.units import JpegFrame, RawFrame

Deliver = Callable[[JpegFrame | RawFrame], None]
"""Takes a frame at once and never waits. Called on the event loop's thread."""


@dataclass(frozen=True, slots=True)
class SourceStats:
    """Counters since the source was made.

    ``stale`` pictures were complete but already overtaken by a newer one; ``broken`` ones were
    truncated, damaged or too large.
    """

    delivered: int = 0
    stale: int = 0
    broken: int = 0


class Source(Protocol):
    """One connection to one camera. Single-use: reconnecting builds a new one."""

    @property
    def stats(self) -> SourceStats: ...

    async def run(self, deliver: Deliver) -> NoReturn:
        """Connect and deliver frames until that fails.

        Raises :class:`gateway.source.errors.SourceError`; cancel it to stop.
        """
        ...
