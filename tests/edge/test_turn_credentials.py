import base64
import hashlib
import hmac

import pytest
from pydantic import ValidationError

from edge.turn_credentials import (
    TurnSettings,
    TurnUrl,
    mint,
    minted_ice_servers,
    parse_turn_url,
)

SECRET = "0123456789abcdef"
URLS = ("turn:t.example:3478?transport=udp", "turns:t.example:443?transport=tcp")


def test_a_credential_is_what_coturn_reckons() -> None:
    username, password = mint(SECRET, "alice", 1_700_000_000.9)
    assert username == "1700000000:alice"
    digest = hmac.new(SECRET.encode(), username.encode(), hashlib.sha1).digest()
    assert base64.b64decode(password) == digest


@pytest.mark.parametrize(
    ("url", "parsed"),
    [
        ("turn:t.example", TurnUrl(False, "t.example", 3478, "udp")),
        ("turn:t.example:99?transport=tcp", TurnUrl(False, "t.example", 99, "tcp")),
        ("turns:t.example", TurnUrl(True, "t.example", 5349, "tcp")),
        ("turns:t.example:443?transport=tcp", TurnUrl(True, "t.example", 443, "tcp")),
        ("turn:[2001:db8::1]:3478", TurnUrl(False, "2001:db8::1", 3478, "udp")),
    ],
)
def test_an_address_is_taken_apart(url: str, parsed: TurnUrl) -> None:
    assert parse_turn_url(url) == parsed


@pytest.mark.parametrize(
    "url",
    [
        *("", "turn:", "stun:t.example", "http://t.example", "turn://t.example", "t.example:3478"),
        *("turn:t.example:0", "turn:t.example:65536", "turn:t.example:x", "turn:t.example?x=y"),
        *("turn:u:p@t.example", "turn:t.example?transport=sctp", "turns:t.example?transport=udp"),
        *("turn:2001:db8::1", "turn:t.example ", "turn:t.example\nuser=x"),
    ],
)
def test_what_is_no_turn_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        parse_turn_url(url)
    with pytest.raises(ValidationError, match="expected"):
        TurnSettings(urls=(url,), secret=SECRET)


@pytest.mark.parametrize("secret", ["", "short", "with a space in it", "0123456789abcdef\n"])
def test_a_secret_that_is_none_is_refused_and_not_shown(secret: str) -> None:
    with pytest.raises(ValidationError):
        TurnSettings(urls=URLS, secret=secret)
    assert SECRET not in repr(TurnSettings(urls=URLS, secret=SECRET))


def test_there_must_be_an_address() -> None:
    with pytest.raises(ValidationError):
        TurnSettings(urls=(), secret=SECRET)


def test_entries_tell_the_own_address_and_the_relay() -> None:
    turn = TurnSettings(urls=URLS, secret=SECRET, credential_lifetime_s=60)
    stun, relay = minted_ice_servers(turn, "alice", 1_000.0)
    assert stun.urls == ("stun:t.example:3478",)
    assert (stun.username, stun.credential) == (None, None)
    assert relay.urls == URLS
    assert (relay.username, relay.credential) == mint(SECRET, "alice", 1_060.0)


def test_stun_is_where_udp_is() -> None:
    over_tls = TurnSettings(urls=("turns:[2001:db8::1]:443",), secret=SECRET)
    assert minted_ice_servers(over_tls, "a", 0.0)[0].urls == ("stun:[2001:db8::1]:3478",)
