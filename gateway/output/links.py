"""The STUN and TURN servers in the ``Link`` headers of a WHIP answer (RFC 9725, 4.6). Pure code."""

import re
from collections.abc import Iterable

from protocol.messages import IceServer

MAX_SERVERS = 8

_QUOTED = r'"((?:[^"\\]|\\.)*)"'
_PAIR = rf"""([\w-]+)\s*=\s*(?:{_QUOTED}|([^\s";,]+))"""
_ATTRIBUTE = re.compile(_PAIR)
_LINK = re.compile(rf"<(?P<url>[^<>]*)>(?P<attributes>(?:\s*;\s*{_PAIR})*)")
_URL = re.compile(r"(stun|turns?):[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?(\?transport=(udp|tcp))?")
"""What aiortc reads; it has no stuns: and no IPv6 literals."""


def ice_servers_in(headers: Iterable[str]) -> tuple[IceServer, ...]:
    """Return the ICE servers in ``Link`` header values, those that can be used, at most eight."""
    servers = []
    for header in headers:
        for link in _LINK.finditer(header):
            server = _server(link["url"].strip(), link["attributes"])
            if server is not None:
                servers.append(server)
    return tuple(servers[:MAX_SERVERS])


def _server(url: str, attributes: str) -> IceServer | None:
    given = {
        name.lower(): re.sub(r"\\(.)", r"\1", quoted) or plain
        for name, quoted, plain in _ATTRIBUTE.findall(attributes)
    }
    if "ice-server" not in given.get("rel", "").lower().split() or not _URL.fullmatch(url):
        return None
    if url.startswith("stun:"):
        return IceServer((url.partition("?")[0],))
    username, credential = given.get("username"), given.get("credential")
    if not username or not credential or given.get("credential-type", "password") != "password":
        return None
    return IceServer((url,), username, credential)
