"""Old pictures limit the throttle."""

import pytest

from gateway.drive.interlock import FRESH_AGAIN_MS, Interlock
from gateway.drive.settings import InterlockSettings

SETTINGS = InterlockSettings(slow_above_ms=150, slow_throttle=0.3, refuse_above_ms=400)


@pytest.mark.parametrize(
    ("age_ms", "throttle", "passes", "reason"),
    [
        (0.0, 1.0, 1.0, None),
        (150.0, -1.0, -1.0, None),
        (150.1, 1.0, 0.3, "slow-video"),
        (150.1, -1.0, -0.3, "slow-video"),
        (150.1, 0.2, 0.2, None),
        (400.0, 1.0, 0.3, "slow-video"),
        (400.1, 0.1, 0.0, "stale-video"),
        (400.1, 0.0, 0.0, None),
        (None, -0.4, 0.0, "stale-video"),
    ],
)
def test_limits_by_age(
    age_ms: float | None, throttle: float, passes: float, reason: str | None
) -> None:
    assert Interlock(SETTINGS).limit(throttle, age_ms, 0.0) == (passes, reason)


def test_full_speed_comes_back_when_the_video_has_been_fresh_for_a_while() -> None:
    interlock = Interlock(SETTINGS)
    assert interlock.limit(1.0, 500.0, 0.0) == (0.0, "stale-video")
    assert interlock.limit(1.0, 40.0, 10.0) == (0.3, "slow-video")
    assert interlock.limit(1.0, 40.0, 10.0 + FRESH_AGAIN_MS - 1) == (0.3, "slow-video")
    assert interlock.limit(1.0, 200.0, 10.0 + FRESH_AGAIN_MS) == (0.3, "slow-video")
    assert interlock.limit(1.0, 40.0, 1_000.0) == (0.3, "slow-video")
    assert interlock.limit(1.0, 40.0, 1_000.0 + FRESH_AGAIN_MS) == (1.0, None)


def test_it_gets_worse_at_once() -> None:
    interlock = Interlock(SETTINGS)
    assert interlock.limit(1.0, 40.0, 0.0) == (1.0, None)
    assert interlock.limit(1.0, 160.0, 1.0) == (0.3, "slow-video")
    assert interlock.limit(1.0, None, 2.0) == (0.0, "stale-video")


def test_limits_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(ValueError, match="refuse_above_ms to be no less than slow_above_ms"):
        InterlockSettings(slow_above_ms=500, refuse_above_ms=400)
