"""The arithmetic of memory, and one real look at a process."""

import sys

import pytest

from bench.memory import FULL, MB, Held, growth_mb_per_1000_joins, held, mb_per_viewer
from bench.processes import child


def at(viewers: int, megabytes: float) -> Held:
    return Held(viewers, round(megabytes * MB), 10, 4)


def test_memory_per_viewer_is_the_slope() -> None:
    assert mb_per_viewer([at(10, 80), at(40, 86), at(70, 92)]) == pytest.approx(0.2)


def test_growth_is_scaled_to_a_thousand_joins() -> None:
    assert growth_mb_per_1000_joins([at(20, 100 + n) for n in range(5)]) == pytest.approx(50.0)
    assert growth_mb_per_1000_joins([at(20, 100)] * 5) == pytest.approx(0.0)


def test_the_full_run_is_a_thousand_joins() -> None:
    assert FULL.joins == 1_000


def test_memory_of_a_process_is_seen() -> None:
    code = "held = bytearray(50_000_000); print('ready', flush=True); input()"
    with child("holding", [sys.executable, "-c", code], pipes=True) as started:
        assert started.popen.stdout is not None
        assert started.popen.stdout.readline() == "ready\n"
        seen = held(started, 3)
    assert 50 * MB < seen.uss < 200 * MB
    assert seen.viewers == 3
    assert seen.descriptors >= 3
    assert seen.threads >= 1
