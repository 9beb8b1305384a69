"""The board's Python twin, with a clock of its own."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peerlens.virtual_car.board import SILENCE_MS, TELEMETRY_INTERVAL_MS, Board
from peerlens.virtual_car.health import simulated_health
from peerlens.virtual_car.identity import board_identity
from protocol.codec import encode
from protocol.messages import (
    Acted,
    Actuate,
    BoardCapabilities,
    BoardHealth,
    BoardLimits,
    BoardToGateway,
    ClearStop,
    Error,
    Heard,
    Ping,
    Pong,
    RegisterBoard,
    Registered,
    Stop,
    Telemetry,
)

VECTORS = Path(__file__).parents[2] / "protocol" / "vectors"
FRESHNESS = json.loads((VECTORS / "drive" / "freshness.json").read_text("utf-8"))["cases"]
GATEWAY_TO_BOARD = json.loads((VECTORS / "gatewayToBoard.json").read_text("utf-8"))
WRAP = 1 << 32
HEALTH = BoardHealth(7.5, 60.0, -48.0)


class Bench:
    """A board on the bench: its clock, and the gateway's end of its link."""

    def __init__(self, identity: RegisterBoard | None = None, now_ms: int = 0) -> None:
        self.now_ms = now_ms % WRAP
        self.board = Board(identity or board_identity("board-1"), self.now_ms, lambda _: HEALTH)
        self.sent: list[BoardToGateway] = []
        self.seq = 0

    def connect(self) -> None:
        self.sent += self.board.link_opened(self.now_ms)
        self.say(Registered(5.0))

    def say(self, message: object) -> None:
        self.sent += self.board.received(encode(message), self.now_ms)

    def run(self, duration_ms: int) -> None:
        for _ in range(duration_ms // 10):
            self.now_ms = (self.now_ms + 10) % WRAP
            self.sent += self.board.tick(self.now_ms)

    def command(self, throttle: float = 0.0, steering: float = 0.0, **more: Any) -> Acted | None:
        """Send a command that is just fresh enough, and return what was answered."""
        self.seq = (self.seq + 1) % WRAP
        fields = {"seq": self.seq, "ttl_ms": 200.0, "heard": Heard(self.now_ms, 0.0), **more}
        before = len(self.sent)
        self.say(Actuate(throttle=throttle, steering=steering, **fields))
        answers = [message for message in self.sent[before:] if isinstance(message, Acted)]
        return answers[0] if answers else None

    def drive(self, duration_ms: int, throttle: float = 0.0, steering: float = 0.0) -> None:
        for _ in range(duration_ms // 30):
            self.run(30)
            self.command(throttle, steering)

    def armed(self) -> "Bench":
        self.connect()
        self.drive(600)
        assert self.board.outputs.state == "armed"
        return self


def test_it_introduces_itself_with_its_token() -> None:
    bench = Bench(board_identity("board-7", "secret", 300.0))
    (introduction,) = bench.board.link_opened(0)
    assert isinstance(introduction, RegisterBoard)
    assert (introduction.device_id, introduction.token) == ("board-7", "secret")
    assert introduction.limits.failsafe_ms == 300.0
    assert introduction.capabilities.lights


@pytest.mark.parametrize(("board_id", "failsafe_ms"), [("", 250), ("a b", 250), ("a", 99)])
def test_an_impossible_identity_is_refused(board_id: str, failsafe_ms: float) -> None:
    with pytest.raises(ValueError, match="expected"):
        board_identity(board_id, failsafe_ms=failsafe_ms)


def test_telemetry_comes_at_once_and_then_twice_a_second() -> None:
    bench = Bench()
    bench.connect()
    first = bench.sent[-1]
    assert first == Telemetry(0, "disarmed", HEALTH)
    for _ in range(10):
        bench.run(TELEMETRY_INTERVAL_MS)
        bench.say(Ping(1))
    times = [message.at_ms for message in bench.sent if isinstance(message, Telemetry)]
    assert times == list(range(0, 5_001, TELEMETRY_INTERVAL_MS))


def test_before_it_is_registered_it_says_nothing_and_obeys_nobody() -> None:
    bench = Bench()
    bench.board.link_opened(0)
    bench.run(1_000)
    assert bench.command() is None
    assert bench.sent == []
    assert bench.board.dropped == 1


def test_it_arms_acts_and_tells_what_it_does() -> None:
    bench = Bench()
    bench.connect()
    first = bench.command()
    assert first is not None
    assert first.state == "arming"
    bench.drive(600)
    acted = bench.command(0.5, -0.25, lights=True, horn=True)
    assert acted == Acted(bench.seq, bench.now_ms, "armed", 0.5, -0.25)
    outputs = bench.board.outputs
    assert (outputs.throttle, outputs.steering, outputs.brake) == (0.5, -0.25, False)
    assert outputs.lights
    assert outputs.horn


def test_throttle_without_neutral_first_does_not_move_it() -> None:
    bench = Bench()
    bench.connect()
    bench.drive(2_000, throttle=0.5)
    assert bench.board.outputs.state == "disarmed"
    assert bench.board.outputs.throttle == 0.0
    acted = bench.command(0.5)
    assert acted is not None
    assert (acted.state, acted.throttle) == ("disarmed", 0.0)


@pytest.mark.parametrize("failsafe_ms", [100, 250, 500])
def test_silence_makes_it_neutral_and_later_disarms_it(failsafe_ms: int) -> None:
    bench = Bench(board_identity("board-1", failsafe_ms=failsafe_ms)).armed()
    bench.command(1.0, 0.5, horn=True)
    bench.run(failsafe_ms - 10)
    assert bench.board.outputs.throttle == 1.0
    bench.run(10)
    outputs = bench.board.outputs
    assert (outputs.state, outputs.throttle, outputs.steering) == ("neutral", 0.0, 0.0)
    assert outputs.brake
    assert not outputs.horn
    bench.run(1_000 - failsafe_ms)
    assert bench.board.outputs.state == "disarmed"
    bench.drive(90, throttle=1.0)
    assert bench.board.outputs.throttle == 0.0


def test_after_a_short_silence_it_goes_on() -> None:
    bench = Bench().armed()
    bench.run(400)
    assert bench.board.outputs.state == "neutral"
    bench.command(0.5)
    assert (bench.board.outputs.state, bench.board.outputs.throttle) == ("armed", 0.5)


def test_an_emergency_stop_holds_until_it_is_cleared() -> None:
    bench = Bench().armed()
    bench.command(1.0)
    bench.say(Stop())
    assert (bench.board.outputs.state, bench.board.outputs.throttle) == ("stopped", 0.0)
    bench.drive(900)
    acted = bench.command(1.0)
    assert acted is not None
    assert (acted.state, acted.throttle) == ("stopped", 0.0)
    bench.say(ClearStop())
    assert bench.board.outputs.state == "disarmed"
    bench.drive(600)
    bench.command(1.0)
    assert bench.board.outputs.throttle == 1.0


def test_an_emergency_stop_survives_the_link() -> None:
    bench = Bench().armed()
    bench.say(Stop())
    bench.board.link_lost(bench.now_ms)
    bench.connect()
    bench.drive(900)
    assert bench.board.outputs.state == "stopped"


def test_an_older_or_repeated_command_is_dropped() -> None:
    bench = Bench().armed()
    assert bench.command(0.5) is not None
    for seq in (bench.seq, bench.seq - 1, (bench.seq + (1 << 31)) % WRAP):
        assert bench.command(1.0, seq=seq) is None
        bench.seq -= 1
    assert bench.board.outputs.throttle == 0.5
    assert bench.board.dropped == 3


def test_the_sequence_wraps() -> None:
    bench = Bench()
    bench.seq = WRAP - 4
    bench.armed()
    assert bench.seq < 100
    assert bench.command(0.5) is not None


def test_a_new_link_counts_anew_and_must_arm_anew() -> None:
    bench = Bench().armed()
    bench.command(1.0)
    bench.board.link_lost(bench.now_ms)
    assert (bench.board.outputs.state, bench.board.outputs.throttle) == ("disarmed", 0.0)
    bench.seq = 0
    bench.connect()
    acted = bench.command(1.0)
    assert acted is not None
    assert (acted.seq, acted.state, acted.throttle) == (1, "disarmed", 0.0)
    bench.drive(600)
    bench.command(1.0)
    assert bench.board.outputs.throttle == 1.0


def test_a_link_that_begins_while_the_old_one_seems_up_disarms() -> None:
    bench = Bench().armed()
    bench.command(1.0)
    bench.board.link_opened(bench.now_ms)
    assert bench.board.outputs.throttle == 0.0
    assert bench.board.outputs.state == "disarmed"


def test_a_stall_of_its_loop_disarms() -> None:
    bench = Bench().armed()
    bench.command(1.0)
    bench.now_ms += 201
    bench.board.tick(bench.now_ms)
    assert (bench.board.outputs.state, bench.board.outputs.throttle) == ("disarmed", 0.0)


@pytest.mark.parametrize("case", FRESHNESS, ids=[case["name"] for case in FRESHNESS])
def test_only_fresh_commands_count(case: dict[str, Any]) -> None:
    bench = Bench(now_ms=case["nowMs"])
    bench.connect()
    acted = bench.command(ttl_ms=case["ttlMs"], heard=Heard(case["atMs"], case["heldMs"]))
    assert (acted is not None) == case["fresh"]
    assert bench.board.dropped + bench.board.refused == int(not case["fresh"])


def test_commands_that_are_too_old_do_not_keep_it_going() -> None:
    bench = Bench().armed()
    bench.command(1.0)
    heard = Heard(bench.now_ms, 0.0)
    for _ in range(10):
        bench.run(60)
        bench.command(1.0, heard=heard)
    assert bench.board.outputs.throttle == 0.0


@pytest.mark.parametrize("case", GATEWAY_TO_BOARD["refuse"], ids=lambda case: case["name"])
def test_what_the_contract_does_not_allow_is_dropped(case: dict[str, Any]) -> None:
    bench = Bench().armed()
    bench.command(0.5)
    for _ in range(SILENCE_MS // 10):
        assert bench.board.received(case["text"], bench.now_ms) == []
        bench.run(10)
    assert bench.board.refused == SILENCE_MS // 10
    assert bench.board.outputs.throttle == 0.0
    assert bench.board.is_silent, "garbage is no sign of life"


@pytest.mark.parametrize(
    ("limits", "capabilities", "asked", "given"),
    [
        (BoardLimits(forward=0.4), BoardCapabilities(), 1.0, 0.4),
        (BoardLimits(forward=0.4), BoardCapabilities(), -1.0, -1.0),
        (BoardLimits(reverse=0.3), BoardCapabilities(), -1.0, -0.3),
        (BoardLimits(), BoardCapabilities(reverse=False), -1.0, 0.0),
    ],
)
def test_it_holds_its_own_limits(
    limits: BoardLimits, capabilities: BoardCapabilities, asked: float, given: float
) -> None:
    identity = RegisterBoard("board-1", limits=limits, capabilities=capabilities)
    bench = Bench(identity).armed()
    acted = bench.command(asked)
    assert acted is not None
    assert acted.throttle == bench.board.outputs.throttle == given


def test_what_it_does_not_have_it_does_not_do() -> None:
    bench = Bench(RegisterBoard("board-1")).armed()
    bench.command(0.5, lights=True, horn=True, pan=1.0, tilt=-1.0)
    outputs = bench.board.outputs
    assert not outputs.lights
    assert not outputs.horn
    assert (outputs.pan, outputs.tilt) == (0.0, 0.0)


def test_the_simulated_battery_runs_down() -> None:
    assert simulated_health(0) == BoardHealth(8.4, 100.0, -58.0)
    later = simulated_health(1_000_000)
    assert (later.battery_v, later.battery_percent) == (7.4, 50.0)
    assert simulated_health(10_000_000).battery_percent == 0.0
    for second in range(100):
        rssi_dbm = simulated_health(second * 1_000).rssi_dbm
        assert rssi_dbm is not None
        assert -64 <= rssi_dbm <= -52


def test_it_answers_pings_and_pings_itself() -> None:
    bench = Bench()
    bench.connect()
    bench.say(Ping(77))
    assert bench.sent[-1] == Pong(77)
    bench.run(2_100)
    assert [message.id for message in bench.sent if isinstance(message, Ping)] == [1, 2]


def test_a_silent_link_is_to_be_given_up() -> None:
    bench = Bench()
    bench.connect()
    bench.run(SILENCE_MS - 10)
    assert not bench.board.is_silent
    bench.say(Pong(1))
    bench.run(SILENCE_MS - 10)
    assert not bench.board.is_silent
    bench.run(10)
    assert bench.board.is_silent
    bench.board.link_lost(bench.now_ms)
    bench.run(10)
    assert not bench.board.is_silent
    bench.connect()
    assert not bench.board.is_silent


def test_it_registers_once_and_in_this_version_only() -> None:
    bench = Bench()
    bench.board.link_opened(0)
    bench.say(Registered(5.0, v=2))
    assert not bench.board.registered
    bench.say(Registered(5.0))
    bench.say(Registered(5.0))
    assert bench.board.refused == 2
    assert len([message for message in bench.sent if isinstance(message, Telemetry)]) == 1


def test_a_stop_and_its_end_are_told_at_once() -> None:
    bench = Bench()
    bench.connect()
    bench.run(20)
    for message, state in ((Stop(), "stopped"), (ClearStop(), "disarmed")):
        bench.say(message)
        assert bench.sent[-1] == Telemetry(20, state, HEALTH)  # type: ignore[arg-type]


def test_a_stop_is_obeyed_before_the_registration_is_answered() -> None:
    bench = Bench()
    bench.board.link_opened(0)
    bench.say(Stop())
    assert bench.board.outputs.state == "stopped"
    assert bench.sent == []


def test_a_loop_that_was_given_up_disarms() -> None:
    bench = Bench().armed()
    bench.command(1.0)
    bench.board.was_stalled(bench.now_ms)
    assert (bench.board.outputs.state, bench.board.outputs.throttle) == ("disarmed", 0.0)


def test_a_refusal_is_kept_for_whoever_reads_the_log() -> None:
    bench = Bench()
    bench.board.link_opened(0)
    bench.say(Error("urn:peerlens:problem:unauthorized", "a wrong token"))
    assert bench.board.refusal == "a wrong token"
    bench.connect()
    assert bench.board.refusal is None


def test_the_clock_wraps() -> None:
    bench = Bench(now_ms=WRAP - 700).armed()
    bench.drive(600, throttle=0.5)
    assert bench.now_ms < 10_000
    assert bench.board.outputs.throttle == 0.5
    times = [message.at_ms for message in bench.sent if isinstance(message, Acted | Telemetry)]
    assert all(0 <= at_ms < WRAP for at_ms in times)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("run"), st.integers(1, 60)),
        st.tuples(st.just("command"), st.sampled_from([0.0, 0.04, 0.5, -1.0])),
        st.tuples(st.just("arm"), st.just(0)),
        st.tuples(st.sampled_from(["stop", "clear", "lose", "connect"]), st.just(0)),
    ),
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_no_throttle_later_than_the_limit_whatever_happens(steps: list[tuple[str, Any]]) -> None:
    bench = Bench()
    commanded_ms = -math.inf
    for name, value in steps:
        if name == "run":
            for _ in range(value):
                bench.run(10)
                if bench.now_ms - commanded_ms >= 250:
                    assert bench.board.outputs.throttle == 0.0
        elif name == "command":
            if bench.command(value) is not None:
                commanded_ms = bench.now_ms
        elif name == "arm":
            bench.drive(600)
            commanded_ms = bench.now_ms
        elif name == "stop":
            bench.say(Stop())
            assert bench.board.outputs.throttle == 0.0
        elif name == "clear":
            bench.say(ClearStop())
        elif name == "lose":
            bench.board.link_lost(bench.now_ms)
            assert bench.board.outputs.throttle == 0.0
        else:
            bench.connect()
            assert bench.board.outputs.throttle == 0.0
        assert bench.board.outputs.brake or bench.board.outputs.state == "armed"
