"""turn/turnserver.conf with a real coturn on loopback: it understands every line, and refuses."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from aioice import stun
from aioice.turn import make_integrity_key

from tests.support.coturn import (
    CONFIG,
    DEADLINE_S,
    PASSWORD,
    REALM,
    TURN,
    USER,
    Coturn,
    coturn,
)

ALLOWED = "--allowed-peer-ip=10.9.8.7"
UDP = 17 << 24
NOT_UNDERSTOOD = re.compile(r"Bad configuration format|ERROR|[Uu]nknown|Wrong|[Ii]llegal|WARNING")


def settings() -> list[str]:
    lines = CONFIG.read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


class Client:
    """One five-tuple towards coturn."""

    def __init__(self, port: int) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(DEADLINE_S)
        self._socket.connect(("127.0.0.1", port))
        self._nonce = b""

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, request: stun.Message) -> stun.Message:
        self._socket.send(bytes(request))
        return stun.parse_message(self._socket.recv(4_096))

    def ask(self, method: stun.Method, attributes: dict[str, object]) -> int:
        """Send one request with credentials; returns 0, or the error code of the response."""
        for _ in range(2):
            request = stun.Message(method, stun.Class.REQUEST, attributes=dict(attributes))
            request.attributes |= {"USERNAME": USER, "REALM": REALM, "NONCE": self._nonce}
            request.add_message_integrity(make_integrity_key(USER, REALM, PASSWORD))
            response = self.send(request)
            code = int(response.attributes.get("ERROR-CODE", (0, ""))[0])
            if code not in (401, 438):
                return code
            # 401: the first nonce; 438: it went stale.
            self._nonce = response.attributes["NONCE"]
        return code

    def allocate(self) -> int:
        return self.ask(stun.Method.ALLOCATE, {"LIFETIME": 60, "REQUESTED-TRANSPORT": UDP})

    def permit(self, peer: str) -> int:
        return self.ask(stun.Method.CREATE_PERMISSION, {"XOR-PEER-ADDRESS": (peer, 9)})


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coturn]:
    with coturn(tmp_path_factory.mktemp("turn"), ALLOWED) as started:
        yield started


def test_every_line_is_understood(running: Coturn) -> None:
    assert [line for line in running.log if NOT_UNDERSTOOD.search(line)] == []
    denied = [line.partition("=")[2] for line in settings() if line.startswith("denied-peer-ip")]
    assert len(denied) == len(set(denied))
    for each in denied:
        assert any(line.endswith(f"Black listing: {each}\n") for line in running.log), each


@pytest.mark.parametrize("line", ["no-such-option", "denied-peer-ip=nonsense"])
def test_a_line_that_is_not_understood_would_be_noticed(tmp_path: Path, line: str) -> None:
    config = tmp_path / "turnserver.conf"
    config.write_text(f"{CONFIG.read_text('utf-8')}\n{line}\n", "utf-8")
    with coturn(tmp_path, config=config) as started:
        assert any(NOT_UNDERSTOOD.search(said) for said in started.log)


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


def test_anybody_may_learn_an_address_but_no_version(running: Coturn) -> None:
    with Client(running.port) as client:
        response = client.send(stun.Message(stun.Method.BINDING, stun.Class.REQUEST))
    assert response.message_class == stun.Class.RESPONSE
    assert response.attributes["XOR-MAPPED-ADDRESS"][0] == "127.0.0.1"
    assert "SOFTWARE" not in response.attributes


def test_nobody_relays_without_credentials(running: Coturn) -> None:
    with Client(running.port) as client:
        attributes: dict[str, object] = {"REQUESTED-TRANSPORT": UDP}
        response = client.send(
            stun.Message(stun.Method.ALLOCATE, stun.Class.REQUEST, attributes=attributes)
        )
    assert response.attributes["ERROR-CODE"][0] == 401


@pytest.fixture
def client(running: Coturn) -> Iterator[Client]:
    with Client(running.port) as client:
        assert client.allocate() == 0
        yield client


@pytest.mark.parametrize(
    "peer",
    [
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "127.9.9.9",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.168.0.1",
        "198.18.0.1",
        "203.0.113.1",
        "224.0.0.1",
        "255.255.255.255",
    ],
)
def test_does_not_relay_to_special_addresses(client: Client, peer: str) -> None:
    assert client.permit(peer) == 403


@pytest.mark.parametrize("peer", ["::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "fe80::1"])
def test_does_not_relay_to_them_in_the_dress_of_ipv6(client: Client, peer: str) -> None:
    # 443: an IPv4 allocation has no IPv6 peers at all (RFC 6156).
    assert client.permit(peer) in (403, 443)


@pytest.mark.parametrize("peer", ["8.8.8.8", "11.0.0.1", "172.32.0.1", "10.9.8.7"])
def test_relays_to_public_addresses_and_to_what_was_allowed(client: Client, peer: str) -> None:
    assert client.permit(peer) == 0


def test_does_not_relay_tcp(running: Coturn) -> None:
    with Client(running.port) as client:
        tcp: dict[str, object] = {"LIFETIME": 60, "REQUESTED-TRANSPORT": 6 << 24}
        assert client.ask(stun.Method.ALLOCATE, tcp) in (400, 403, 442)
