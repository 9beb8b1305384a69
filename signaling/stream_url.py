"""Which addresses a device may announce: an announced URL is a request that others will make."""

import ipaddress
import re
import socket

from yarl import URL

from edge.addresses import METADATA_ADDRESSES, IpAddress, carried

METADATA_NAMES = frozenset({"metadata", "metadata.google.internal", "instance-data"})
_UNSAFE = re.compile(r"[^\x21-\x7e]|[\\\"'<>`{}|^]")


def refusal(url: str, *, from_loopback: bool) -> str | None:
    """Return why a device may not announce ``url`` as its stream, None when it may.

    ``from_loopback`` (the server itself is on loopback) allows this machine's own addresses.
    Only literal addresses and well-known names are judged here; who resolves a name later has
    to judge the address it gets.
    """
    if _UNSAFE.search(url):
        return "a URL without spaces, quotes and control characters"
    try:
        parsed = URL(url)
        host = parsed.host
        _ = parsed.port
    except ValueError:
        return "a URL"
    if parsed.scheme not in ("http", "https"):
        return "http:// or https://"
    if not host:
        return "a URL with a host"
    if parsed.user is not None or parsed.password is not None:
        return "a URL without a name and password, which every viewer would see"
    return _host_refusal(host.lower().rstrip("."), from_loopback)


def _host_refusal(host: str, from_loopback: bool) -> str | None:
    if "%" in host and ":" not in host:
        # Browsers decode it: %31%32%37.0.0.1 is this machine.
        return "a host without percent signs"
    if host in METADATA_NAMES:
        return "a camera's host, not a metadata service"
    if host == "localhost" or host.endswith(".localhost"):
        return None if from_loopback else "a host other than this machine"
    address = _literal(host)
    if address is None:
        return None
    if address in METADATA_ADDRESSES:
        return "a camera's host, not a metadata service"
    if address.is_loopback or address.is_link_local:
        reachable = "an address that others can reach, not loopback or link-local"
        return None if from_loopback else reachable
    if address.is_unspecified or address.is_multicast or address.is_reserved:
        return "the address of one host"
    return None


def _literal(host: str) -> IpAddress | None:
    """Return the address that ``host`` spells, None for a name.

    IPv4 has old spellings that resolvers and browsers still follow: 127.1, 0x7f000001. IPv6 has
    several ways to carry an IPv4 address.
    """
    try:
        address: IpAddress = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        try:
            return ipaddress.IPv4Address(socket.inet_aton(host))
        except (OSError, UnicodeError):
            return None
    return carried(address)
