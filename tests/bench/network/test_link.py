"""The model of a link: what must hold for any settings and any packets."""

import math
from itertools import accumulate, pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.network.link import Link, OneWay

NEARLY_S = 1e-6
"""What sums of floats may be off by."""


@st.composite
def one_ways(draw: st.DrawFn, /, **fixed: Any) -> OneWay:
    delay_ms = draw(st.floats(0.0, 300.0))
    fields = {
        "delay_ms": delay_ms,
        "jitter_ms": draw(st.floats(0.0, delay_ms)),
        "loss": draw(st.floats(0.0, 1.0)),
        "rate_kbps": draw(st.none() | st.floats(10.0, 100_000.0)),
        "queue_ms": draw(st.floats(0.0, 1_000.0)),
        "reorders": draw(st.booleans()),
    }
    return OneWay(**{**fields, **fixed})


@st.composite
def packets(draw: st.DrawFn) -> list[tuple[int, float]]:
    """Sizes and times, the times never falling."""
    sizes = draw(st.lists(st.integers(20, 1_500), min_size=1, max_size=60))
    gaps = draw(
        st.lists(st.just(0.0) | st.floats(0.0, 0.2), min_size=len(sizes), max_size=len(sizes))
    )
    return list(zip(sizes, accumulate(gaps, initial=gaps.pop()), strict=True))


def through(link: Link, sent: list[tuple[int, float]]) -> list[float | None]:
    return [link.arrival_s(size, now_s) for size, now_s in sent]


def line_s(one_way: OneWay, size_bytes: int) -> float:
    return size_bytes * 8 / (one_way.rate_kbps * 1_000) if one_way.rate_kbps else 0.0


@given(one_ways(), packets(), st.integers())
def test_same_seed_same_fate(one_way: OneWay, sent: list[tuple[int, float]], seed: int) -> None:
    assert through(Link(one_way, seed), sent) == through(Link(one_way, seed), sent)


@given(one_ways(), packets())
def test_arrives_within_what_delay_and_queue_allow(
    one_way: OneWay, sent: list[tuple[int, float]]
) -> None:
    for (size, now_s), arrival_s in zip(sent, through(Link(one_way), sent), strict=True):
        if arrival_s is not None:
            at_least_ms = one_way.delay_ms - one_way.jitter_ms
            at_most_ms = one_way.queue_ms + one_way.delay_ms + one_way.jitter_ms
            taken_s = arrival_s - now_s - line_s(one_way, size)
            assert at_least_ms / 1_000 - NEARLY_S <= taken_s <= at_most_ms / 1_000 + NEARLY_S


@given(one_ways(reorders=False), one_ways(reorders=False), packets(), packets())
def test_keeps_order_even_when_it_changes(
    first: OneWay, second: OneWay, sent: list[tuple[int, float]], later: list[tuple[int, float]]
) -> None:
    link = Link(first)
    arrivals = through(link, sent)
    link.one_way = second
    arrivals += through(link, [(size, sent[-1][1] + now_s) for size, now_s in later])
    arrived = [arrival_s for arrival_s in arrivals if arrival_s is not None]
    assert all(one <= other for one, other in pairwise(arrived))


@given(one_ways(loss=0.0, jitter_ms=0.0), packets())
def test_passes_no_more_than_its_rate(one_way: OneWay, sent: list[tuple[int, float]]) -> None:
    passed = [
        (arrival_s, size)
        for (size, _), arrival_s in zip(sent, through(Link(one_way), sent), strict=True)
        if arrival_s is not None
    ]
    for (one_s, _), (other_s, size) in pairwise(passed):
        assert other_s - one_s >= line_s(one_way, size) - NEARLY_S


@given(one_ways(), packets())
def test_every_packet_is_counted_once(one_way: OneWay, sent: list[tuple[int, float]]) -> None:
    link = Link(one_way)
    arrivals = through(link, sent)
    counters = link.counters
    assert counters.passed == sum(arrival_s is not None for arrival_s in arrivals)
    assert counters.passed + counters.lost + counters.overflowed == len(sent)


@given(one_ways(loss=0.0, rate_kbps=None), packets())
def test_drops_nothing_without_loss_and_rate(
    one_way: OneWay, sent: list[tuple[int, float]]
) -> None:
    assert None not in through(Link(one_way), sent)


@given(one_ways(loss=1.0), packets())
def test_passes_nothing_when_all_is_lost(one_way: OneWay, sent: list[tuple[int, float]]) -> None:
    assert set(through(Link(one_way), sent)) == {None}


@pytest.mark.parametrize("loss", [0.01, 0.05, 0.3])
def test_loses_the_part_that_it_says(loss: float) -> None:
    count = 20_000
    link = Link(OneWay(loss=loss))
    through(link, [(100, 0.0)] * count)
    deviation = math.sqrt(count * loss * (1.0 - loss))
    assert link.counters.lost == pytest.approx(count * loss, abs=4 * deviation)


def test_jitter_may_reorder_only_when_asked() -> None:
    sent = [(100, number / 1_000) for number in range(200)]
    for reorders in (False, True):
        arrivals = through(Link(OneWay(delay_ms=50, jitter_ms=50, reorders=reorders)), sent)
        in_order = all(one <= other for one, other in pairwise(filter(None, arrivals)))
        assert in_order is not reorders


def test_queue_is_bounded_and_drains() -> None:
    link = Link(OneWay(rate_kbps=8.0, queue_ms=150.0))  # a byte a millisecond
    assert [link.arrival_s(100, 0.0) for _ in range(4)] == [0.1, 0.2, None, None]
    assert link.arrival_s(100, 0.06) == pytest.approx(0.3)
    assert link.arrival_s(100, 1.0) == pytest.approx(1.1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"delay_ms": -1.0},
        {"delay_ms": 1.0, "jitter_ms": 2.0},
        {"loss": 1.5},
        {"rate_kbps": 0.0},
        {"queue_ms": -1.0},
    ],
)
def test_refuses_what_no_link_can_do(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=rf"{list(wrong)[-1]}.*: expected"):
        OneWay(**wrong)  # type: ignore[arg-type]
