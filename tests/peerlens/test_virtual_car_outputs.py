import threading
import time

import pytest

from peerlens.virtual_car.outputs import NEUTRAL, Outputs, line_of, parse_line
from peerlens.virtual_car.watched_outputs import WatchedOutputs

DRIVING = Outputs("armed", 0.5, -0.25, brake=False, lights=True, horn=True, pan=-1.0, tilt=0.125)
DEADLINE_S = 10.0


@pytest.mark.parametrize("outputs", [NEUTRAL, DRIVING, Outputs("stopped", lights=True)])
def test_a_line_says_what_the_outputs_are(outputs: Outputs) -> None:
    line = line_of(outputs, 123)
    assert line.startswith(f"out 123 {outputs.state} ")
    assert parse_line(line) == outputs


def test_the_line_of_the_program() -> None:
    line = line_of(DRIVING, 5_000_000)
    assert line == "out 5000000 armed 0.500 -0.250 0 1 1 -1.000 0.125"


@pytest.mark.parametrize(
    "line",
    [
        "",
        "link up",
        "out 1 armed 0 0 1 0 0 0",
        "out 1 armed 0 0 1 0 0 0 0 0",
        "out 1 flying 0 0 1 0 0 0 0",
        "out 1 armed fast 0 1 0 0 0 0",
        "out 1 armed nan 0 1 0 0 0 0",
        "out 1 armed 1.5 0 0 0 0 0 0",
        "out 1 armed 0 -inf 0 0 0 0 0",
    ],
)
def test_any_other_line_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_line(line)


class Told:
    """What was told, and by which thread."""

    def __init__(self) -> None:
        self.outputs: list[Outputs] = []
        self.threads: list[str] = []
        self.changed = threading.Condition()

    def __call__(self, outputs: Outputs) -> None:
        with self.changed:
            self.outputs.append(outputs)
            self.threads.append(threading.current_thread().name)
            self.changed.notify_all()

    def wait_for(self, count: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.outputs) >= count, DEADLINE_S)


def test_what_is_fed_is_told_once_for_each_change() -> None:
    told = Told()
    with WatchedOutputs(told, stall_s=DEADLINE_S) as watched:
        for outputs in (NEUTRAL, DRIVING, DRIVING, NEUTRAL):
            watched.feed(outputs)
        assert told.outputs == [NEUTRAL, DRIVING, NEUTRAL]


def test_a_loop_that_hangs_makes_the_outputs_neutral() -> None:
    told = Told()
    with WatchedOutputs(told, stall_s=0.05) as watched:
        watched.feed(DRIVING)
        began_s = time.monotonic()
        told.wait_for(3)
        assert time.monotonic() - began_s >= 0.04
        after = told.outputs[2]
        assert (after.state, after.throttle, after.steering) == ("disarmed", 0.0, 0.0)
        assert after.brake
        assert after.lights
        assert not after.horn
        assert told.threads[2] == "car-watchdog"
        assert not watched.feed(DRIVING), "not before whoever feeds it knows"
        assert len(told.outputs) == 3
        assert watched.feed(DRIVING)
        assert told.outputs[3] == DRIVING
        told.wait_for(5)
        assert told.outputs[4] == after, "it watches again"


def test_an_emergency_stop_stays_one_when_the_loop_hangs() -> None:
    told = Told()
    with WatchedOutputs(told, stall_s=0.02) as watched:
        watched.feed(Outputs("stopped", horn=True))
        told.wait_for(3)
        assert told.outputs[2].state == "stopped"


def test_the_end_is_neutral() -> None:
    told = Told()
    with WatchedOutputs(told, stall_s=DEADLINE_S) as watched:
        watched.feed(DRIVING)
    assert told.outputs[-1].throttle == 0.0
    assert told.outputs[-1].brake
