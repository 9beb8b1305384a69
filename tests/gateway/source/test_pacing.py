import pytest

from gateway.source.pacing import MAX_LAG_S, Pacer


def test_waits_for_each_timestamp() -> None:
    pacer = Pacer(100.0, 0.04)
    assert pacer.wait_s(100.0, 5.0) == 0.0
    assert pacer.wait_s(100.01, 5.04) == pytest.approx(0.03)
    assert pacer.wait_s(100.04, 5.5) == pytest.approx(0.46)


def test_a_missing_or_stuck_timestamp_is_one_interval() -> None:
    pacer = Pacer(0.0, 0.04)
    assert pacer.wait_s(0.0, None) == 0.0
    assert pacer.wait_s(0.0, None) == pytest.approx(0.04)
    assert pacer.wait_s(0.0, 0.04) == pytest.approx(0.08)
    assert pacer.wait_s(0.0, 0.01) == pytest.approx(0.12)


def test_a_little_lag_is_caught_up() -> None:
    pacer = Pacer(0.0, 0.04)
    pacer.wait_s(0.0, 0.0)
    assert pacer.wait_s(0.3, 0.04) == 0.0
    assert pacer.wait_s(0.3, 0.40) == pytest.approx(0.1)


def test_a_large_lag_is_not() -> None:
    pacer = Pacer(0.0, 0.04)
    pacer.wait_s(0.0, 0.0)
    late_s = 1.0 + MAX_LAG_S
    assert pacer.wait_s(late_s, 0.04) == 0.0
    assert pacer.wait_s(late_s, 0.08) == pytest.approx(0.04)
