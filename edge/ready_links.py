"""The links printed at the first start, one per role that a person has."""

import ipaddress
import socket
from urllib.parse import quote

from yarl import URL

from edge.roles import HUMAN_ROLES, Role
from edge.tokens import Tokens


def ready_links(url: URL, tokens: Tokens) -> dict[Role, str]:
    """Return ``http://host:port/#token=...`` for viewer, driver and admin.

    The token is in the fragment, which browsers keep to themselves: it reaches no server, no
    proxy, no access log and no Referer.
    """
    base = str(url.origin())
    return {role: f"{base}/#token={quote(tokens.by_role[role], safe='')}" for role in HUMAN_ROLES}


def reachable_url(host: str, port: int) -> URL:
    """Return an address that a person can open for a server that listens on ``host``.

    For 0.0.0.0 and :: that is the address this machine uses towards the outside.
    """
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        return URL.build(scheme="http", host=host, port=port)
    if not ip.is_unspecified:
        return URL.build(scheme="http", host=host, port=port)
    return URL.build(scheme="http", host=_outward_address() or "127.0.0.1", port=port)


def _outward_address() -> str | None:
    # Connecting a datagram socket sends nothing; it only makes the kernel choose a route.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return None
