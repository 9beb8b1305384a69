"""An internet of network namespaces: public hosts, and private ones behind routers.

Everything public hangs on one bridge. Addresses look public (coturn refuses to relay to those
that do not) and exist nowhere but in these namespaces: packets to any other address get as far as
the bridge, and vanish there as they would far away, without an answer.
"""

import contextlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from bench.network.namespaces import Namespace, namespace
from bench.network.nat import LAN, WAN, Blocked, Router, block

_FILTERED_BRIDGES = Path("/proc/sys/net/bridge")
FIRST_HOST = 2
"""The router is number 1 in its network."""
_BACKBONE, _BACKBONE6 = "5.0.0.1", "2a05::1"

_BRIDGE = f"""\
link add backbone type bridge mcast_snooping 0
link set backbone up
addr add {_BACKBONE}/8 dev backbone
addr add {_BACKBONE6}/32 dev backbone
route add blackhole default
route add blackhole ::/0
"""
_LAN = f"""\
link add {LAN} type bridge mcast_snooping 0
link set {LAN} up
"""
_CABLE = """\
link add {device} type veth peer name {peer} netns {other}
"""
_ADDRESS = """\
addr add {address} dev {device}
route add default via {gateway} dev {device} metric {metric}
"""
# What is sent from this address leaves here, whichever way the default route goes.
_SOURCE_ROUTE = """\
rule add from {inside} lookup {table}
route add {network} dev {device} table {table}
route add default via {gateway} dev {device} table {table}
"""


@dataclass(frozen=True)
class Families:
    """Which versions of IP a network has."""

    ipv4: bool = True
    ipv6: bool = False


IPV4, IPV6, BOTH = Families(), Families(ipv4=False, ipv6=True), Families(ipv6=True)


@dataclass(frozen=True)
class Uplink:
    """A private host's way out: a device of the host, and the router at its other end."""

    host: Namespace
    device: str
    router: Namespace
    number: int
    families: Families

    def block(self, blocked: Blocked) -> None:
        """Let the router drop this, and nothing else, from now on: open connections included."""
        self.router.filter(block(blocked))

    def cut(self) -> None:
        """Take the device away from the host, with its addresses and routes."""
        self.host.configure(f"link del {self.device}")


class Internet:
    """Makes hosts and routers; each has a number of its own, 1 to 254."""

    def __init__(self, families: Families, stack: contextlib.ExitStack) -> None:
        self._families = families
        self._stack = stack
        self._numbers = itertools.count(1)
        self._addresses: dict[int, list[str]] = {}
        self._backbone = self._namespace("backbone")
        self._backbone.configure(_BRIDGE)
        _forwards(self._backbone)

    def public_host(self) -> Namespace:
        """A host with a public address of each family; ``address`` is the first there is."""
        number = next(self._numbers)
        addresses = [_public(number)] if self._families.ipv4 else []
        addresses += [_public6(number)] if self._families.ipv6 else []
        made = self._namespace(addresses[0])
        self._addresses[made.handle] = addresses
        self._connect(made, "eth0", number)
        return made

    def addresses(self, public_host: Namespace) -> list[str]:
        """All its addresses, IPv4 first."""
        return self._addresses[public_host.handle]

    def private_host(self, name: str) -> Namespace:
        """A host that is not connected yet."""
        return self._namespace(name)

    def connect(
        self,
        host: Namespace,
        behind: Router,
        device: str = "eth0",
        metric: int = 100,
        families: Families | None = None,
    ) -> Uplink:
        """Put ``host`` behind a router of its own. The least ``metric`` is the default route.

        Its network may have fewer ``families`` than the internet.
        """
        families = families or self._families
        number = next(self._numbers)
        router = self._namespace(f"router-{number}")
        _forwards(router)
        router.filter(behind.rules(_private(number, FIRST_HOST)))
        self._connect(router, WAN, number)
        router.configure(_LAN)
        if families.ipv4:
            router.configure(f"addr add {_private(number, 1)}/24 dev {LAN}")
        if families.ipv6:
            router.configure(f"addr add {_private6(number, 1)}/64 dev {LAN}")
            self._backbone.configure(f"route add {_private6(number, 0)}/64 via {_public6(number)}")
        uplink = Uplink(host, device, router, number, families)
        _plug_in(uplink, FIRST_HOST, metric)
        return uplink

    def join(self, host: Namespace, other: Uplink, device: str = "eth0") -> Uplink:
        """Put ``host`` into the network of the ``other`` one, as the only other host there."""
        uplink = replace(other, host=host, device=device)
        _plug_in(uplink, FIRST_HOST + 1, 100)
        return uplink

    def _connect(self, made: Namespace, device: str, number: int) -> None:
        """Give ``made`` its place on the bridge."""
        _cable(self._backbone, f"port{number}", made, device)
        self._backbone.configure(f"link set port{number} master backbone")
        if self._families.ipv4:
            _settle(made, device, f"{_public(number)}/8", _BACKBONE)
        if self._families.ipv6:
            _settle(made, device, f"{_public6(number)}/32", _BACKBONE6)

    def _namespace(self, address: str) -> Namespace:
        made = self._stack.enter_context(namespace(address))
        # Of devices to come. Nobody else has their addresses, and looking takes a second or two.
        _set(made, {"ipv6/conf/default/accept_dad": 0})
        if _FILTERED_BRIDGES.exists():
            # A bridge passes on what it is given; routers' rules are not for it.
            _set(made, {f"bridge/bridge-nf-call-ip{six}tables": 0 for six in ("", "6")})
        return made


