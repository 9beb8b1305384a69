"""The links that are open, as the broker knows them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from edge.roles import Role
from edge.token_bucket import TokenBucket
from signaling.errors import LinkRefused
from signaling.settings import SignalingLimits


class Kind(StrEnum):
    """What is at the other end. A link is new until its first message says, and then stays."""

    NEW = "new"
    BROWSER = "browser"
    GATEWAY = "gateway"
    DEVICE = "device"
    RELAYED = "relayed"


@dataclass
class Link:
    """One open link. ``identity`` is the gateway's or device's id.

    A ``transient`` link carries one session and ends with it; it wants no news of cameras. One
    that ``pushes`` is a camera's that sends pictures over it.
    """

    conn: str
    address: str
    transient: bool = False
    pushes: bool = False
    kind: Kind = Kind.NEW
    role: Role | None = None
    identity: str = ""
    events: TokenBucket | None = None
    """How many changes of events it may still tell of."""


class Links:
    """Every open link, bounded in all and per address."""

    def __init__(self, limits: SignalingLimits) -> None:
        self._limits = limits
        self._by_conn: dict[str, Link] = {}
        self._per_address: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._by_conn)

    def get(self, conn: str) -> Link | None:
        return self._by_conn.get(conn)

    def add(self, link: Link) -> None:
        """Add a link. Raises :class:`LinkRefused` ``overloaded``."""
        if len(self._by_conn) >= self._limits.connections:
            raise LinkRefused("overloaded", "too many connections; try again later")
        if self._per_address[link.address] >= self._limits.connections_per_address:
            raise LinkRefused("overloaded", "too many connections from this address")
        self._by_conn[link.conn] = link
        self._per_address[link.address] += 1

    def remove(self, conn: str) -> Link | None:
        """Forget a link; return it, or None when it was not known."""
        link = self._by_conn.pop(conn, None)
        if link is not None:
            self._per_address[link.address] -= 1
            if self._per_address[link.address] <= 0:
                del self._per_address[link.address]
        return link

    def count(self, kind: Kind) -> int:
        """Return how many links are of ``kind``."""
        return sum(link.kind is kind for link in self._by_conn.values())

    def watching(self) -> Iterator[Link]:
        """Yield the browsers that want to know what changes."""
        for link in self._by_conn.values():
            if link.kind is Kind.BROWSER and not link.transient:
                yield link
