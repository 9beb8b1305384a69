"""Network addresses as the limits see them."""

import ipaddress

from aiohttp import web

UNKNOWN = "unknown"


def client_address(request: web.BaseRequest) -> str:
    """Return the address of the client, reduced to what one client can hold (`network_of`)."""
    return network_of(request.remote or UNKNOWN)


def network_of(address: str) -> str:
    """Return ``address`` as limits count it: an IPv4 address, or the /64 of an IPv6 one.

    One subscriber is given a whole IPv6 /64, so counting single addresses counts nothing.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    if ip.is_loopback:
        return str(ip)
    return str(ipaddress.IPv6Network((ip, 64), strict=False))
