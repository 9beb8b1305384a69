"""Addresses of STUN and TURN servers (RFC 7064, RFC 7065)."""

from dataclasses import dataclass

from edge.turn_credentials import parse_turn_url


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
    relays = text.startswith("turn")
    if not relays and not text.startswith("stun"):
        return None
    try:
        # Both are written alike.
        url = parse_turn_url(f"turn{text[4:]}")
    except ValueError:
        return None
    return IceUrl(text, relays, url.host, url.port, "tls" if url.secure else url.transport)
