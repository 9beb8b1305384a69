"""The matrix and its figures, from made-up outcomes; tests/e2e/test_reach.py has real ones."""

import pytest

from bench.network.nat import Blocked, Nat
from bench.reach import COUNTED, Row, event_cells, figures, network_cells
from bench.reach_scenarios import (
    DIRECT,
    RELAY,
    SCENARIOS,
    TURN_UDP,
    Event,
    Scenario,
    Step,
)
from bench.reach_trial import Outcome, StepOutcome

DIES, COMES_BACK = Step(Event.TURN_KILLED, RELAY), Step(Event.TURN_STARTED, TURN_UDP)


def named(name: str) -> Scenario:
    [found] = [scenario for scenario in SCENARIOS if scenario.name == name]
    return found


def outcome(
    first_frame_ms: float,
    path: str = DIRECT,
    steps: tuple[StepOutcome, ...] = (),
    bytes_per_minute: float | None = None,
) -> Outcome:
    return Outcome(
        path=path,
        first_path=path,
        first_frame_ms=first_frame_ms,
        page_ms=first_frame_ms + 300.0,
        settled_ms=first_frame_ms,
        steps=steps,
        signaling_bytes_per_minute=bytes_per_minute,
    )


def test_every_network_that_was_asked_for_has_a_row() -> None:
    nats = {(row.viewer.nat, row.gateway.nat) for row in SCENARIOS if not row.steps}
    assert {(Nat.FULL_CONE,) * 2, (Nat.PORT_RESTRICTED,) * 2, (Nat.SYMMETRIC,) * 2} <= nats
    assert {row.viewer.blocked for row in SCENARIOS} == set(Blocked)
    assert {row.gateway.blocked for row in SCENARIOS} == set(Blocked)
    assert {step.event for row in SCENARIOS for step in row.steps} == set(Event)
    assert len({row.id for row in SCENARIOS}) == len(SCENARIOS)


def test_a_row_has_the_middle_and_the_worst_of_its_trials() -> None:
    row = Row(named("full cone"), [outcome(100.0), outcome(200.0), outcome(900.0)], ["none came"])
    assert network_cells(row) == ("full cone", DIRECT, DIRECT, "200", "900", "500", "200", 1)


def test_each_step_has_a_line() -> None:
    steps = StepOutcome(DIES, 2_000.0, 2_100.0), StepOutcome(COMES_BACK, 100.0, 4_000.0)
    row = Row(named("TURN dies, and comes back"), [outcome(400.0, TURN_UDP, steps)])
    assert [event_cells(taken) for taken in row.taken] == [
        ("TURN killed", RELAY, "2000", "2000", "2100"),
        ("TURN started again", TURN_UDP, "100", "100", "4000"),
    ]
    # On the way up nothing was lost that would have to recover.
    assert row.recoveries_ms == [2_000.0]


def test_the_figures() -> None:
    direct, relay = COUNTED
    found = figures(
        [
            Row(named(direct), [outcome(100.0, bytes_per_minute=1_000.0)], ["none came"]),
            Row(named("symmetric at viewer"), [outcome(400.0, TURN_UDP), outcome(500.0, TURN_UDP)]),
            Row(named(relay), [outcome(1_200.0, RELAY, bytes_per_minute=500_000.0)]),
        ]
    )
    assert (found["trials"], found["failed"]) == (5, 1)
    assert found["direct_used_pct"] == 50.0
    assert (found["symmetric_ttff_ms"], found["symmetric_ttff_p95_ms"]) == (450.0, 500.0)
    assert found["signaling_share_pct"] == pytest.approx(0.2)
    assert found["recovery_p95_ms"] is None
