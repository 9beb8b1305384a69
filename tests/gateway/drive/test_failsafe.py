"""The failsafe in Python: the shared vectors, and what must hold whatever happens."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.drive.failsafe import NEUTRAL, DriveOutput, Failsafe, FailsafeSettings
from protocol import codec

VECTORS = Path(codec.__file__).parent / "vectors" / "drive" / "failsafe.json"
CASES = json.loads(VECTORS.read_text("utf-8"))["cases"]
TICK_MS = 20
WRAP = 1 << 32


def made(case: dict[str, Any]) -> Failsafe:
    given = case["settings"]
    return Failsafe(
        case["startMs"],
        FailsafeSettings(
            given["commandTimeoutMs"],
            given["disarmTimeoutMs"],
            given["armNeutralMs"],
            given["stallMs"],
        ),
    )


def take(failsafe: Failsafe, step: dict[str, Any]) -> None:
    now_ms = step["atMs"]
    match step["do"]:
        case "tick":
            failsafe.tick(now_ms)
        case "command":
            wanted = DriveOutput(step["throttle"], step["steering"], step.get("brake", False))
            failsafe.command(now_ms, wanted)
        case "stop":
            failsafe.stop(now_ms)
        case "clear":
            failsafe.clear(now_ms)
        case "linkLost":
            failsafe.link_lost(now_ms)
        case other:
            pytest.fail(f"no input {other}")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_does_as_the_vectors_say(case: dict[str, Any]) -> None:
    failsafe = made(case)
    for number, step in enumerate(case["steps"]):
        take(failsafe, step)
        output = failsafe.output
        seen = {
            "state": failsafe.state,
            "throttle": output.throttle,
            "steering": output.steering,
            "brake": output.brake,
        }
        assert seen == step["expect"], f"step {number}: {step}"


def test_there_are_vectors_for_every_state_and_input() -> None:
    steps = [step for case in CASES for step in case["steps"]]
    assert {step["do"] for step in steps} == {"tick", "command", "stop", "clear", "linkLost"}
    states = {step["expect"]["state"] for step in steps}
    assert states == {"disarmed", "arming", "armed", "neutral", "stopped"}


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_command_without_numbers_is_none(number: float) -> None:
    failsafe = Failsafe(0)
    for now_ms in range(0, 520, TICK_MS):
        failsafe.command(now_ms, DriveOutput(0.0, 0.0, brake=False))
    failsafe.command(520, DriveOutput(0.5, 0.0, brake=False))
    failsafe.command(540, DriveOutput(number, 0.0, brake=False))
    failsafe.command(560, DriveOutput(0.5, number, brake=False))
    assert failsafe.output == DriveOutput(0.5, 0.0, brake=False)
    for now_ms in range(560, 800, TICK_MS):
        failsafe.tick(now_ms)
    assert failsafe.state == "neutral", "they did not count as signs of life either"


AXIS = st.one_of(
    st.sampled_from([0.0, 0.05, -0.05, 1.0, -1.0]),
    st.floats(-2.0, 2.0),
    st.sampled_from([float("nan"), float("inf")]),
)
INPUTS = st.lists(
    st.fixed_dictionaries(
        {
            "do": st.sampled_from(["command"] * 6 + ["tick", "stop", "clear", "linkLost"]),
            "after": st.one_of(st.integers(0, 60), st.integers(0, 1_500)),
            "throttle": AXIS,
            "steering": AXIS,
            "brake": st.booleans(),
        }
    ),
    max_size=80,
)


class Witness:
    """Knows, from the inputs alone, since when the car must stand and might be armed."""

    def __init__(self) -> None:
        self.commanded_ms = float("-inf")
        self.neutral_since_ms: float | None = None

    def saw(self, step: dict[str, Any], now_ms: int) -> None:
        numbers = math.isfinite(step["throttle"]) and math.isfinite(step["steering"])
        if step["do"] != "command" or not numbers:
            return
        self.commanded_ms = now_ms
        if not (step["brake"] or abs(step["throttle"]) <= 0.05):
            self.neutral_since_ms = None
        elif self.neutral_since_ms is None:
            self.neutral_since_ms = now_ms


@settings(max_examples=300)
@given(INPUTS, st.integers(0, WRAP - 1), st.integers(100, 500))
def test_no_sequence_leaves_throttle_on_for_longer_than_the_limit(
    steps: list[dict[str, Any]], start_ms: int, timeout_ms: int
) -> None:
    failsafe = Failsafe(start_ms, FailsafeSettings(command_timeout_ms=timeout_ms))
    witness, now_ms = Witness(), start_ms
    for step in steps:
        # The loop goes on every 20 ms in between.
        for passed_ms in [*range(TICK_MS, step["after"], TICK_MS), step["after"]]:
            failsafe.tick((now_ms + passed_ms) % WRAP)
            if now_ms + passed_ms - witness.commanded_ms >= timeout_ms:
                assert failsafe.output == NEUTRAL
        now_ms += step["after"]
        was_armed = failsafe.state in ("armed", "neutral")
        witness.saw(step, now_ms)
        take(failsafe, step | {"atMs": now_ms % WRAP})
        if failsafe.state != "armed" or step["do"] in ("stop", "clear", "linkLost"):
            assert failsafe.output == NEUTRAL
        elif not was_armed:
            assert witness.neutral_since_ms is not None
            assert now_ms - witness.neutral_since_ms >= 500, "half a second of neutral first"
        assert max(abs(failsafe.output.throttle), abs(failsafe.output.steering)) <= 1
