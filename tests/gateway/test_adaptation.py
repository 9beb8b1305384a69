"""Which quality a network gets: scripted networks, and any sequence of reports at all."""

import random
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gateway.adaptation import (
    CALM_S,
    MOST_CALM_S,
    SETTLE_S,
    TRIAL_ASKED,
    TRIAL_ASKED_S,
    TRIAL_S,
    Adaptation,
)

RATES = (1_500_000, 600_000, 195_000)


def calm(adaptation: Adaptation, from_s: float, to_s: float, bps: int = 1_500_000) -> None:
    """A second at a time on a network that carries everything."""
    now_s = from_s
    while now_s < to_s:
        adaptation.estimated(bps, bps, now_s)
        adaptation.lost(150, 0.0, bps, now_s)
        adaptation.round_trip(0.02, bps, now_s)
        adaptation.pass_time(now_s)
        now_s += 1.0


def test_begins_with_the_best_and_stays_on_a_good_network() -> None:
    adaptation = Adaptation(RATES, 0.0)
    calm(adaptation, 0.0, 600.0)
    assert adaptation.rung == 0


def test_a_small_estimate_alone_is_no_evidence() -> None:
    adaptation = Adaptation(RATES, 0.0)
    adaptation.estimated(100_000, 50_000, 1.0)
    adaptation.estimated(108_000, 1_400_000, 2.0)
    adaptation.estimated(116_000, 1_400_000, 3.0)
    assert adaptation.rung == 0


def test_an_estimate_that_falls_below_what_is_sent_is_obeyed_at_once() -> None:
    adaptation = Adaptation(RATES, 0.0)
    adaptation.estimated(2_000_000, 1_400_000, 1.0)
    adaptation.estimated(800_000, 1_400_000, 1.1)
    assert adaptation.rung == 1


def test_an_estimate_of_nothing_and_of_a_terabit_change_no_more_than_others() -> None:
    adaptation = Adaptation(RATES, 0.0)
    adaptation.estimated(10**12, 1_400_000, 1.0)
    assert adaptation.rung == 0
    adaptation.estimated(0, 1_400_000, 2.0)
    assert adaptation.rung == 2


def test_much_loss_leads_to_what_still_came_through() -> None:
    adaptation = Adaptation(RATES, 0.0)
    adaptation.lost(100, 0.8, 1_500_000, 1.0)
    assert adaptation.rung == 2


def test_a_lossy_radio_link_is_no_full_one() -> None:
    adaptation = Adaptation(RATES, 0.0)
    for second in range(60):
        adaptation.lost(150, 0.05, 1_500_000, float(second))
        adaptation.pass_time(float(second))
    assert adaptation.rung == 0


def test_chance_does_not_make_a_lossy_radio_link_a_full_one() -> None:
    adaptation, chance = Adaptation(RATES, 0.0), random.Random(1)
    now_s = 0.0
    for _ in range(3_000):
        # As browsers do: reports of a few packets, many a second.
        packets = chance.randint(2, 40)
        lost = sum(chance.random() < 0.03 for _ in range(packets))
        now_s += packets / 150
        adaptation.lost(packets, lost / packets, 1_500_000, now_s)
    assert adaptation.rung == 0


def test_a_little_too_much_is_found_in_many_packets_and_grave_loss_in_few() -> None:
    adaptation = Adaptation(RATES, 0.0)
    for number in range(14):
        adaptation.lost(10, 0.2, 1_500_000, 1.0 + number / 10)
        assert adaptation.rung == 0
    adaptation.lost(10, 0.2, 1_500_000, 2.4)
    assert adaptation.rung == 1
    fresh = Adaptation(RATES, 0.0)
    fresh.lost(10, 0.5, 1_500_000, 1.0)
    fresh.lost(10, 0.5, 1_500_000, 1.1)
    assert fresh.rung == 1


def test_one_of_few_packets_lost_says_nothing() -> None:
    adaptation = Adaptation(RATES, 0.0)
    adaptation.lost(4, 0.25, 1_500_000, 1.0)
    assert adaptation.rung == 0
    adaptation.lost(16, 0.0, 1_500_000, 2.0)
    assert adaptation.rung == 0


def test_a_round_trip_that_grows_is_a_queue() -> None:
    adaptation = Adaptation(RATES, 0.0)
    adaptation.round_trip(0.04, 1_500_000, 1.0)
    adaptation.round_trip(0.15, 1_500_000, 2.0)
    assert adaptation.rung == 0
    adaptation.round_trip(0.50, 1_500_000, 3.0)
    assert adaptation.rung == 1


def test_a_path_that_is_longer_for_good_is_believed_after_a_while() -> None:
    adaptation = Adaptation(RATES, 0.0)
    adaptation.round_trip(0.1, 1_500_000, 0.0)
    for second in range(1, 120):
        adaptation.round_trip(0.3, 1_500_000, float(second))
        adaptation.pass_time(float(second))
    assert adaptation.rung == 0


