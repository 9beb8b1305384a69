"""The proof of a command's age."""

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.drive.freshness import age_ms, is_fresh, wrapping_age_ms
from protocol import codec
from protocol.messages import Heard

VECTORS = Path(codec.__file__).parent / "vectors" / "drive" / "freshness.json"
CASES = json.loads(VECTORS.read_text("utf-8"))["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_judges_as_the_vectors_say_on_a_wrapping_clock(case: dict[str, Any]) -> None:
    heard = Heard(case["atMs"], case["heldMs"])
    age = wrapping_age_ms(heard, case["nowMs"])
    assert is_fresh(age, heard, case["ttlMs"]) is case["fresh"]


def test_on_a_clock_that_does_not_wrap_the_age_is_the_round_trip() -> None:
    assert age_ms(Heard(1_000.0, 30.0), 1_090.0) == 60.0


def test_a_delay_anywhere_makes_a_command_look_older_and_never_younger() -> None:
    for down_ms in (0.0, 20.0, 400.0):
        for up_ms in (0.0, 20.0, 400.0):
            told_ms, held_ms = 5_000.0, 33.0
            arrives_ms = told_ms + down_ms + held_ms + up_ms
            assert age_ms(Heard(told_ms, held_ms), arrives_ms) >= up_ms
