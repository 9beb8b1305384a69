"""When an output tries again, in made-up time."""

import pytest

from gateway.output.errors import BadAnswer, ConnectionLost, OutputError, Refused, Unreachable
from gateway.output.retry import (
    FIRST_S,
    MOST_RETRY_AFTER_S,
    MOST_S,
    RARELY_S,
    STABLE_S,
    Retry,
)
from tests.support.clock import Clock

DOWN = Unreachable("down")


def test_delays_double_up_to_a_limit_and_are_random() -> None:
    clock, firsts = Clock(), set()
    for _ in range(20):
        retry, most_s = Retry(), FIRST_S
        for _ in range(10):
            delay_s = retry.delay_s(DOWN, clock())
            assert most_s / 2 <= delay_s <= most_s
            clock.advance(delay_s)
            if most_s == FIRST_S:
                firsts.add(delay_s)
            most_s = min(2 * most_s, MOST_S)
    assert len(firsts) > 10


@pytest.mark.parametrize(("live_s", "grows"), [(STABLE_S - 0.1, True), (STABLE_S, False)])
def test_only_a_session_that_held_starts_the_delays_anew(live_s: float, grows: bool) -> None:
    clock, retry = Clock(), Retry()
    for _ in range(6):
        retry.delay_s(DOWN, clock())
    retry.live(clock())
    clock.advance(live_s)
    delay_s = retry.delay_s(ConnectionLost("lost"), clock())
    assert (delay_s > FIRST_S) is grows


def test_a_session_is_counted_once() -> None:
    clock, retry = Clock(), Retry()
    retry.live(clock())
    clock.advance(100)
    retry.delay_s(DOWN, clock())
    clock.advance(100)
    assert retry.delay_s(DOWN, clock()) >= FIRST_S


@pytest.mark.parametrize("error", [Refused("401"), BadAnswer("garbage")])
def test_what_needs_a_person_is_tried_rarely(error: OutputError) -> None:
    clock, retry = Clock(), Retry()
    for _ in range(5):
        assert RARELY_S / 2 <= retry.delay_s(error, clock()) <= RARELY_S
    assert retry.delay_s(DOWN, clock()) <= FIRST_S, "it was not a server that is down"


def test_a_refusal_of_what_has_worked_is_tried_again_soon() -> None:
    clock, retry = Clock(), Retry()
    retry.live(clock())
    clock.advance(STABLE_S)
    delays_s = [retry.delay_s(Refused("403: in use already"), clock()) for _ in range(8)]
    assert delays_s[0] <= FIRST_S
    assert MOST_S / 2 <= delays_s[-1] <= MOST_S


@pytest.mark.parametrize(
    ("asked_s", "least_s", "most_s"),
    [
        (45.0, 45.0, 45.0),
        (0.0, FIRST_S / 2, FIRST_S),
        (1e9, MOST_RETRY_AFTER_S, MOST_RETRY_AFTER_S),
    ],
)
def test_a_server_may_ask_for_a_delay(asked_s: float, least_s: float, most_s: float) -> None:
    delay_s = Retry().delay_s(Unreachable("busy", asked_s), Clock()())
    assert least_s <= delay_s <= most_s