def test_a_fall_is_given_time_before_the_next() -> None:
    adaptation = Adaptation(RATES, 0.0)
    adaptation.lost(100, 0.5, 1_500_000, 1.0)
    assert adaptation.rung == 1
    adaptation.lost(100, 0.5, 600_000, 1.0 + SETTLE_S / 2)
    assert adaptation.rung == 1
    adaptation.lost(100, 0.5, 600_000, 1.0 + SETTLE_S)
    assert adaptation.rung == 2


def test_climbs_a_rung_at_a_time_after_a_calm_time() -> None:
    adaptation = Adaptation(RATES, 0.0)
    adaptation.lost(100, 0.9, 1_500_000, 0.0)
    calm(adaptation, 1.0, CALM_S - 0.5)
    assert adaptation.rung == 2
    calm(adaptation, CALM_S, CALM_S + 1)
    assert adaptation.rung == 1
    calm(adaptation, CALM_S + 1, 2 * CALM_S + 2)
    assert adaptation.rung == 0


def test_climbs_that_fail_become_rare() -> None:
    adaptation = Adaptation(RATES, 0.0)
    adaptation.lost(100, 0.9, 1_500_000, 0.0)
    climbs = []
    for second in range(1, 1_000):
        now_s = float(second)
        adaptation.pass_time(now_s)
        if adaptation.rung < 2:
            climbs.append(now_s)
            adaptation.lost(100, 0.5, 600_000, now_s + 0.5)
            assert adaptation.rung == 2
    gaps = [later - earlier for earlier, later in pairwise(climbs)]
    assert gaps == sorted(gaps)
    assert len(climbs) < 15
    assert max(gaps) <= MOST_CALM_S + 2


def test_a_trial_ends_as_soon_as_many_packets_are_asked_for_again() -> None:
    adaptation = Adaptation(RATES, 0.0)
    adaptation.lost(100, 0.9, 1_500_000, 0.0)
    adaptation.asked_again(100, 1.0)
    adaptation.pass_time(10.0)
    assert adaptation.rung == 1
    adaptation.asked_again(TRIAL_ASKED - 1, 10.1)
    adaptation.asked_again(TRIAL_ASKED - 1, 10.2 + TRIAL_ASKED_S)
    assert adaptation.rung == 1
    adaptation.asked_again(1, 10.3 + TRIAL_ASKED_S)
    assert adaptation.rung == 2
    adaptation.pass_time(10.3 + TRIAL_ASKED_S + 2 * CALM_S - 0.5)
    assert adaptation.rung == 2


def test_a_climb_that_holds_makes_the_next_one_soon_again() -> None:
    adaptation = Adaptation(RATES, 0.0)
    adaptation.lost(100, 0.9, 1_500_000, 0.0)
    for second in (10.0, 30.0):
        adaptation.pass_time(second)
        assert adaptation.rung == 1
        adaptation.lost(100, 0.5, 600_000, second + 0.5)
    calm(adaptation, 31.0, 31.0 + 4 * CALM_S + TRIAL_S + CALM_S + 5)
    assert adaptation.rung == 0


def test_a_driver_holds_on_longer() -> None:
    viewer, driver = Adaptation(RATES, 0.0), Adaptation(RATES, 0.0)
    driver.grace_s = 1.0
    for now_s in (1.0, 1.5):
        for adaptation in (viewer, driver):
            adaptation.lost(100, 0.5, 1_500_000, now_s)
    assert (viewer.rung, driver.rung) == (1, 0)
    driver.lost(100, 0.5, 1_500_000, 2.0)
    assert driver.rung == 1


def test_one_rung_is_never_left() -> None:
    adaptation = Adaptation((90_000,), 0.0)
    adaptation.lost(1_000, 1.0, 90_000, 1.0)
    calm(adaptation, 2.0, 60.0)
    assert adaptation.rung == 0


REPORTS = st.lists(
    st.tuples(
        st.sampled_from(["estimated", "lost", "round_trip", "pass_time"]),
        st.integers(0, 10**12),
        st.floats(0.0, 1.0),
        st.floats(0.0, 1e4),
        st.floats(0.0, 5.0),
    ),
    max_size=60,
)


@given(REPORTS, st.floats(0.0, 2.0))
def test_whatever_comes_there_is_a_rung(
    reports: list[tuple[str, int, float, float, float]], grace_s: float
) -> None:
    adaptation = Adaptation(RATES, 0.0)
    adaptation.grace_s = grace_s
    now_s = 0.0
    for kind, number, fraction, seconds, step_s in reports:
        now_s += step_s
        before = adaptation.rung
        if kind == "estimated":
            adaptation.estimated(number, seconds * 1_000, now_s)
        elif kind == "lost":
            adaptation.lost(1 + number % 5_000, fraction, seconds * 1_000, now_s)
        elif kind == "round_trip":
            adaptation.round_trip(seconds, seconds * 1_000, now_s)
        else:
            adaptation.pass_time(now_s)
        assert 0 <= adaptation.rung < len(RATES)
        assert adaptation.rung >= before - 1
