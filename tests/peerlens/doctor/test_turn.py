"""What the readings of TURN servers mean, taken together."""

import pytest

from peerlens.doctor import turn
from peerlens.doctor.finding import Level
from peerlens.doctor.ice_url import parse
from peerlens.doctor.turn_client import RelayReading, Trouble, TurnReading, TurnServer

NOW_S = 1_800_000_000.0
UDP = "turn:turn.example.org:3478?transport=udp"
TCP = "turn:turn.example.org:3478?transport=tcp"
TLS = "turns:turn.example.org:443?transport=tcp"


def server(text: str, username: str = "1800000600:me") -> TurnServer:
    url = parse(text)
    assert url is not None
    return TurnServer(url, username, "secret")


def works(text: str) -> TurnReading:
    return TurnReading(server(text), 12.0, ("198.51.100.1", 50_000))


def fails(text: str, trouble: Trouble, username: str = "1800000600:me") -> TurnReading:
    return TurnReading(server(text, username), trouble=trouble, detail="because")


def levels(*readings: TurnReading) -> list[tuple[str, Level]]:
    return [(each.id, each.level) for each in turn.judge(readings, NOW_S)]


def test_none_is_worth_a_note() -> None:
    assert levels() == [("turn.none", Level.NOTE)]


def test_each_way_that_works() -> None:
    assert {name for name, _ in levels(works(UDP), works(TCP), works(TLS))} == {"turn.allocates"}


def test_udp_alone_is_worth_a_note() -> None:
    assert levels(works(UDP)) == [
        ("turn.allocates", Level.OK),
        ("turn.only-udp", Level.NOTE),
    ]


@pytest.mark.parametrize(
    ("blocked", "name"),
    [(UDP, "turn.udp-blocked"), (TCP, "turn.tcp-blocked"), (TLS, "turn.tls-blocked")],
)
def test_one_way_that_is_blocked(blocked: str, name: str) -> None:
    readings = [
        fails(each, Trouble.SILENT) if each == blocked else works(each) for each in (UDP, TCP, TLS)
    ]
    assert (name, Level.WARNING) in levels(*readings)


@pytest.mark.parametrize("others", [(), (works(UDP),)])
def test_a_name_without_an_address_is_no_matter_of_firewalls(
    others: tuple[TurnReading, ...],
) -> None:
    found = turn.judge([*others, fails(TLS, Trouble.UNKNOWN_HOST)], NOW_S)
    [bad] = [each for each in found if each.level in (Level.WARNING, Level.PROBLEM)]
    assert bad.do is not None
    assert "DNS" in bad.do
    assert "firewall" not in bad.do


def test_no_way_at_all() -> None:
    found = levels(fails(UDP, Trouble.SILENT), fails(TCP, Trouble.REFUSED))
    assert found == [("turn.unreachable", Level.PROBLEM)] * 2


@pytest.mark.parametrize(
    ("trouble", "name"),
    [
        (Trouble.CERTIFICATE, "turn.certificate"),
        (Trouble.CODE, "turn.refuses"),
        (Trouble.CREDENTIALS, "turn.credentials"),
        (Trouble.UNKNOWN_HOST, "turn.unreachable"),
        (Trouble.UNREACHABLE, "turn.unreachable"),
    ],
)
def test_what_is_not_a_blocked_way_is_a_problem(trouble: Trouble, name: str) -> None:
    assert levels(fails(TLS, trouble)) == [(name, Level.PROBLEM)]


@pytest.mark.parametrize(
    ("username", "name"),
    [
        ("1799999000:me", "turn.expired"),
        ("1799999000", "turn.expired"),
        ("1800000600:me", "turn.credentials"),
        ("peerlens", "turn.credentials"),
    ],
)
def test_credentials_that_have_ended_say_so(username: str, name: str) -> None:
    assert levels(fails(UDP, Trouble.CREDENTIALS, username)) == [(name, Level.PROBLEM)]


def test_a_relay_that_is_right() -> None:
    reading = RelayReading(server(UDP), 0.8, refused=("127.0.0.1", "10.0.0.1"))
    assert [each.id for each in turn.judge_relay(reading)] == ["turn.relays", "turn.closed"]


def test_a_relay_that_is_open_to_one_private_address() -> None:
    reading = RelayReading(server(UDP), 0.8, open_to=("10.0.0.1",), refused=("127.0.0.1",))
    assert [(each.id, each.level) for each in turn.judge_relay(reading)] == [
        ("turn.relays", Level.OK),
        ("turn.open-relay", Level.PROBLEM),
    ]


def test_a_relay_that_did_not_say_is_not_called_closed() -> None:
    reading = RelayReading(server(UDP), problem="nothing came")
    assert [each.id for each in turn.judge_relay(reading)] == ["turn.does-not-relay"]


def test_the_credential_is_not_shown() -> None:
    readings = [fails(UDP, Trouble.CREDENTIALS), works(TCP)]
    for each in turn.judge(readings, NOW_S):
        assert "secret" not in f"{each.what} {each.figures}"
    assert "secret" not in repr(server(UDP))
