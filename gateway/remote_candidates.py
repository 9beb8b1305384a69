"""Which of a viewer's ICE candidates are tried. Pure code.

The gateway sends checks to the addresses that a viewer names, so these are a stranger's wish to
have packets sent. Addresses of private networks are what viewers on the same network have; this
machine's own and those that are no single host's are nobody's.
"""

import ipaddress
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from edge.addresses import METADATA_ADDRESSES, IpAddress, carried

MAX_CANDIDATES = 64
"""Of one session, in the offer and after it."""
KINDS = frozenset({"host", "srflx", "prflx", "relay"})


class Fault(StrEnum):
    """Why a candidate is not tried. `HIDDEN` and `TCP` come from every browser."""

    MALFORMED = "malformed"
    SURPLUS = "too-many"
    TCP = "tcp"
    HIDDEN = "mdns"
    NAME = "host-name"
    LOOPBACK = "loopback"
    METADATA = "metadata"
    NOT_ONE_HOST = "not-one-host"


EXPECTED = {
    Fault.MALFORMED: "a candidate as in RFC 8839",
    Fault.NAME: "an IP address, not a name",
    Fault.LOOPBACK: "an address that others can reach, not loopback",
    Fault.METADATA: "a viewer's address, not a metadata service",
    Fault.NOT_ONE_HOST: "the address of one host",
}
"""What to tell who sent it. The others are ignored without a word: browsers send them in good
faith."""


def fault_of(candidate: str, *, from_loopback: bool) -> Fault | None:
    """Say what is wrong with a candidate (without ``a=``); ``from_loopback`` allows loopback."""
    fields = candidate.removeprefix("candidate:").split()
    if len(fields) < 8 or fields[6] != "typ" or fields[7] not in KINDS:
        return Fault.MALFORMED
    if not all(text.isascii() and text.isdecimal() and len(text) < 11 for text in _numbers(fields)):
        return Fault.MALFORMED
    if fields[2].lower() != "udp":
        return Fault.TCP
    host = fields[4].lower()
    if host.endswith(".local"):
        return Fault.HIDDEN
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return Fault.NAME
    if not 1 <= int(fields[5]) <= 65_535:
        return Fault.MALFORMED
    return _fault_of_address(address, from_loopback)


def _numbers(fields: list[str]) -> tuple[str, str, str]:
    """Component, priority and port."""
    return fields[1], fields[3], fields[5]


def _fault_of_address(address: IpAddress, from_loopback: bool) -> Fault | None:
    # An IPv6 address that carries an IPv4 one leads there.
    for each in (address, carried(address)):
        if each in METADATA_ADDRESSES:
            return Fault.METADATA
        if each.is_loopback and not from_loopback:
            return Fault.LOOPBACK
        if each.is_unspecified or each.is_multicast or _is_reserved(each):
            return Fault.NOT_ONE_HOST
    return None


def _is_reserved(address: IpAddress) -> bool:
    # 240.0.0.0/4 with the broadcast address, and 0.0.0.0/8, which means "this network". Much of
    # what IPv6 calls reserved is only unused, or NAT64.
    if isinstance(address, ipaddress.IPv6Address):
        return False
    return address.is_reserved or address.packed[0] == 0


@dataclass
class CandidateSieve:
    """The candidates of one session: says for each what is wrong, and counts."""

    from_loopback: bool
    counts: Counter[Fault] = field(default_factory=Counter)
    """May be shared by all sessions."""
    _seen: int = 0

    def fault(self, candidate: str) -> Fault | None:
        """Judge one candidate, and count it."""
        self._seen += 1
        fault = (
            Fault.SURPLUS
            if self._seen > MAX_CANDIDATES
            else fault_of(candidate, from_loopback=self.from_loopback)
        )
        if fault is not None:
            self.counts[fault] += 1
        return fault

    def sift(self, offer: str) -> str:
        """Return ``offer`` without the candidates that are not tried, nor their end.

        mDNS (``.local``) names are among these: aioice takes a second to resolve one, while the
        browser's real address arrives by itself as a peer-reflexive candidate. And it gives up
        at the end of an empty list, before that has happened; the peer's own deadline ends a
        hopeless attempt.
        """
        kept = [line for line in offer.splitlines() if not self._is_left_out(line)]
        return "\r\n".join(kept) + "\r\n"

    def _is_left_out(self, line: str) -> bool:
        if line.startswith("a=end-of-candidates"):
            return True
        return line.startswith("a=candidate:") and self.fault(line[2:]) is not None
