"""What the answer of a signaling server means."""

import ipaddress
from collections.abc import Mapping
from typing import NamedTuple

from yarl import URL

from peerlens.doctor import certificate
from peerlens.doctor.finding import Finding, ok, problem, warning
from peerlens.doctor.signaling_link import LinkReading


class _Refusal(NamedTuple):
    name: str
    why: str
    do: str


_NOT_IN = "it lets nobody in whose token it does not know"
REFUSALS: Mapping[str, _Refusal] = {
    "unauthorized": _Refusal(
        "token",
        _NOT_IN,
        "copy the token called gateway from auth.state_dir/tokens.json of that server into"
        " signaling.token (PEERLENS_SIGNALING__TOKEN)",
    ),
    "forbidden": _Refusal(
        "role",
        "this token is for something else",
        "use the token called gateway in signaling.token, not that of a viewer, driver, admin or"
        " device",
    ),
    "unsupported-version": _Refusal(
        "version", "the two programs do not understand each other", "update the older one of both"
    ),
    "overloaded": _Refusal(
        "overloaded",
        "it has as many connections as it takes",
        "raise limits.connections or limits.connections_per_address there",
    ),
}
OTHER = _Refusal("refused", "it does not work with this gateway", "look into its log")
_APART = "without signaling nobody finds this gateway's cameras"


def judge(reading: LinkReading) -> list[Finding]:
    """Say whether signaling can be reached and lets us in."""
    where = str(reading.url.with_user(None).with_query(None))
    if reading.certificate.refused is not None:
        return certificate.judge("signaling", where, reading.certificate)
    held = certificate.judge("signaling", where, reading.certificate)
    return [_link(where, reading), *held, *_in_the_clear(where, reading)]


def _link(where: str, reading: LinkReading) -> Finding:
    if reading.took_ms is not None:
        what = f"{where} lets us in, within {reading.took_ms:.0f} ms"
        return ok("signaling.reachable", what, took_ms=round(reading.took_ms))
    if reading.refused is not None:
        slug, detail = reading.refused
        refusal = REFUSALS.get(slug, OTHER)
        return problem(
            f"signaling.{refusal.name}",
            f"{where} refuses us: {detail}",
            refusal.why,
            refusal.do,
            problem=slug,
        )
    if reading.status is not None:
        if reading.health.is_peerlens and reading.status == 403:
            return problem(
                "signaling.foreign-page",
                f"{where} does not take pages at this address for its own",
                "browsers that open it there are refused",
                "have the proxy pass on the Host header; an open server behind a proxy needs"
                " auth.mode token, and http.allowed_hosts names other hosts",
                status=reading.status,
            )
        if reading.health.is_peerlens and reading.status in (200, 400, 404, 426):
            return problem(
                "signaling.no-websocket",
                f"{where} answers {reading.status} instead of opening a WebSocket",
                f"a proxy on the way does not pass on WebSocket upgrades, or the path is wrong;"
                f" {_APART}",
                "have the proxy pass on Upgrade and Connection for /ws and all below it; the path"
                " of signaling.url ends with /ws",
                status=reading.status,
            )
        return problem(
            "signaling.not-peerlens",
            f"{where} answers {reading.status}: it does not seem to be Peerlens",
            _APART,
            "check signaling.url: it is wss://HOST/ws, with the host of `peerlens signaling` or"
            " of the proxy in front of it",
            status=reading.status,
        )
    return problem(
        "signaling.unreachable",
        f"{where} cannot be reached: {reading.unreachable}",
        _APART,
        "check signaling.url, that the server runs, and that this network lets its port out",
    )


def _in_the_clear(where: str, reading: LinkReading) -> list[Finding]:
    if reading.url.scheme == "wss" or is_near(reading.url):
        return []
    return [
        warning(
            "signaling.in-the-clear",
            f"the way to {where} is not encrypted",
            "whoever is on it reads the gateway's token, and can pretend to be either end",
            "put a proxy with TLS in front of the server, and use wss:// in signaling.url",
        )
    ]


def is_near(url: URL) -> bool:
    """Return whether ``url`` is on this machine or in a private network."""
    host = url.host or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host
