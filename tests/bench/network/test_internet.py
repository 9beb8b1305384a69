"""Hosts reach each other as on the internet, and nothing else."""

import contextlib
import socket
from collections.abc import Iterator

import pytest

from bench.network.internet import BOTH, IPV4, IPV6, Families, internet
from bench.network.namespaces import Namespace
from bench.network.nat import Blocked, Router

ANSWERS_WITHIN_S, NOTHING_WITHIN_S = 5.0, 0.3
PORT = 7_000
NOWHERE, NOWHERE6 = "93.184.216.34", "2606:2800::1"


@contextlib.contextmanager
def listening(host: Namespace, address: str) -> Iterator[socket.socket]:
    with host.entered():
        server = socket.create_server(
            (address, PORT), family=socket.AF_INET6 if ":" in address else socket.AF_INET
        )
    with server:
        server.settimeout(ANSWERS_WITHIN_S)
        yield server


def seen_as(server: socket.socket, client: Namespace, source: str = "") -> str:
    """Connect from ``client``; return as whom the server sees it."""
    origin = (source, 0) if source else None
    with (
        client.entered(),
        socket.create_connection(server.getsockname()[:2], ANSWERS_WITHIN_S, origin),
    ):
        accepted, address = server.accept()
        accepted.close()
        return str(address[0])


@pytest.mark.parametrize(
    ("families", "wanted"),
    [
        (IPV4, {"5.1.0.1": "5.2.0.1"}),
        (IPV6, {"2a05::1:1": "2a05:2::2"}),
        (BOTH, {"5.1.0.1": "5.2.0.1", "2a05::1:1": "2a05:2::2"}),
    ],
)
def test_a_private_host_reaches_a_public_one(families: Families, wanted: dict[str, str]) -> None:
    with internet(families) as net:
        public, private = net.public_host(), net.private_host("private")
        net.connect(private, Router())
        assert public.address == next(iter(wanted))
        for address, client in wanted.items():
            with listening(public, address) as server:
                assert seen_as(server, private) == client


def test_two_hosts_behind_one_router_reach_each_other_by_themselves() -> None:
    with internet() as net:
        public, one, other = net.public_host(), net.private_host("one"), net.private_host("other")
        uplink = net.connect(one, Router(blocked=Blocked.UDP))
        net.join(other, uplink)
        with one.entered():
            inside = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with inside:
            inside.bind(("192.168.2.2", PORT))
            inside.settimeout(ANSWERS_WITHIN_S)
            with other.entered(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                sender.sendto(b"hello", ("192.168.2.2", PORT))
            assert inside.recvfrom(100)[1][0] == "192.168.2.3"
        with listening(one, "192.168.2.2") as server:
            assert seen_as(server, other) == "192.168.2.3"
            assert seen_as(server, other, source="192.168.2.3") == "192.168.2.3"
        with listening(public, public.address) as server:
            assert seen_as(server, other) == "5.2.0.1"


def test_strangers_do_not_get_in_over_ipv6() -> None:
    with internet(IPV6) as net:
        public, private = net.public_host(), net.private_host("private")
        net.connect(private, Router())
        with listening(private, "2a05:2::2"), public.entered(), pytest.raises(TimeoutError):
            socket.create_connection(("2a05:2::2", PORT), NOTHING_WITHIN_S)


def test_other_addresses_swallow_what_is_sent() -> None:
    with internet(BOTH) as net:
        public = net.public_host()
        for nowhere, family in ((NOWHERE, socket.AF_INET), (NOWHERE6, socket.AF_INET6)):
            with public.entered(), socket.socket(family, socket.SOCK_DGRAM) as sender:
                # The second would raise what an answer to the first said.
                for _ in range(2):
                    sender.sendto(b"hello", (nowhere, PORT))
                    sender.settimeout(NOTHING_WITHIN_S)
                    with pytest.raises(TimeoutError):
                        sender.recv(100)


def test_a_host_with_two_uplinks_uses_either() -> None:
    with internet() as net:
        public, private = net.public_host(), net.private_host("private")
        wifi = net.connect(private, Router(), "wlan0", metric=50)
        net.connect(private, Router(blocked=Blocked.UDP), "wwan0")
        with listening(public, public.address) as server:
            assert seen_as(server, private) == "5.2.0.1"
            assert seen_as(server, private, source="192.168.3.2") == "5.3.0.1"
            wifi.cut()
            assert seen_as(server, private) == "5.3.0.1"
