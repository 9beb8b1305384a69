"""turn/turnserver.conf with a real coturn: it understands every line, and refuses what it should.

``TURNSERVER=/path/to/turnserver`` tests the configuration with another coturn than the installed
one.
"""

import contextlib
import re
import socket
import ssl
import subprocess
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from aioice import stun

from bench.network.namespaces import Namespace
from edge.turn_credentials import Credential
from tests.support.alone import alone
from tests.support.certificates import Certificates, certificates
from tests.support.coturn import CONFIG, LOOPBACK, PROGRAM, TURN, Coturn, coturn
from tests.support.turn_client import TCP, TurnClient, code_of, turn_client

RELAY, RELAY6 = "203.0.113.1", "2001:db8::1"
"""What looks like addresses of the Internet; coturn from 4.13 on relays to no others."""
PRIVATE = ("10.1.2.3", "169.254.169.254", "fd00::1", "fe80::9")
"""Addresses of the same machine, with something behind them that must not be reached."""
NOT_UNDERSTOOD = re.compile(r"Bad configuration format|ERROR|[Uu]nknown|Wrong|[Ii]llegal|WARNING")
SAID_BY_NEWER_VERSIONS = re.compile(
    r"no-stun-backward-compatibility|no-dtls is deprecated|no-cli option is deprecated"
)
"""Of lines that 4.6 needs, and that are the default by now: README.md, "Other versions"."""
DEADLINE_S = 10.0

SPECIAL = (
    *("0.0.0.0", "10.0.0.1", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.9.9.9", "169.254.169.254"),
    *("172.16.0.1", "172.31.255.255", "192.0.0.1", "192.168.0.1", "198.18.0.1", "198.51.100.1"),
    *("224.0.0.1", "240.0.0.1", "255.255.255.255"),
)
SPECIAL6 = (
    *("::", "::1", "fe80::1", "fe80::9", "fd00::1", "fc00::1", "fec0::1", "ff02::1", "100::1"),
    *("::ffff:127.0.0.1", "::ffff:10.1.2.3", "::ffff:169.254.169.254", "::10.1.2.3", "::7f00:1"),
    *("64:ff9b::a01:203", "2002:a01:203::1", "2001::1", "2001:db8:1::1"),
)
OTHERS = ("8.8.8.8", "203.0.113.2", "11.0.0.1")
OTHERS6 = ("2606:4700::1111", "2001:db8::2")


def settings() -> list[str]:
    lines = CONFIG.read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


# The file


def test_every_line_is_understood(tmp_path: Path) -> None:
    with coturn(tmp_path, tls=certificates(tmp_path, LOOPBACK)) as running:
        complaints = [line for line in running.log if NOT_UNDERSTOOD.search(line)]
    version = subprocess.run(
        [PROGRAM, "--version"], capture_output=True, text=True, timeout=DEADLINE_S, check=False
    )
    if not version.stdout.startswith("4.6"):
        complaints = [line for line in complaints if not SAID_BY_NEWER_VERSIONS.search(line)]
    assert complaints == []


@pytest.mark.parametrize("line", ["no-such-option", "denied-peer-ip=nonsense"])
def test_a_line_that_is_not_understood_would_be_noticed(tmp_path: Path, line: str) -> None:
    config = tmp_path / "turnserver.conf"
    config.write_text(f"{CONFIG.read_text('utf-8')}\n{line}\n", "utf-8")
    try:
        with coturn(tmp_path, config=config) as started:
            said = "".join(started.log)
    except AssertionError as refused:
        # Newer versions do not start with a range that is none.
        said = str(refused)
    assert NOT_UNDERSTOOD.search(said)
    assert line.partition("=")[2] in said


def test_no_line_has_the_form_that_coturn_ignores() -> None:
    """``stale-nonce 600``, with a space, is taken for ``stale-nonce``."""
    for line in settings():
        assert re.fullmatch(r"[a-z0-9-]+(=[^ ]+)?", line), line


def test_every_line_is_explained() -> None:
    explained = (TURN / "README.md").read_text("utf-8")
    for name in {line.partition("=")[0] for line in settings()}:
        assert f"`{name}" in explained, name


def test_there_is_no_secret_in_it() -> None:
    names = {line.partition("=")[0] for line in settings()}
    assert names.isdisjoint({"user", "static-auth-secret", "cli-password", "realm"})


def test_there_is_a_port_and_a_share_of_the_line_for_each_allocation() -> None:
    values = dict(line.partition("=")[::2] for line in settings())
    ports = int(values["max-port"]) - int(values["min-port"]) + 1
    assert ports >= int(values["total-quota"])
    # coturn sets the most that an allocation may use aside for it.
    share = int(values["max-bps"]) * int(values["total-quota"])
    assert int(values["bps-capacity"]) >= share


# A server with two addresses, and a second one whose default is IPv6


@pytest.fixture(scope="module")
def place() -> Iterator[Namespace]:
    with alone((RELAY, RELAY6, *PRIVATE)) as made:
        yield made


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("tls"), RELAY, RELAY6)


