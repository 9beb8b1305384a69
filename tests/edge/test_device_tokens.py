"""Tokens of single devices."""

import pytest

from edge.device_tokens import device_of, device_token

KEY = "s" * 43


@pytest.mark.parametrize("device_id", ["cam-1", "a.b.c", "x" * 64, "0"])
def test_a_token_speaks_for_its_device(device_id: str) -> None:
    token = device_token(KEY, device_id)
    assert token == device_token(KEY, device_id), "it is the same each time"
    assert device_of(KEY, token) == device_id


def test_another_server_has_others() -> None:
    assert device_of("t" * 43, device_token(KEY, "cam-1")) is None


@pytest.mark.parametrize("token", ["", ".", "cam-1", "cam-1.", "cam-1.é", "é.x", KEY])
def test_what_is_no_such_token(token: str) -> None:
    assert device_of(KEY, token) is None


def test_a_token_cannot_be_bent_to_another_id() -> None:
    mac = device_token(KEY, "cam-1").rpartition(".")[2]
    for device_id in ("cam-2", "cam-1.x", "CAM-1", ""):
        assert device_of(KEY, f"{device_id}.{mac}") is None
