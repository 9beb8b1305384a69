import math
import random

import pytest

from gateway.source.device_clock import DeviceClock

FRAME_S = 1 / 25


def play(
    clock: DeviceClock,
    *,
    start_s: float = 1_000.0,
    boot_s: float = 990.0,
    frames: int = 250,
    drift: float = 0.0,
    seed: int = 1,
    period_s: float = math.inf,
) -> list[tuple[float, float, float]]:
    """Return (taken, arrival, estimate) of frames over a network with 2 to 60 ms of delay."""
    rng = random.Random(seed)
    seen, arrival_s = [], 0.0
    for index in range(frames):
        taken_s = start_s + index * FRAME_S
        arrival_s = max(arrival_s, taken_s + 0.002 + rng.expovariate(100) % 0.058)
        device_s = (taken_s - boot_s) * (1 + drift) % period_s
        seen.append((taken_s, arrival_s, clock.capture_s(arrival_s, device_s)))
    return seen


def check_order(seen: list[tuple[float, float, float]]) -> None:
    before_s = -math.inf
    for _, arrival_s, capture_s in seen:
        assert before_s <= capture_s <= arrival_s
        before_s = capture_s


def worst_s(seen: list[tuple[float, float, float]], skip: int = 25) -> float:
    """Return how far the intervals between estimates are from the true ones, at worst."""
    errors = [capture_s - taken_s for taken_s, _, capture_s in seen[skip:]]
    return max(errors) - min(errors)


def test_without_stamps_capture_is_arrival() -> None:
    clock = DeviceClock()
    assert [clock.capture_s(at) for at in (1.0, 1.5, 1.5, 2.0)] == [1.0, 1.5, 1.5, 2.0]


def test_removes_the_jitter_of_the_network() -> None:
    seen = play(DeviceClock())
    check_order(seen)
    arrivals = [arrival_s - taken_s for taken_s, arrival_s, _ in seen]
    assert max(arrivals) - min(arrivals) > 0.04
    assert worst_s(seen) < 0.002


@pytest.mark.parametrize("drift", [-200e-6, 200e-6])
def test_follows_a_drifting_clock(drift: float) -> None:
    seen = play(DeviceClock(), frames=25 * 600, drift=drift, boot_s=-1e6)
    check_order(seen)
    # 0.2 ms a second over ten minutes would be 120 ms; the window forgets within ten seconds.
    assert worst_s(seen) < 0.008


def test_a_reboot_starts_anew() -> None:
    clock = DeviceClock()
    first = play(clock)
    second = play(clock, start_s=1_020.0, boot_s=1_019.0, seed=2)
    check_order(first + second)
    assert worst_s(second) < 0.004
    assert second[-1][1] - second[-1][2] < 0.07


@pytest.mark.parametrize("period_s", [2**32 / 1_000, 2**32 / 1_000_000])
def test_a_counter_of_32_bits_may_wrap(period_s: float) -> None:
    clock = DeviceClock()
    # The wrap comes after half of the frames.
    seen = play(clock, boot_s=1_000.0 + 5.0 - period_s, period_s=period_s)
    check_order(seen)
    assert worst_s(seen) < 0.002


def test_a_long_pause_between_frames_is_no_age() -> None:
    clock = DeviceClock()
    play(clock)
    seen = play(clock, start_s=4_000.0)
    check_order(seen)
    assert worst_s(seen) < 0.004


@pytest.mark.parametrize(
    "stamp", [math.nan, math.inf, -math.inf, -1.0, 1e300, 0.0, 1e9, 989.0, 17.0]
)
def test_one_nonsense_stamp_does_little_harm(stamp: float) -> None:
    clock = DeviceClock()
    first = play(clock)
    arrival_s = first[-1][1] + 0.001
    assert first[-1][2] <= clock.capture_s(arrival_s, stamp) <= arrival_s
    second = play(clock, start_s=1_011.0)
    check_order(second)
    assert all(arrival_s - capture_s < 0.1 for _, arrival_s, capture_s in second)


@pytest.mark.parametrize("rate", [0.0, 0.001, 0.5, 2.0, 1000.0])
def test_a_clock_of_the_wrong_speed_is_never_far_behind(rate: float) -> None:
    clock = DeviceClock()
    seen = []
    for index in range(1_000):
        at = 50.0 + index * FRAME_S
        seen.append((at, at, clock.capture_s(at, (at - 40.0) * rate)))
    check_order(seen)
    assert all(arrival_s - capture_s <= 5.0 for _, arrival_s, capture_s in seen)


def test_a_clock_of_whole_seconds_keeps_frames_apart() -> None:
    clock = DeviceClock()
    seen = []
    for index in range(500):
        at = 50.3 + index * FRAME_S
        seen.append((at, at, clock.capture_s(at, float(int(at)))))
    check_order(seen)
    assert max(arrival_s - capture_s for _, arrival_s, capture_s in seen) < 1.0


def test_random_stamps_keep_the_order() -> None:
    rng = random.Random(9)
    clock, seen, at = DeviceClock(), [], 0.0
    for _ in range(5_000):
        at += rng.choice([0.0, 0.001, FRAME_S, 3.0])
        stamp = rng.choice([rng.uniform(0, 10), rng.uniform(0, 5e6), at, at + 7, None])
        seen.append((at, at, clock.capture_s(at, stamp)))
    check_order(seen)
