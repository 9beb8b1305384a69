"""Which STUN and TURN server one peer connection uses: at most one of each, as aioice has it."""

import ssl
from dataclasses import dataclass

from edge.turn_credentials import TurnUrl


@dataclass(frozen=True)
class Relay:
    """A TURN server and how to get in. ``host`` is a name only where TLS has to check it."""

    url: TurnUrl
    host: str
    username: str
    password: str
    tls: ssl.SSLContext | None = None

    def __repr__(self) -> str:
        return f"Relay({self.url}, {self.host!r})"


@dataclass(frozen=True)
class IcePlan:
    """``stun`` is an IPv4 address and port. Both None: no server is contacted."""

    stun: tuple[str, int] | None = None
    relay: Relay | None = None


NO_SERVERS = IcePlan()


@dataclass
class Gathered:
    """What came of a plan, once gathering is over."""

    reflexive: bool = False
    relayed: bool = False
