"""The clock of whoever hands out pictures, compared with this machine's by ``sync``."""

from collections import deque

from protocol.messages import Synced

REMEMBERED = 8
"""Exchanges among which the one with the shortest round trip counts."""


class FarClock:
    """Turns times of the far end's wall clock into times of this machine's. Pure; all in ms."""

    def __init__(self) -> None:
        self._exchanges: deque[tuple[float, float]] = deque(maxlen=REMEMBERED)
        """(round trip, far clock less near clock) of each, oldest first."""

    @property
    def known(self) -> bool:
        return bool(self._exchanges)

    @property
    def round_trip_ms(self) -> float | None:
        """The shortest of the last exchanges, None before the first."""
        return min(self._exchanges)[0] if self._exchanges else None

    def heard(self, synced: Synced, now_ms: float) -> None:
        """Learn from an answer that came at ``now_ms`` by this machine's wall clock."""
        held_ms = synced.replied_ms - synced.received_ms
        round_trip_ms = now_ms - synced.sent_ms - held_ms
        if round_trip_ms < 0 or held_ms < 0:
            # A clock was set meanwhile: what was known before is about another one.
            self._exchanges.clear()
            return
        ahead_ms = (synced.received_ms + synced.replied_ms - synced.sent_ms - now_ms) / 2
        self._exchanges.append((round_trip_ms, ahead_ms))

    def near_ms(self, far_ms: float, now_ms: float) -> float:
        """Return when by this machine's clock it was ``far_ms`` there, and never later than now.

        Before the first exchange that is ``now_ms``: nothing better is known.
        """
        if not self._exchanges:
            return now_ms
        return min(now_ms, far_ms - min(self._exchanges)[1])
