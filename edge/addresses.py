"""Network addresses as the limits see them."""

import ipaddress

from aiohttp import web

UNKNOWN = "unknown"

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

METADATA_ADDRESSES = frozenset(
    ipaddress.ip_address(text)
    for text in (
        *("169.254.169.254", "169.254.170.2", "169.254.170.23", "fd00:ec2::254", "fd00:ec2::23"),
        # The last one is Azure's agent, which hands out more than metadata at a public address.
        *("100.100.100.200", "192.0.0.192", "168.63.129.16"),
    )
)
"""Where clouds tell a machine its secrets."""
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_COMPATIBLE = ipaddress.IPv6Network("::/96")


def carried(address: IpAddress) -> IpAddress:
    """Return the IPv4 address that an IPv6 one stands for, else ``address`` itself."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address.sixtofour is not None:
            return address.sixtofour
        if address in _NAT64 or (address in _COMPATIBLE and int(address) > 0xFFFF):
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


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
