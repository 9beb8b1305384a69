"""Addresses of STUN and TURN servers (RFC 7064, RFC 7065)."""

import re
from dataclasses import dataclass

_URL = re.compile(
    r"(?P<scheme>stuns?|turns?):(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>\d{1,5}))?"
    r"(?:\?transport=(?P<transport>udp|tcp))?"
)
PORT, TLS_PORT, MAX_PORT = 3478, 5349, 65_535


@dataclass(frozen=True, slots=True)
class IceUrl:
    """``way`` is how one talks to it: udp, tcp or tls."""

    text: str
    relays: bool
    host: str
    port: int
    way: str


def parse(text: str) -> IceUrl | None:
    """Return the parts of ``text``; None when it is no such address, or one nobody supports."""
    found = _URL.fullmatch(text)
    if found is None or int(found["port"] or PORT) > MAX_PORT:
        return None
    secure = found["scheme"].endswith("s")
    relays = found["scheme"].startswith("turn")
    transport = found["transport"] or ("tcp" if secure else "udp")
    if secure and transport == "udp":
        # DTLS: neither aiortc nor browsers speak it.
        return None
    return IceUrl(
        text,
        relays,
        found["host"].strip("[]"),
        int(found["port"] or (TLS_PORT if secure else PORT)),
        "tls" if secure else transport,
    )
