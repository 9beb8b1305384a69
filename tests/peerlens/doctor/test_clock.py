"""Clocks that are apart, and by how much that matters."""

import pytest

from peerlens.doctor import clock, turn_clock
from peerlens.doctor.finding import Level
from peerlens.doctor.turn_clock import YEARS_S, TurnClockReading


@pytest.mark.parametrize(
    ("offset_s", "level"),
    [
        (0.0, Level.OK),
        (-5.0, Level.OK),
        (5.1, Level.WARNING),
        (-60.0, Level.WARNING),
        (61.0, Level.PROBLEM),
        (-86_400.0, Level.PROBLEM),
    ],
)
def test_levels(offset_s: float, level: Level) -> None:
    [found] = clock.judge(offset_s, "the server")
    assert found.level is level
    assert found.figures["offset_s"] == offset_s


def test_the_direction_and_the_size_are_told() -> None:
    assert "is 90 s ahead of this machine's" in clock.judge(90.0, "x")[0].what
    assert "is 10 minutes behind this machine's" in clock.judge(-600.0, "x")[0].what
    assert "is 3 days ahead of" in clock.judge(3 * 86_400.0, "x")[0].what
    assert clock.judge(None, "x") == []


ENDS_S = (-60.0, -5.0, 8.0, 63.0, 600.0, YEARS_S)


@pytest.mark.parametrize(
    ("first_taken_s", "finding_id", "level"),
    [
        (-60.0, "clock.turn-off", Level.PROBLEM),
        (-5.0, "clock.turn-off", Level.WARNING),
        (8.0, "clock.turn-right", Level.OK),
        (63.0, "clock.turn-off", Level.WARNING),
        (600.0, "clock.turn-off", Level.PROBLEM),
        (YEARS_S, "clock.turn-off", Level.PROBLEM),
    ],
)
def test_a_turn_server_tells_by_what_it_takes(
    first_taken_s: float, finding_id: str, level: Level
) -> None:
    takes = {end_s: end_s >= first_taken_s for end_s in ENDS_S}
    [found] = turn_clock.judge(TurnClockReading("turn:a", takes))
    assert (found.id, found.level) == (finding_id, level)


def test_a_turn_server_that_takes_nothing_tells_nothing() -> None:
    takes = dict.fromkeys(ENDS_S, False)
    assert turn_clock.judge(TurnClockReading("turn:a", takes)) == []
