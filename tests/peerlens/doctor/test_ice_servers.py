"""Which servers are asked."""

import pytest

from edge.ice_servers import IceServerSettings, IceSettings
from edge.turn_credentials import TurnSettings
from peerlens.doctor import ice_servers
from peerlens.doctor.ice_url import IceUrl, parse
from protocol.messages import IceServer

TURN = TurnSettings(urls=("turn:a.example:3478", "turns:a.example:443"), secret="0123456789abcdef")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("stun:a.example", (False, "a.example", 3478, "udp")),
        ("turn:a.example", (True, "a.example", 3478, "udp")),
        ("turn:a.example:80?transport=tcp", (True, "a.example", 80, "tcp")),
        ("turns:a.example", (True, "a.example", 5349, "tls")),
        ("turns:a.example:443?transport=tcp", (True, "a.example", 443, "tls")),
        ("turn:[2001:db8::1]:3478", (True, "2001:db8::1", 3478, "udp")),
    ],
)
def test_addresses(text: str, expected: tuple[bool, str, int, str]) -> None:
    assert parse(text) == IceUrl(text, *expected)


@pytest.mark.parametrize(
    "text",
    ["turns:a.example?transport=udp", "turn:", "http://a.example", "turn:a b", "turn:a:99999"],
)
def test_what_is_no_address_nobody_can_use(text: str) -> None:
    assert parse(text) is None


def test_own_settings_come_first_and_each_address_once() -> None:
    settings = IceSettings(turn=TURN, ice_servers=(IceServerSettings(urls=("stun:b.example",)),))
    handed_out = [
        IceServer(("turn:a.example:3478", "turn:c.example"), "2:other", "x"),
        IceServer(("stun:b.example", "turns:d.example?transport=udp")),
    ]
    found = ice_servers.servers_of(settings, handed_out, "me", 1_000.0)
    assert [each.text for each in found.stun] == ["stun:a.example:3478", "stun:b.example"]
    assert [(each.url.text, each.username) for each in found.turn] == [
        ("turn:a.example:3478", "1600:me"),
        ("turns:a.example:443", "1600:me"),
        ("turn:c.example", "2:other"),
    ]
    assert [each.id for each in ice_servers.judge(found)] == ["turn.unusable-address"]
    # The TURN server over UDP answers STUN as well, so it is asked once.
    assert [each.text for each in ice_servers.askable(found)] == [
        "stun:a.example:3478",
        "turn:c.example",
        "stun:b.example",
    ]
    best = ice_servers.best_relay(found.turn[1:])
    assert best is not None
    assert best.url.way == "udp"
