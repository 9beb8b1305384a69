"""Real datagrams through real routers: who can send to whom behind which NAT."""

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from bench.network.internet import Internet, Uplink, internet
from bench.network.namespaces import Namespace
from bench.network.nat import Blocked, Nat, Router

ARRIVES_WITHIN_S, NOTHING_WITHIN_S = 5.0, 0.3
PORT = 7_000
Address = tuple[str, int]


@dataclass(frozen=True)
class Place:
    """A router with one host behind it, and two strangers outside."""

    net: Internet
    uplink: Uplink
    one: Namespace
    other: Namespace


@contextlib.contextmanager
def place(router: Router) -> Iterator[Place]:
    with internet() as net:
        inside = net.private_host("inside")
        yield Place(net, net.connect(inside, router), net.public_host(), net.public_host())


@contextlib.contextmanager
def bound(
    host: Namespace, port: int = PORT, kind: int = socket.SOCK_DGRAM
) -> Iterator[socket.socket]:
    with host.entered():
        made = socket.socket(socket.AF_INET, kind)
    with made:
        made.bind(("0.0.0.0", port))
        made.settimeout(ARRIVES_WITHIN_S)
        yield made


def received(at: socket.socket, within_s: float = ARRIVES_WITHIN_S) -> Address | None:
    """Who the next datagram is from; None when none comes."""
    at.settimeout(within_s)
    try:
        sender: Address = at.recvfrom(100)[1]
    except TimeoutError:
        return None
    return sender


def opened(inside: socket.socket, stranger: socket.socket, address: str) -> Address:
    """Send from inside; return as whom the stranger sees it."""
    inside.sendto(b"hello", (address, PORT))
    seen = received(stranger)
    assert seen is not None
    return seen


@pytest.mark.parametrize(
    ("nat", "one_port", "strangers_come_in"),
    [
        (Nat.FULL_CONE, True, True),
        (Nat.PORT_RESTRICTED, True, False),
        (Nat.SYMMETRIC, False, False),
    ],
)
def test_ports_and_strangers(nat: Nat, one_port: bool, strangers_come_in: bool) -> None:
    with (
        place(Router(nat)) as here,
        bound(here.uplink.host) as inside,
        bound(here.one) as one,
        bound(here.other) as other,
    ):
        # Before anything went out, too: what comes too early must not take the port away.
        early = ("5.1.0.1", PORT)
        other.sendto(b"early", early)
        assert (received(inside, NOTHING_WITHIN_S) is not None) == strangers_come_in
        first = opened(inside, one, here.one.address)
        one.sendto(b"answer", first)
        assert received(inside) is not None
        other.sendto(b"unasked", first)
        assert (received(inside, NOTHING_WITHIN_S) is not None) == strangers_come_in
        assert (opened(inside, other, here.other.address) == first) == one_port


@pytest.mark.parametrize("in_mid_call", [False, True])
def test_udp_is_blocked_and_tcp_is_not(in_mid_call: bool) -> None:
    with (
        place(Router(blocked=Blocked.NOTHING if in_mid_call else Blocked.UDP)) as here,
        bound(here.uplink.host) as inside,
        bound(here.one) as one,
    ):
        if in_mid_call:
            opened(inside, one, here.one.address)
            here.uplink.block(Blocked.UDP)
        inside.sendto(b"hello", (here.one.address, PORT))
        assert received(one, NOTHING_WITHIN_S) is None
        assert connects(here, PORT)


def test_all_but_443_is_blocked() -> None:
    with (
        place(Router(blocked=Blocked.ALL_BUT_443)) as here,
        bound(here.uplink.host) as inside,
        bound(here.one, 443) as one,
    ):
        inside.sendto(b"hello", (here.one.address, 443))
        assert received(one, NOTHING_WITHIN_S) is None
        assert connects(here, 443)
        assert not connects(here, PORT)


def connects(here: Place, port: int) -> bool:
    with bound(here.one, port, socket.SOCK_STREAM) as server, here.uplink.host.entered():
        server.listen()
        try:
            socket.create_connection((here.one.address, port), NOTHING_WITHIN_S).close()
        except TimeoutError:
            return False
        return True


def test_holes_are_punched_between_two_port_restricted_routers() -> None:
    with place(Router()) as here:
        far = here.net.private_host("far")
        here.net.connect(far, Router())
        with bound(here.uplink.host) as near, bound(far) as away:
            # Both ports are kept, so both ends know where to send.
            near.sendto(b"hello", ("5.4.0.1", PORT))
            assert received(away, NOTHING_WITHIN_S) is None
            away.sendto(b"hello", ("5.1.0.1", PORT))
            assert received(near) == ("5.4.0.1", PORT)
            near.sendto(b"hello", ("5.4.0.1", PORT))
            assert received(away) == ("5.1.0.1", PORT)
