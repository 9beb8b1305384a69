"""The networks that a viewer may be in, and what becomes of them in mid-call."""

from dataclasses import dataclass
from enum import StrEnum

from bench.network.internet import BOTH, IPV4, IPV6, Families
from bench.network.nat import Blocked, Nat, Router

DIRECT, TURN_UDP, TURN_TCP, TURN_TLS, RELAY = "direct", "turn-udp", "turn-tcp", "turn-tls", "relay"
"""The values of the page's ``data-path``."""

FULL_CONE, HOME, SYMMETRIC = (Router(nat) for nat in Nat)
UDP_BLOCKED, ONLY_443 = Router(blocked=Blocked.UDP), Router(blocked=Blocked.ALL_BUT_443)


class Event(StrEnum):
    """What happens in mid-call."""

    ADDRESS_CHANGED = "address changed"
    GATEWAY_ADDRESS_CHANGED = "gateway's address changed"
    UDP_BLOCKED = "UDP blocked"
    UDP_ALLOWED = "UDP allowed again"
    TURN_KILLED = "TURN killed"
    TURN_STARTED = "TURN started again"
    SIGNALING_KILLED = "signaling killed"
    SIGNALING_STARTED = "signaling started again"


UNNOTICED = {
    Event.UDP_ALLOWED,
    Event.TURN_STARTED,
    Event.SIGNALING_KILLED,
    Event.SIGNALING_STARTED,
}
"""Pictures go on all along; the others kill the path that they come by."""


@dataclass(frozen=True)
class Step:
    """What happens, and the best path from then on."""

    event: Event
    path: str


@dataclass(frozen=True)
class Scenario:
    """A viewer's network, the best path there is, and what happens then, one after the other."""

    name: str
    path: str
    viewer: Router = HOME
    gateway: Router = HOME
    families: Families = IPV4
    viewer_families: Families | None = None
    gateway_families: Families | None = None
    """Where they have fewer than there are."""
    two_interfaces: bool = False
    """Both ends have a second device, not for the default route; the gateway's leads nowhere."""
    same_network: bool = False
    """The viewer is in the gateway's network, behind its router."""
    has_turn: bool = True
    steps: tuple[Step, ...] = ()

    @property
    def is_symmetric(self) -> bool:
        """Whether symmetric NAT is all that is in the way, so that TURN over UDP is the best."""
        return Nat.SYMMETRIC in (self.viewer.nat, self.gateway.nat) and self.path == TURN_UDP

    @property
    def id(self) -> str:
        return self.name.replace(",", "").replace(" ", "-")


SCENARIOS = (
    Scenario("same network", DIRECT, gateway=ONLY_443, same_network=True),
    Scenario("full cone", DIRECT, FULL_CONE, FULL_CONE),
    Scenario("port-restricted", DIRECT),
    Scenario("symmetric at viewer, full cone at gateway", DIRECT, SYMMETRIC, FULL_CONE),
    Scenario("symmetric at viewer", TURN_UDP, viewer=SYMMETRIC),
    Scenario("symmetric at gateway", TURN_UDP, gateway=SYMMETRIC),
    Scenario("symmetric at both", TURN_UDP, SYMMETRIC, SYMMETRIC),
    Scenario("symmetric at both, no TURN", RELAY, SYMMETRIC, SYMMETRIC, has_turn=False),
    Scenario("UDP blocked at viewer", TURN_TCP, viewer=UDP_BLOCKED),
    Scenario("UDP blocked at gateway", TURN_UDP, gateway=UDP_BLOCKED),
    Scenario("UDP blocked at both", TURN_TCP, UDP_BLOCKED, UDP_BLOCKED),
    Scenario("only 443 at viewer", TURN_TLS, viewer=ONLY_443),
    Scenario("only 443 at gateway", TURN_UDP, gateway=ONLY_443),
    Scenario("IPv6 only", DIRECT, families=IPV6),
    Scenario("IPv6 only, UDP blocked at viewer", TURN_TCP, UDP_BLOCKED, families=IPV6),
    Scenario(
        "IPv6 at viewer, IPv4 at gateway",
        TURN_UDP,
        families=BOTH,
        viewer_families=IPV6,
        gateway_families=IPV4,
    ),
    Scenario("two interfaces", DIRECT, two_interfaces=True),
    Scenario("address changes", DIRECT, steps=(Step(Event.ADDRESS_CHANGED, DIRECT),)),
    Scenario(
        "address of gateway changes", DIRECT, steps=(Step(Event.GATEWAY_ADDRESS_CHANGED, DIRECT),)
    ),
    Scenario(
        "UDP is blocked, and allowed again",
        DIRECT,
        steps=(Step(Event.UDP_BLOCKED, TURN_TCP), Step(Event.UDP_ALLOWED, DIRECT)),
    ),
    Scenario(
        "TURN dies, and comes back",
        TURN_UDP,
        SYMMETRIC,
        SYMMETRIC,
        steps=(Step(Event.TURN_KILLED, RELAY), Step(Event.TURN_STARTED, TURN_UDP)),
    ),
    Scenario(
        "signaling dies, and comes back",
        DIRECT,
        steps=(Step(Event.SIGNALING_KILLED, DIRECT), Step(Event.SIGNALING_STARTED, DIRECT)),
    ),
)