@contextlib.contextmanager
def internet(families: Families = IPV4) -> Iterator[Internet]:
    """Have an internet for the time of the block. Raises :class:`bench.errors.NetworkRefused`."""
    with contextlib.ExitStack() as stack:
        yield Internet(families, stack)


def _cable(one: Namespace, device: str, other: Namespace, peer: str) -> None:
    one.configure(_CABLE.format(device=device, peer=peer, other=other.path))
    for end, name in ((one, device), (other, peer)):
        end.configure(f"link set {name} up")


def _settle(made: Namespace, device: str, address: str, gateway: str, metric: int = 100) -> None:
    made.configure(_ADDRESS.format(address=address, device=device, gateway=gateway, metric=metric))


def _plug_in(uplink: Uplink, place: int, metric: int) -> None:
    """Give the host its cable, and its address number ``place`` of each family."""
    host, device, number = uplink.host, uplink.device, uplink.number
    port = f"port{place}"
    _cable(uplink.router, port, host, device)
    uplink.router.configure(f"link set {port} master {LAN}")
    for is_there, private, bits, version in (
        (uplink.families.ipv4, _private, 24, "-4"),
        (uplink.families.ipv6, _private6, 64, "-6"),
    ):
        if is_there:
            inside, gateway = private(number, place), private(number, 1)
            _settle(host, device, f"{inside}/{bits}", gateway, metric)
            text = _SOURCE_ROUTE.format(
                inside=inside,
                network=f"{private(number, 0)}/{bits}",
                device=device,
                gateway=gateway,
                table=number,
            )
            host.configure(text, version)


def _forwards(made: Namespace) -> None:
    _set(made, {"ipv4/ip_forward": 1, "ipv6/conf/all/forwarding": 1})


def _set(made: Namespace, settings: dict[str, int]) -> None:
    with made.entered():
        for name, value in settings.items():
            Path("/proc/sys/net", name).write_text(str(value))


def _public(number: int) -> str:
    return f"5.{number}.0.1"


def _public6(number: int) -> str:
    # The prefixes of private networks, 2a05:1:: and so on, are beside this one.
    return f"2a05::{number:x}:1"


def _private(number: int, host: int) -> str:
    return f"192.168.{number}.{host}"


def _private6(number: int, host: int) -> str:
    return f"2a05:{number:x}::{host:x}"
