"""Commands from a broker are read strictly."""

import pytest

from gateway.home_assistant.command import BadCommand, Command, command_of
from gateway.home_assistant.message import Received
from gateway.home_assistant.topics import Topics

TOPICS = Topics.of("homeassistant", "peerlens", "local")


def read(rest: str, payload: bytes, *, retained: bool = False) -> Command | None:
    return command_of(TOPICS, Received(f"peerlens/local/{rest}", payload, retained))


def test_a_switch_and_a_number() -> None:
    assert read("front/detection/set", b"ON") == Command("front", "enabled", True)
    assert read("front/detection/set", b"OFF") == Command("front", "enabled", False)
    assert read("front/threshold/set", b"0.25") == Command("front", "threshold", 0.25)
    assert read("front/threshold/set", b"1") == Command("front", "threshold", 1.0)


@pytest.mark.parametrize("rest", ["front/motion", "front/detection", "front/set", "availability"])
def test_other_topics_are_no_commands(rest: str) -> None:
    assert read(rest, b"ON") is None


@pytest.mark.parametrize("payload", [b"", b"on", b"ON ", b"\xff", b"TOGGLE", b"ON" * 100])
def test_a_switch_takes_on_and_off_only(payload: bytes) -> None:
    with pytest.raises(BadCommand, match="expected ON or OFF"):
        read("front/detection/set", payload)


@pytest.mark.parametrize(
    "payload", [b"", b"-0.1", b"1.01", b"nan", b"inf", b"a lot", b"\xff", b"0" * 1_000_000]
)
def test_a_threshold_is_from_0_to_1(payload: bytes) -> None:
    with pytest.raises(BadCommand, match="expected a number from 0 to 1") as refusal:
        read("front/threshold/set", payload)
    assert len(str(refusal.value)) < 200


def test_a_kept_command_would_come_back_at_each_connection() -> None:
    with pytest.raises(BadCommand, match="retain"):
        read("front/detection/set", b"OFF", retained=True)
