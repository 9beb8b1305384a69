"""The benchmark of control: its arithmetic, and a run of all it does, with fewer trials."""

import json
import subprocess

import pytest

from bench.control import stop_figures
from bench.drive_faults import Outcome, together
from bench.drive_trace import Output, Stop, Trace, ways_ms
from bench.processes import ROOT, python

# Commands every 33 ms up to 1,000 ms, throttle until 1,200 ms; then nothing.
DRIVEN = [
    "link up",
    "out 10 disarmed 0.0000 0.0000 1 0 0 0.0000 0.0000",
    *(f"cmd {at_ms}000 {at_ms}" for at_ms in range(10, 1_001, 33)),
    "out 500000 armed 0.2500 0.0100 0 0 0 0.0000 0.0000",
    "refused urn:peerlens:problem:forbidden: no",
]
LAST_MS = 1_000
NEUTRAL = "out 1200000 neutral 0.0000 0.0000 1 0 0 0.0000 0.0000"
UNTIL_US = 3_000_000


def trace_of(*lines: str) -> Trace:
    trace = Trace()
    for line in lines:
        trace.read(line)
    return trace


def test_a_boards_lines_are_read() -> None:
    trace = trace_of(*DRIVEN)
    assert trace.commands_us[0] == 10_000
    assert trace.outputs[1] == Output(500_000, "armed", 0.25, 0.01)
    assert (trace.is_up, trace.ups) == (True, 1)
    trace.read("link down silent")
    assert (trace.is_up, trace.ups) == (False, 1)


@pytest.mark.parametrize("line", ["", "hello", "out 10 armed", "cmd", "cmd soon 1"])
def test_lines_of_nobody_are_refused(line: str) -> None:
    with pytest.raises(ValueError, match="no line of a board"):
        Trace().read(line)


def test_a_stop_counts_from_the_last_command() -> None:
    stop = trace_of(*DRIVEN, NEUTRAL).stop(990_000, 995_000, UNTIL_US)
    assert stop == Stop(1_200 - LAST_MS, 1_200_000)
    assert not stop.failed


def test_the_command_that_stops_the_car_is_not_the_last_one_that_moved_it() -> None:
    trace = trace_of(*DRIVEN, "cmd 1199000 99", NEUTRAL, "cmd 1200100 100")
    assert trace.stop(990_000, 995_000, UNTIL_US).stop_ms == 1_200 - LAST_MS


def test_a_car_that_goes_on_or_stops_too_late_has_failed() -> None:
    for lines in ([], ["out 2995001 neutral 0 0 1 0 0 0 0"]):
        stop = trace_of(*DRIVEN, *lines).stop(990_000, 995_000, UNTIL_US)
        assert stop == Stop(None)
        assert stop.failed


def test_a_car_that_moves_again_has_failed() -> None:
    jumps = trace_of(*DRIVEN, NEUTRAL, "out 1500000 armed 0.25 0 0 0 0 0 0")
    assert jumps.stop(990_000, 995_000, UNTIL_US) == Stop(200.0, 1_200_000, jumped=True)
    assert jumps.stop(990_000, 995_000, UNTIL_US).failed
    assert not jumps.stop(990_000, 995_000, 1_400_000).failed


def test_what_a_car_does_before_it_is_its_turn_is_no_jump() -> None:
    stutter = ["out 1100000 neutral 0 0 1 0 0 0 0", "out 1150000 armed 0.25 0 0 0 0 0 0"]
    trace = trace_of(*DRIVEN, *stutter, NEUTRAL)
    for struck_us in (1_160_000, 1_300_000):
        assert trace.stop(990_000, struck_us, UNTIL_US) == Stop(200.0, 1_200_000)
    assert trace.stop(990_000, 1_140_000, UNTIL_US) == Stop(100.0, 1_100_000, jumped=True)


def test_a_car_that_stood_is_no_trial() -> None:
    trace = trace_of(*DRIVEN, NEUTRAL)
    assert not trace.moved_at(1_300_000)
    with pytest.raises(ValueError, match="did not move"):
        trace.stop(1_300_000, 1_300_000, UNTIL_US)


def test_stutters_are_changes_to_neutral() -> None:
    trace = trace_of(*DRIVEN, NEUTRAL, "out 1300000 disarmed 0 0 1 0 0 0 0")
    assert trace.neutrals(0, UNTIL_US) == 1
    assert trace.neutrals(0, 1_200_000) == 0
    assert trace.neutrals(1_250_000, UNTIL_US) == 0


def test_commands_are_found_at_the_board_by_their_steering() -> None:
    sent = [(1_000.0, 0.001), (34_000.0, 0.002), (67_000.0, 0.003), (100_000.0, 0.001)]
    outputs = [
        Output(2_500, "armed", 0.25, 0.001),
        Output(36_000, "armed", 0.25, 0.002),
        Output(104_000, "armed", 0.25, 0.001),
    ]
    assert ways_ms(sent, outputs, 20.0) == [1.5, 2.0, 4.0]


def test_failures_are_counted_apart_from_times() -> None:
    stops = (Stop(200.0, 5), Stop(None), Stop(260.0, 6, jumped=True))
    whole = together("all", [Outcome("a", stops), Outcome("b", (Stop(20.0, 7),), stutters=1)])
    figures = stop_figures([whole])
    assert (figures["trials"], figures["failed_to_stop"], figures["stutters"]) == (4, 2, 1)
    assert (figures["stop_p50_ms"], figures["stop_p100_ms"]) == (200.0, 260.0)


STOPS_WITHIN_MS = 300.0
"""What an owner is promised. The rest of the figures depends on the machine."""


def test_every_kind_of_loss_stops_every_car() -> None:
    ran = subprocess.run(
        python("bench.control", "--quick"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110.0,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr + ran.stdout
    figures = json.loads(ran.stdout.splitlines()[-1])
    assert figures["failed_to_stop"] == 0, ran.stdout
    assert figures["stop_p100_ms"] <= STOPS_WITHIN_MS, ran.stdout
    assert figures["trials"] >= 40
    assert 0.0 < figures["one_way_p50_ms"] < figures["rtt_p50_ms"] <= figures["rtt_p99_ms"]
    assert figures["baseline_rtt_p99_ms"] > 0.0
