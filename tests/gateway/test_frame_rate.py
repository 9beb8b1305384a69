import pytest

from gateway.frame_rate import FrameRate


def test_mean_over_the_last_frames() -> None:
    rate = FrameRate()
    assert rate.fps is None
    for number in range(100):
        rate.add(number / 10)
    for number in range(40):
        rate.add(10 + number / 25)
    assert rate.fps == pytest.approx(25)


def test_unknown_again_after_reset_and_with_a_clock_that_stands() -> None:
    rate = FrameRate()
    rate.add(1.0)
    rate.add(1.0)
    assert rate.fps is None
    rate.reset()
    assert rate.fps is None


def test_first_burst_is_not_believed() -> None:
    rate = FrameRate()
    for number in range(4):
        rate.add(number / 110)
    assert rate.fps is None
    for number in range(1, 20):
        rate.add(number / 30)
    assert rate.fps == pytest.approx(33, abs=3)


def test_fast_cameras_are_known_once_the_window_is_full() -> None:
    rate = FrameRate()
    for number in range(40):
        rate.add(number / 120)
    assert rate.fps == pytest.approx(120)
