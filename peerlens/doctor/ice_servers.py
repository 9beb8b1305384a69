"""Which STUN and TURN servers are to be asked, with what credentials."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from edge.ice_servers import IceSettings
from edge.turn_credentials import minted_ice_servers
from peerlens.doctor.finding import Finding, warning
from peerlens.doctor.ice_url import IceUrl, parse
from peerlens.doctor.turn_client import TurnServer
from protocol.messages import IceServer

MAX_SERVERS = 24
"""Of each kind; more are not asked, to stay within the time."""


@dataclass(frozen=True)
class IceServers:
    """``unusable`` are addresses that nobody can use."""

    stun: tuple[IceUrl, ...] = ()
    turn: tuple[TurnServer, ...] = ()
    unusable: tuple[str, ...] = field(default=())


def servers_of(
    settings: IceSettings, handed_out: Iterable[IceServer], name: str, now_s: float
) -> IceServers:
    """Join the servers of ``settings``, with credentials made now, and what a server hands out.

    Each address once; those of the settings first. Credentials are made for ``name``.
    """
    minted = minted_ice_servers(settings.turn, name, now_s) if settings.turn is not None else ()
    fixed = (IceServer(each.urls, each.username, each.credential) for each in settings.ice_servers)
    entries = (*minted, *fixed, *handed_out)
    stun: dict[str, IceUrl] = {}
    turn: dict[str, TurnServer] = {}
    unusable: list[str] = []
    for entry in entries:
        for text in entry.urls:
            url = parse(text)
            if url is None:
                unusable.append(text)
            elif url.relays:
                turn.setdefault(text, TurnServer(url, entry.username, entry.credential))
            elif url.way == "udp":
                stun.setdefault(text, url)
    return IceServers(
        tuple(stun.values())[:MAX_SERVERS],
        tuple(turn.values())[:MAX_SERVERS],
        tuple(dict.fromkeys(unusable)),
    )


def askable(servers: IceServers) -> list[IceUrl]:
    """Who answers STUN: the STUN servers, and TURN servers over UDP, each address once."""
    over_udp = [each.url for each in servers.turn if each.url.way == "udp"]
    by_place = {(url.host, url.port): url for url in (*over_udp, *servers.stun)}
    return list(by_place.values())


def judge(servers: IceServers) -> list[Finding]:
    """Name the addresses that are no use."""
    return [
        warning(
            "turn.unusable-address",
            f"{text} is an address that neither gateways nor browsers can use",
            "it is skipped in silence",
            "write turn:HOST:PORT?transport=udp, turn:HOST:PORT?transport=tcp or"
            " turns:HOST:PORT?transport=tcp",
            url=text,
        )
        for text in servers.unusable
    ]


def best_relay(readings: Sequence[TurnServer]) -> TurnServer | None:
    """The server to try relaying with: the quickest kind of way first."""
    order = ("udp", "tcp", "tls")
    return min(readings, key=lambda each: order.index(each.url.way), default=None)