@pytest.fixture(scope="module")
def running(
    place: Namespace, issued: Certificates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Coturn]:
    folder = tmp_path_factory.mktemp("turn")
    with coturn(folder, addresses=(RELAY, RELAY6), inside=place, tls=issued, tls_port=443) as made:
        yield made


@pytest.fixture(scope="module")
def running6(place: Namespace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coturn]:
    folder = tmp_path_factory.mktemp("turn6")
    with coturn(
        folder,
        "--allocation-default-address-family=ipv6",
        addresses=(RELAY, RELAY6),
        inside=place,
    ) as made:
        yield made


@contextlib.contextmanager
def client_of(
    running: Coturn,
    place: Namespace,
    credential: Credential | None = None,
    address: str = RELAY,
    *,
    stream: bool = False,
) -> Iterator[TurnClient]:
    with turn_client(
        (address, running.port), credential or running.credential(), inside=place, stream=stream
    ) as client:
        yield client


def test_anybody_may_learn_an_address_but_no_version(running: Coturn, place: Namespace) -> None:
    with client_of(running, place) as client:
        response = client.ask_plainly(stun.Message(stun.Method.BINDING, stun.Class.REQUEST))
    assert response.message_class == stun.Class.RESPONSE
    assert response.attributes["XOR-MAPPED-ADDRESS"][0] == RELAY
    assert "SOFTWARE" not in response.attributes


# Credentials


def test_nobody_relays_without_credentials(running: Coturn, place: Namespace) -> None:
    attributes = {"REQUESTED-TRANSPORT": 17 << 24}
    with client_of(running, place) as client:
        response = client.ask_plainly(
            stun.Message(stun.Method.ALLOCATE, stun.Class.REQUEST, attributes=attributes)
        )
    assert code_of(response) == 401


def test_who_has_a_fresh_credential_relays(running: Coturn, place: Namespace) -> None:
    for address in (RELAY, RELAY6):
        with client_of(running, place, address=address) as client:
            assert client.allocate() == 0
            assert client.relayed[0] == RELAY, "the same family for everybody: they must meet"


def forged(running: Coturn) -> list[Credential]:
    fresh = running.credential("mallory")
    expired = running.credential("mallory", lifetime_s=-1)
    later = f"{int(time.time()) + 9_999}:mallory"
    return [
        Credential(fresh.username, "a password of my own"),
        Credential(later, fresh.password),
        Credential(later, expired.password),
        Credential(fresh.username.replace("mallory", "alice"), fresh.password),
        Credential("mallory", fresh.password),
        Credential("", ""),
    ]


@pytest.mark.parametrize("which", range(6))
def test_forged_credentials_are_refused(running: Coturn, place: Namespace, which: int) -> None:
    with client_of(running, place, forged(running)[which]) as client:
        assert client.allocate() in (400, 401)


