"""The arithmetic of the benchmarks."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.errors import BenchError
from bench.figures import (
    frames_lost,
    line_through,
    percentile,
    ratio,
    report,
    rounded,
    table,
)

FINITE = st.floats(-1e6, 1e6)


def test_percentile_is_the_nearest_rank() -> None:
    values = [5.0, 1.0, 3.0, 2.0, 4.0]
    assert [percentile(values, p) for p in (0, 20, 50, 95, 100)] == [1.0, 1.0, 3.0, 5.0, 5.0]


@given(st.lists(FINITE, min_size=1), st.floats(0.0, 100.0))
def test_percentile_is_one_of_the_values(values: list[float], percent: float) -> None:
    assert percentile(values, percent) in values


def test_percentile_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)


@given(st.floats(-100, 100), st.floats(-100, 100), st.sets(st.integers(0, 500), min_size=2))
def test_line_is_found_again(slope: float, intercept: float, places: set[int]) -> None:
    found = line_through([(x, slope * x + intercept) for x in places])
    assert found == pytest.approx((slope, intercept), abs=1e-6)


@pytest.mark.parametrize("points", [[], [(1.0, 2.0)], [(1.0, 2.0), (1.0, 3.0)]])
def test_line_needs_two_places(points: list[tuple[float, float]]) -> None:
    with pytest.raises(ValueError, match="two places"):
        line_through(points)


def test_lost_frames_are_those_missing_in_between() -> None:
    every = [1_000_000.0 + round(i * 1_000 / 30) for i in range(90)]
    assert frames_lost(every, 30) == 0
    assert frames_lost([*every[:40], *every[45:]], 30) == 5
    assert frames_lost([*every, every[-1]], 30) == 0
    assert frames_lost([], 30) == 0


def test_ratio_to_nothing_is_infinite() -> None:
    assert ratio(1.0, 4.0) == 0.25
    assert ratio(1.0, 0.0) == float("inf")


def test_table_lines_up() -> None:
    text = table(("name", "ms"), [("a", 1), ("long name", 22.5)])
    assert text.splitlines() == ["name         ms", "a             1", "long name  22.5"]


def test_json_keeps_keys_and_nulls() -> None:
    line = rounded({"a": 1.23456, "b": None, "c": 3})
    assert "\n" not in line
    assert json.loads(line) == {"a": 1.235, "b": None, "c": 3}


def test_failure_is_one_message(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise BenchError("nothing came")

    with pytest.raises(SystemExit) as stopped:
        report(fail)
    assert stopped.value.code == 1
    assert capsys.readouterr().err == "error: nothing came\n"
