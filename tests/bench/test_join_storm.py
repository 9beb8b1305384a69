"""What join_storm makes of its storms."""

import dataclasses

import pytest

from bench.errors import NoMeasurement
from bench.join_storm import Arrivals, Outcome, figures
from bench.load import Storm
from tests.bench.test_fanout import WINDOW

STORM = Storm(
    joined_s=(0.1, 0.2, 0.3, 0.4),
    watching_s=1.0,
    failed=1,
    failure="TimeoutError: ",
    seconds=0.5,
    generator_cpu_pct=30.0,
)


def outcome(cpu_s: float, storm: Storm = STORM) -> Outcome:
    return Outcome("x", Arrivals(5, None), storm, WINDOW, cpu_s)


def test_times_and_cpu_are_of_those_who_joined() -> None:
    one = outcome(0.04)
    assert [one.joined_ms(p) for p in (50, 95, 100)] == pytest.approx([200.0, 400.0, 400.0])
    assert one.cpu_ms_per_join == pytest.approx(10.0)
    assert outcome(-0.01).cpu_ms_per_join == 0.0


def test_arrivals_in_words() -> None:
    assert str(Arrivals(5, None)) == "at once"
    assert str(Arrivals(5, 10.0)) == "10 a second"


def test_nobody_is_no_measurement() -> None:
    nobody = outcome(0.0, dataclasses.replace(STORM, joined_s=()))
    with pytest.raises(NoMeasurement, match=r"x: nobody joined \(TimeoutError"):
        nobody.joined_ms(50)


def test_figures_compare_like_with_like() -> None:
    slow = dataclasses.replace(STORM, joined_s=(0.8, 0.8, 0.8, 0.8))
    found = figures(outcome(0.2, slow), outcome(0.1), outcome(0.4), outcome(0.4))
    assert found["ratio"] == pytest.approx(0.5)
    assert found["baseline_few_cpu_ms_per_join"] == pytest.approx(50.0)
    assert found["failed"] == 1
