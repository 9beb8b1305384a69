"""The states of an output, in made-up time."""

import logging

import pytest

from gateway.named_log import NamedLog
from gateway.output.lifecycle import LEGAL, OutputLifecycle, OutputState
from tests.support.clock import Clock

WAITING, CONNECTING, LIVE, FAILED, STOPPED = OutputState


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def lifecycle(clock: Clock) -> OutputLifecycle:
    return OutputLifecycle(NamedLog(logging.getLogger("test"), "front/whip0"), clock)


def test_a_life(lifecycle: OutputLifecycle, clock: Clock) -> None:
    for state in (CONNECTING, LIVE, FAILED, CONNECTING, FAILED, WAITING, CONNECTING, LIVE):
        clock.advance(1)
        lifecycle.move(state)
        assert (lifecycle.state, lifecycle.since_s) == (state, clock.now)
    lifecycle.move(WAITING)
    lifecycle.move(STOPPED)


@pytest.mark.parametrize("before", OutputState)
@pytest.mark.parametrize("after", OutputState)
def test_no_other_changes(
    lifecycle: OutputLifecycle, before: OutputState, after: OutputState
) -> None:
    lifecycle.state = before
    legal = after in LEGAL[before] or after is before or after is STOPPED
    if legal:
        lifecycle.move(after)
        assert lifecycle.state is after
    else:
        with pytest.raises(ValueError, match="not a legal change"):
            lifecycle.move(after)


def test_a_new_reason_is_no_new_state(lifecycle: OutputLifecycle, clock: Clock) -> None:
    lifecycle.move(CONNECTING)
    lifecycle.move(FAILED, "down")
    since_s = lifecycle.since_s
    clock.advance(5)
    lifecycle.move(FAILED, "still down")
    assert (lifecycle.since_s, lifecycle.detail) == (since_s, "still down")


def test_each_failure_is_told_once(
    lifecycle: OutputLifecycle, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    def fail(reason: str) -> None:
        lifecycle.move(CONNECTING)
        lifecycle.move(FAILED, reason)

    for reason in ("down", "down", "down", "wrong token", "wrong token"):
        fail(reason)
    lifecycle.move(CONNECTING)
    lifecycle.move(LIVE)
    lifecycle.move(FAILED, "wrong token")
    assert [record.getMessage() for record in caplog.records] == [
        "front/whip0 = failed: down",
        "front/whip0 = failed: wrong token",
        "front/whip0 = live",
        "front/whip0 = failed: wrong token",
    ]
    assert [record.levelname for record in caplog.records[1:3]] == ["WARNING", "INFO"]
