import pytest

from gateway.motion.weather import MOST, REMEMBERED_S, Weather


def test_few_pieces_are_no_weather() -> None:
    weather = Weather()
    assert [weather.factor(count, count / 15) for count in range(13)] == [1.0] * 13


def test_the_fuller_the_picture_the_larger_is_asked_for() -> None:
    factors = [Weather().factor(count, 0.0) for count in (12, 24, 48, 1_000)]
    assert factors == [1.0, 3.0, 7.0, MOST]


def test_it_is_remembered_for_a_while() -> None:
    weather = Weather()
    assert weather.factor(48, 10.0) == 7.0
    assert weather.factor(0, 10.1) == pytest.approx(7.0, abs=0.5)
    assert weather.factor(0, 10.1 + 4 * REMEMBERED_S) == 1.0
