"""What a router between a private network and the internet does to packets, as nftables rules."""

from dataclasses import dataclass
from enum import StrEnum

WAN, LAN = "wan0", "lan0"
"""The devices of a router."""
TABLE = "inet router"


class Nat(StrEnum):
    """How the ports of UDP are translated (RFC 4787); TCP is the same with all of them."""

    FULL_CONE = "full cone"
    """One port for all peers, and everybody may send to it."""
    PORT_RESTRICTED = "port-restricted"
    """One port for all peers; only who was sent something may answer: most homes."""
    SYMMETRIC = "symmetric"
    """Another port, by chance, for every peer: mobile networks and large offices."""


class Blocked(StrEnum):
    """What the router lets nobody inside do."""

    NOTHING = "nothing"
    UDP = "UDP"
    ALL_BUT_443 = "all but TCP 443"


_BLOCKED: dict[Blocked, tuple[str, ...]] = {
    Blocked.NOTHING: (),
    Blocked.UDP: ("meta l4proto udp drop",),
    Blocked.ALL_BUT_443: (
        f"iifname {LAN} meta l4proto != tcp drop",
        f"iifname {LAN} tcp dport != 443 drop",
    ),
}

# A packet for the router itself is dropped before it gets a place in the connection table: it
# would take the port that the same two addresses want when the inside sends, too.
_RULES = """\
table {table} {{
  chain arriving {{
    type filter hook input priority filter; policy accept
    icmpv6 type {{ nd-neighbor-solicit, nd-neighbor-advert }} accept
    iifname {wan} ct state != established drop
  }}
  chain blocking {{
    type filter hook forward priority filter - 1
  }}
  chain passing {{
    type filter hook forward priority filter; policy drop
    iifname {lan} accept
    ct state established,related accept
    ct status dnat accept
  }}
  chain entering {{
    type nat hook prerouting priority dstnat
    {entering}
  }}
  chain leaving {{
    type nat hook postrouting priority srcnat
    {leaving}
    oifname {wan} meta nfproto ipv4 masquerade
  }}
}}
"""


@dataclass(frozen=True)
class Router:
    """What one router does. IPv6 is never translated; only answers come in, whatever ``nat``."""

    nat: Nat = Nat.PORT_RESTRICTED
    blocked: Blocked = Blocked.NOTHING

    def rules(self, inside: str) -> str:
        """The rules, for one host inside with the IPv4 address ``inside``."""
        entering = leaving = ""
        if self.nat is Nat.FULL_CONE:
            entering = f"iifname {WAN} meta l4proto udp dnat ip to {inside}"
        elif self.nat is Nat.SYMMETRIC:
            leaving = (
                f"oifname {WAN} meta nfproto ipv4 meta l4proto udp "
                "masquerade to :20000-60000 fully-random"
            )
        rules = _RULES.format(table=TABLE, wan=WAN, lan=LAN, entering=entering, leaving=leaving)
        return rules + block(self.blocked)


def block(blocked: Blocked) -> str:
    """The rules that block this, and nothing else, from now on: open connections included."""
    added = [f"add rule {TABLE} blocking {rule}" for rule in _BLOCKED[blocked]]
    return "\n".join([f"flush chain {TABLE} blocking", *added])
