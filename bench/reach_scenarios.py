"""The networks that a viewer may be in, and what becomes of them in mid-call."""

from dataclasses import dataclass
from enum import StrEnum

from bench.network.internet import IPV4, IPV6, Families
from bench.network.nat import Blocked, Nat, Router

DIRECT, TURN_UDP, TURN_TCP, TURN_TLS, RELAY = "direct", "turn-udp", "turn-tcp", "turn-tls", "relay"
"""The values of the page's ``data-path``."""

FULL_CONE, HOME, SYMMETRIC = (Router(nat) for nat in Nat)
UDP_BLOCKED, ONLY_443 = Router(blocked=Blocked.UDP), Router(blocked=Blocked.ALL_BUT_443)


class Event(StrEnum):
    """What happens in mid-call."""

    NOTHING = ""
    ADDRESS_CHANGED = "address changed"
    UDP_BLOCKED = "UDP blocked"
    TURN_KILLED = "TURN killed"
    SIGNALING_KILLED = "signaling killed"


@dataclass(frozen=True)
class Scenario:
    """One row of the matrix. ``path`` is the best there is, ``path_after`` that after the event."""

    name: str
    path: str
    viewer: Router = HOME
    gateway: Router = HOME
    families: Families = IPV4
    second_uplink: Router | None = None
    """The viewer has another device from the start, which is not its default route."""
    has_turn: bool = True
    event: Event = Event.NOTHING
    path_after: str = ""

    @property
    def is_symmetric(self) -> bool:
        """Whether symmetric NAT is all that is in the way, so that TURN over UDP is the best."""
        return Nat.SYMMETRIC in (self.viewer.nat, self.gateway.nat) and self.path == TURN_UDP

    @property
    def id(self) -> str:
        return self.name.replace(",", "").replace(" ", "-")


SCENARIOS = (
    Scenario("full cone", DIRECT, FULL_CONE, FULL_CONE),
    Scenario("port-restricted", DIRECT),
    Scenario("symmetric at viewer, full cone at gateway", DIRECT, SYMMETRIC, FULL_CONE),
    Scenario("symmetric at viewer", TURN_UDP, viewer=SYMMETRIC),
    Scenario("symmetric at gateway", TURN_UDP, gateway=SYMMETRIC),
    Scenario("symmetric at both", TURN_UDP, SYMMETRIC, SYMMETRIC),
    Scenario("UDP blocked at viewer", TURN_TCP, viewer=UDP_BLOCKED),
    Scenario("UDP blocked at gateway", TURN_UDP, gateway=UDP_BLOCKED),
    Scenario("UDP blocked at both", TURN_TCP, UDP_BLOCKED, UDP_BLOCKED),
    Scenario("only 443 at viewer", TURN_TLS, viewer=ONLY_443),
    Scenario("only 443 at gateway", TURN_UDP, gateway=ONLY_443),
    Scenario("symmetric at both, no TURN", RELAY, SYMMETRIC, SYMMETRIC, has_turn=False),
    Scenario("IPv6 only", DIRECT, families=IPV6),
    Scenario("two interfaces", DIRECT, second_uplink=HOME),
    Scenario("address changed in mid-call", DIRECT, event=Event.ADDRESS_CHANGED, path_after=DIRECT),
    Scenario("UDP blocked in mid-call", DIRECT, event=Event.UDP_BLOCKED, path_after=TURN_TCP),
    Scenario(
        "TURN killed in mid-call",
        TURN_UDP,
        SYMMETRIC,
        SYMMETRIC,
        event=Event.TURN_KILLED,
        path_after=RELAY,
    ),
    Scenario(
        "signaling killed in mid-call", DIRECT, event=Event.SIGNALING_KILLED, path_after=DIRECT
    ),
)