def test_an_expired_credential_is_refused(running: Coturn, place: Namespace) -> None:
    with client_of(running, place, running.credential(lifetime_s=-1)) as client:
        assert client.allocate() == 401


def test_a_recorded_request_is_worth_nothing_from_elsewhere(
    running: Coturn, place: Namespace
) -> None:
    with client_of(running, place) as client, client_of(running, place) as thief:
        assert client.allocate() == 0
        attributes: dict[str, object] = {"LIFETIME": 600, "REQUESTED-TRANSPORT": 17 << 24}
        recorded = client.signed(stun.Method.ALLOCATE, attributes)
        assert code_of(thief.ask_plainly(recorded)) in (401, 438)
        assert code_of(thief.ask_plainly(client.signed(stun.Method.REFRESH, {"LIFETIME": 0}))) != 0
        assert client.refresh() == 0, "what stood still stands"


def test_what_stands_outlives_its_credential_but_cannot_be_made_anew(
    running: Coturn, place: Namespace
) -> None:
    """coturn looks at the time only when an allocation is made. README.md says so."""
    credential = running.credential("short", lifetime_s=2)
    with client_of(running, place, credential) as client:
        assert client.allocate() == 0
        end_s = time.monotonic() + DEADLINE_S
        while True:
            with client_of(running, place, credential) as other:
                if other.allocate() == 401:
                    break
            assert time.monotonic() < end_s
            time.sleep(0.1)
        assert client.refresh() == 0
        assert client.bind((RELAY, 50_000)) == 0


def test_an_allocation_that_nobody_renews_ends_soon(running: Coturn, place: Namespace) -> None:
    with client_of(running, place) as client:
        assert client.allocate(lifetime_s=36_000) == 0
        assert client.lifetime_s <= 600
        assert client.refresh(lifetime_s=36_000) == 0
        assert client.lifetime_s <= 600


# Where it relays to


@contextlib.contextmanager
def listening(place: Namespace, address: str) -> Iterator[socket.socket]:
    """Something behind ``address`` that must not hear a thing."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    scope = "%lo" if address.startswith("fe80") else ""
    with place.entered():
        listener = socket.socket(family, socket.SOCK_DGRAM)
    with listener, place.entered():
        listener.setblocking(False)
        where = socket.getaddrinfo(address + scope, 0, family, socket.SOCK_DGRAM)[0][4]
        listener.bind(where)
        yield listener


def is_refused(client: TurnClient, peer: str) -> None:
    # 443: an IPv4 allocation has no IPv6 peers at all, and the other way round (RFC 8656). 400:
    # an address that no packet can have.
    assert client.permit(peer) in (400, 403, 443), peer
    assert client.bind((peer, 9)) in (400, 403, 443), peer


@pytest.mark.parametrize("peer", [*SPECIAL, *SPECIAL6, *OTHERS, *OTHERS6])
def test_does_not_relay_to_others(running: Coturn, place: Namespace, peer: str) -> None:
    with client_of(running, place) as client:
        assert client.allocate() == 0
        is_refused(client, peer)


@pytest.mark.parametrize("peer", [*SPECIAL6, *OTHERS6, "10.1.2.3", "127.0.0.1"])
def test_does_not_relay_to_others_over_ipv6(running6: Coturn, place: Namespace, peer: str) -> None:
    with client_of(running6, place) as client:
        assert client.allocate() == 0
        assert client.relayed[0] == RELAY6
        is_refused(client, peer)


@pytest.mark.parametrize("peer", ["10.1.2.3", "169.254.169.254", "127.0.0.1"])
def test_sends_nothing_to_others(running: Coturn, place: Namespace, peer: str) -> None:
    with client_of(running, place) as client, listening(place, peer) as listener:
        assert client.allocate() == 0
        client.indicate(b"hello", (peer, listener.getsockname()[1]))
        # What comes after it has been answered: it has been looked at.
        assert client.refresh() == 0
        with pytest.raises(BlockingIOError):
            listener.recv(100)


@pytest.mark.parametrize("peer", ["fd00::1", "::1", "::ffff:127.0.0.1", "::ffff:10.1.2.3"])
def test_sends_nothing_to_others_over_ipv6(running6: Coturn, place: Namespace, peer: str) -> None:
    heard_at = peer.removeprefix("::ffff:")
    with client_of(running6, place) as client, listening(place, heard_at) as listener:
        assert client.allocate() == 0
        client.indicate(b"hello", (peer, listener.getsockname()[1]))
        assert client.refresh() == 0
        with pytest.raises(BlockingIOError):
            listener.recv(100)


def relays(first: TurnClient, second: TurnClient) -> None:
    assert first.allocate() == second.allocate() == 0
    assert first.bind(second.relayed) == second.bind(first.relayed) == 0
    for sender, receiver in ((first, second), (second, first)):
        sender.send(b"picture")
        assert receiver.receive() == b"picture"


@pytest.mark.parametrize("family", ["IPv4", "IPv6"])
def test_two_allocations_reach_each_other(
    running: Coturn, running6: Coturn, place: Namespace, family: str
) -> None:
    server = running if family == "IPv4" else running6
    with (
        client_of(server, place, server.credential("viewer")) as viewer,
        client_of(server, place, server.credential("gateway"), RELAY6) as gateway,
    ):
        relays(viewer, gateway)


def test_two_allocations_reach_each_other_behind_one_to_one_nat(
    place: Namespace, tmp_path: Path
) -> None:
    """As on most rented machines: the address that the world sees is not the machine's own."""
    public = "198.51.100.7"
    with (
        coturn(
            tmp_path, f"--external-ip={public}/{RELAY}", addresses=(RELAY,), inside=place
        ) as nat,
        client_of(nat, place) as viewer,
        client_of(nat, place) as gateway,
    ):
        relays(viewer, gateway)
        assert viewer.relayed[0] == gateway.relayed[0] == public


