"""From what STUN servers saw to the kind of address translation on the way (RFC 4787's words)."""

from collections.abc import Sequence
from enum import StrEnum

from peerlens.doctor.finding import Finding, note, ok, warning
from peerlens.doctor.stun_client import StunReading


class Nat(StrEnum):
    NONE = "none"
    """No translation between here and the servers."""
    SAME_FOR_ALL = "endpoint-independent"
    """One address for everybody: a cone, full or restricted."""
    SYMMETRIC = "symmetric"
    """Another address for each peer."""
    UNKNOWN = "unknown"
    """There is one, but one server alone cannot tell which."""


def kind_of(readings: Sequence[StunReading]) -> Nat | None:
    """Compare what the servers saw of one port; None when none saw anything."""
    seen = [each for each in readings if each.mapped is not None and each.local is not None]
    if not seen:
        return None
    by_family = [
        [each for each in seen if each.server and (":" in each.server[0]) == is_v6]
        for is_v6 in (False, True)
    ]
    kinds = [_kind_of_family(family) for family in by_family if family]
    # IPv4 first: it is where translation happens.
    return kinds[0]


def _kind_of_family(seen: Sequence[StunReading]) -> Nat:
    if all(each.mapped == each.local for each in seen):
        return Nat.NONE
    if len({each.mapped for each in seen}) > 1:
        return Nat.SYMMETRIC
    # Two ports of one machine are not enough: some map by address and not by port.
    servers = {each.server[0] for each in seen if each.server is not None}
    return Nat.SAME_FOR_ALL if len(servers) > 1 else Nat.UNKNOWN


def judge(readings: Sequence[StunReading], *, has_turn: bool) -> list[Finding]:
    """Say how others see this machine, and what that means for direct connections."""
    kind = kind_of(readings)
    if kind is None:
        return []
    if kind is Nat.NONE:
        return [
            ok(
                "nat.none",
                "no address translation between here and the STUN servers",
                nat=kind.value,
            )
        ]
    if kind is Nat.SAME_FOR_ALL:
        what = "the router keeps one outside address per port: direct connections mostly work"
        return [ok("nat.cone", what, nat=kind.value)]
    if kind is Nat.UNKNOWN:
        return [
            note(
                "nat.unknown",
                "there is address translation, but of which kind cannot be told: only one STUN"
                " server answered",
                "a symmetric one would need TURN for viewers behind another of its kind",
                "add a second stun: server at another address to webrtc.ice_servers and run the"
                " doctor again, if you want to know",
                nat=kind.value,
            )
        ]
    make = note if has_turn else warning
    return [
        make(
            "nat.symmetric",
            "the router gives each peer another outside address (symmetric NAT)",
            "no direct connection to viewers whose network does the same, or filters by port",
            "nothing, those viewers go through TURN"
            if has_turn
            else "set up TURN (turn/README.md), or forward UDP, or use a network without it",
            nat=kind.value,
        )
    ]


def judge_stun(readings: Sequence[StunReading]) -> list[Finding]:
    """Say which STUN servers answer. TURN servers that were asked as well are judged elsewhere."""
    findings = []
    for each in readings:
        if each.mapped is not None and each.took_ms is not None:
            what = f"{each.url} answers within {each.took_ms:.0f} ms"
            findings.append(ok("stun.answers", what, url=each.url, took_ms=round(each.took_ms)))
        elif each.url.startswith("stun"):
            findings.append(
                warning(
                    "stun.silent",
                    f"{each.url} does not answer: {each.problem}",
                    "without STUN a gateway behind a router does not learn its outside address,"
                    " and each viewer waits for the answer in vain",
                    "check host and port, and that UDP gets out of this network and into that one",
                    url=each.url,
                )
            )
    return findings
