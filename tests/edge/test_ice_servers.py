import json

import pytest
from pydantic import ValidationError

from edge.ice_servers import MAX_FIXED, IceServerIssuer, IceServerSettings, IceSettings
from edge.turn_credentials import TurnSettings
from protocol.codec import encode
from protocol.messages import IceServers
from tests.support.clock import Clock

SECRET = "0123456789abcdef"
TURN = TurnSettings(urls=("turn:t.example",), secret=SECRET, credential_lifetime_s=100)
FIXED = IceServerSettings(urls=("stun:s.example",))


def test_without_a_secret_everybody_gets_the_same() -> None:
    issuer = IceServerIssuer(IceSettings(ice_servers=(FIXED,)))
    assert issuer.issue("a") == issuer.issue("b")
    assert issuer.issue("a")[0].urls == ("stun:s.example",)
    assert issuer.renew_after_s is None


def test_everybody_gets_a_credential_of_their_own_for_some_time() -> None:
    clock = Clock()
    issuer = IceServerIssuer(IceSettings(ice_servers=(FIXED,), turn=TURN), clock)
    _, first, fixed = issuer.issue("a")
    assert fixed.urls == ("stun:s.example",)
    assert issuer.issue("a")[1] == first
    assert issuer.issue("b")[1] != first
    clock.now += 1
    assert issuer.issue("a")[1] != first
    assert issuer.renew_after_s is not None
    assert issuer.renew_after_s < 50, "before half the life is over"


def test_a_name_that_may_be_a_secret_does_not_travel_and_stays_one_quota() -> None:
    clock = Clock()
    issuer = IceServerIssuer(IceSettings(turn=TURN), clock)
    names = set()
    for _ in range(3):
        clock.now += 10
        username = issuer.issue("a session's secret id")[1].username or ""
        assert "secret" not in username
        names.add(username.partition(":")[2])
    assert len(names) == 1, "coturn counts by what comes after the time"


def test_what_is_handed_out_fits_into_a_message() -> None:
    many = IceSettings(ice_servers=(FIXED,) * MAX_FIXED, turn=TURN)
    message = json.loads(encode(IceServers(IceServerIssuer(many).issue("a"))))
    assert len(message["iceServers"]) == MAX_FIXED + 2
    with pytest.raises(ValidationError):
        IceSettings(ice_servers=(FIXED,) * (MAX_FIXED + 1))


def test_one_address_stands_for_a_list_of_one() -> None:
    assert IceServerSettings.model_validate({"urls": "stun:a"}).urls == ("stun:a",)
    with pytest.raises(ValidationError, match="expected stun:"):
        IceServerSettings.model_validate({"urls": ["http://a"]})
