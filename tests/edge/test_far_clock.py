"""Comparing clocks: what a time of the far end is by this machine's clock."""

import pytest

from edge.far_clock import REMEMBERED, FarClock
from protocol.messages import Synced

AHEAD_MS = 3_600_000.0
"""The far clock is an hour ahead."""


def exchange(clock: FarClock, at_ms: float, there_ms: float, back_ms: float) -> None:
    """One exchange that begins at ``at_ms`` and takes so long each way."""
    arrived_ms = at_ms + there_ms + AHEAD_MS
    clock.heard(Synced(at_ms, arrived_ms, arrived_ms + 1), at_ms + there_ms + 1 + back_ms)


def test_before_the_first_exchange_a_picture_is_from_now() -> None:
    assert FarClock().near_ms(5.0, 1_000.0) == 1_000.0


def test_an_hours_difference_is_taken_out() -> None:
    clock = FarClock()
    exchange(clock, 1_000.0, 10, 10)
    assert clock.near_ms(AHEAD_MS + 1_500.0, 2_000.0) == pytest.approx(1_500.0)


def test_the_quickest_of_the_last_exchanges_counts() -> None:
    clock = FarClock()
    exchange(clock, 1_000.0, 5, 5)
    for number in range(REMEMBERED - 1):
        exchange(clock, 2_000.0 + 1_000 * number, 300, 5)
    assert clock.round_trip_ms == pytest.approx(10)
    assert clock.near_ms(AHEAD_MS + 9_000.0, 20_000.0) == pytest.approx(9_000.0)
    exchange(clock, 30_000.0, 300, 5)
    assert clock.round_trip_ms == pytest.approx(305), "the first one is forgotten"


def test_nothing_is_from_the_future() -> None:
    clock = FarClock()
    exchange(clock, 1_000.0, 0, 100)
    assert clock.near_ms(AHEAD_MS + 5_000.0, 4_000.0) == 4_000.0


def test_a_clock_that_was_set_meanwhile_is_learned_anew() -> None:
    clock = FarClock()
    exchange(clock, 1_000.0, 5, 5)
    clock.heard(Synced(2_000.0, 10.0, 10.0), 1_000.0)
    assert clock.round_trip_ms is None
    assert clock.near_ms(5.0, 1_000.0) == 1_000.0