# How it is reached


@pytest.mark.parametrize("address", [RELAY, RELAY6])
def test_relays_over_tcp_and_tls(
    running: Coturn, place: Namespace, issued: Certificates, address: str
) -> None:
    assert running.tls_port == 443
    tls = turn_client(
        (address, 443), running.credential(), inside=place, authority=issued.authority
    )
    with client_of(running, place, address=address, stream=True) as over_tcp, tls as over_tls:
        relays(over_tcp, over_tls)


def test_old_tls_is_refused(running: Coturn, place: Namespace) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with (
        pytest.raises((ssl.SSLError, ConnectionError)),
        turn_client((RELAY, 443), running.credential(), inside=place, context=context),
    ):
        pytest.fail("TLS 1.1 was taken")


def test_does_not_relay_tcp(running: Coturn, place: Namespace) -> None:
    with client_of(running, place, stream=True) as client:
        assert client.allocate(transport=TCP) in (400, 403, 442)


# Quotas


def quota(name: str) -> int:
    [value] = [line.partition("=")[2] for line in settings() if line.startswith(f"{name}=")]
    return int(value)


def test_one_credential_has_so_many_allocations_also_when_it_is_renewed(
    running: Coturn, place: Namespace
) -> None:
    with contextlib.ExitStack() as clients:

        def allocate(name: str, lifetime_s: float) -> int:
            credential = running.credential(name, lifetime_s)
            return clients.enter_context(client_of(running, place, credential)).allocate()

        codes = [allocate("greedy", 600 + number) for number in range(quota("user-quota") + 1)]
        assert codes[:-1] == [0] * (len(codes) - 1)
        assert codes[-1] == 486
        assert allocate("modest", 600) == 0


def test_all_together_have_so_many_allocations(place: Namespace, tmp_path: Path) -> None:
    with (
        coturn(tmp_path, "--total-quota=3", addresses=(RELAY,), inside=place) as small,
        contextlib.ExitStack() as clients,
    ):
        codes = [
            clients.enter_context(client_of(small, place, small.credential(f"n{n}"))).allocate()
            for n in range(4)
        ]
        assert codes == [0, 0, 0, 486]
