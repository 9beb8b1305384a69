"""Secrets that may get into what others say, and do not get out."""

from typing import Any

import pytest

from peerlens.config import GatewayConfig
from peerlens.doctor.redaction import cleaner, secrets_in

CONFIGURATION: dict[str, Any] = {
    "cameras": {
        "one": {"source": "http://me:in-the-address@10.0.0.2/stream?key=in-the-query"},
        "two": {"source": "http://10.0.0.3/", "auth": {"username": "me", "password": "a-password"}},
        "three": {"source": "http://10.0.0.4/", "auth": {"bearer": "a-bearer-token"}},
    },
    "signaling": {"url": "wss://example.org/ws", "token": "the-gateway-token"},
    "webrtc": {
        "turn": {"urls": ["turn:example.org"], "secret": "the-turn-secret-0123"},
        "ice_servers": [{"urls": "turn:b.org", "username": "u", "credential": "fixed-credential"}],
    },
}
SECRETS = [
    "in-the-address",
    "in-the-query",
    "a-password",
    "a-bearer-token",
    "the-gateway-token",
    "the-turn-secret-0123",
    "fixed-credential",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_every_secret_of_the_settings_is_taken_out(secret: str) -> None:
    clean = cleaner(secrets_in(GatewayConfig.model_validate(CONFIGURATION)))
    assert clean(f"it said {secret}!") == "it said [redacted]!"


def test_the_rest_stays() -> None:
    clean = cleaner(secrets_in(GatewayConfig.model_validate(CONFIGURATION)))
    text = "cannot connect to http://10.0.0.2/stream: Connection refused"
    assert clean(text) == text


def test_a_secret_that_holds_another_goes_as_a_whole() -> None:
    assert cleaner({"abcd", "abcdefgh"})("x abcdefgh y") == "x [redacted] y"


def test_a_secret_that_is_hardly_one_does_not_blot_out_words() -> None:
    assert cleaner({"me"})("the camera") == "the camera"
