"""A car as its drivers, its watchers and its board see it, in made-up time."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.roles import Role
from gateway.drive.board import MAX_UNANSWERED
from gateway.drive.settings import DriveSettings
from protocol.codec import decode, encode
from protocol.messages import (
    BoardLimits,
    ClearStop,
    Heard,
    PassLease,
    ReleaseLease,
    RequestLease,
    RevokeLease,
    Stop,
)
from protocol.messages import Car as CarStatus
from tests.gateway.drive.world import ARMING_MS, World

BOARD_LIMIT_MS = 250 + 20
"""The board's own failsafe, and the time between two looks at its clock."""


@pytest.fixture
def world() -> World:
    made = World()
    made.plug_in()
    return made


# Driving


def test_neutral_arms_and_then_the_board_does_as_the_driver_wants(world: World) -> None:
    driver = world.armed_driver()
    driver.throttle, driver.steering = 0.6, -0.4
    world.run(60)
    outputs = world.outputs
    assert (outputs.throttle, outputs.steering, outputs.brake) == (0.6, -0.4, False)
    assert (outputs.lights, outputs.pan) == (True, 0.5)
    newest = driver.driven[-1]
    assert (newest.throttle, newest.reason, newest.state) == (0.6, None, "armed")
    assert newest.board_ms is not None
    assert world.car.counts["passed"] > 20


def test_throttle_held_from_the_beginning_never_moves_the_car(world: World) -> None:
    driver = world.driver()
    driver.request_lease()
    driver.throttle = 0.5
    for _ in range(100):
        world.run(50)
        assert world.outputs.throttle == 0
    assert driver.reason() == "not-armed"


def test_braking_stops_and_steering_goes_on(world: World) -> None:
    driver = world.armed_driver()
    driver.throttle, driver.steering, driver.brake = 0.6, 0.3, True
    world.run(60)
    assert (world.outputs.throttle, world.outputs.steering, world.outputs.brake) == (0, 0.3, True)


def test_silence_makes_the_board_neutral_in_time(world: World) -> None:
    driver = world.armed_driver()
    driver.throttle = 0.6
    world.run(200)
    driver.throttle = None
    world.run(driver.sent_ms + BOARD_LIMIT_MS - world.now_ms)
    assert world.outputs.throttle == 0
    assert world.outputs.brake
    assert world.car.counts["silence"] == 1


def test_after_a_long_silence_the_driver_must_arm_anew(world: World) -> None:
    driver = world.armed_driver()
    driver.throttle = None
    world.run(1_100)
    assert driver.state() == "disarmed"
    driver.throttle = 0.6
    world.run(600)
    assert world.outputs.throttle == 0
    driver.throttle = 0.0
    world.run(ARMING_MS)
    driver.throttle = 0.6
    world.run(60)
    assert world.outputs.throttle == 0.6


def test_the_board_limits_what_it_gives(world: World) -> None:
    limited = World(limits=BoardLimits(forward=0.5, reverse=0.2))
    limited.plug_in()
    driver = limited.armed_driver()
    for throttle, most in ((1.0, 0.5), (-1.0, -0.2)):
        driver.throttle = throttle
        limited.run(100)
        assert limited.outputs.throttle == most
        assert driver.reason() == "board-limit"


# Commands that do not count


def test_somebody_elses_commands_are_dropped(world: World) -> None:
    ann, bob = world.armed_driver("ann"), world.driver("bob")
    stolen = dataclasses.replace(ann.command(1.0), seq=ann.seq + 100)
    assert bob.now(stolen).reason == "not-driving"
    assert bob.now(bob.command(1.0)).reason == "not-driving"
    forged = ann.command(1.0, session="0" * 32)
    assert ann.now(forged).reason == "not-driving"
    assert world.outputs.throttle == 0
    assert world.car.counts["not-driving"] == 3


def test_replayed_and_overtaken_commands_are_dropped(world: World) -> None:
    driver = world.armed_driver()
    first, second = driver.command(0.5), driver.command(0.2)
    assert driver.now(second).reason is None
    assert driver.now(first).reason == "old"
    assert driver.now(second).reason == "old"
    world.run(10)
    assert world.outputs.throttle == 0.2


def test_the_sequence_wraps(world: World) -> None:
    driver = world.driver()
    driver.seq = (1 << 32) - 10
    driver.request_lease()
    driver.throttle = 0.0
    world.run(ARMING_MS)
    driver.throttle = 0.5
    world.run(60)
    assert driver.seq < 100
    assert world.outputs.throttle == 0.5
    assert world.car.counts["old"] == 0


def test_a_far_jump_of_the_sequence_backwards_is_old(world: World) -> None:
    driver = world.armed_driver()
    assert driver.now(dataclasses.replace(driver.command(0.5), seq=2**32 - 1)).reason == "old"


def test_commands_of_unknown_age_are_dropped(world: World) -> None:
    driver = world.armed_driver()
    unproven = dataclasses.replace(driver.command(0.5), heard=None)
    assert driver.now(unproven).reason == "expired"
    now_ms = world.now_ms
    for heard in (
        Heard(now_ms - 401, 0.0),
        Heard(now_ms + 21, 0.0),
        Heard(now_ms - 3_000, 2_990.0),
        Heard(1e14, 0.0),
        Heard(0.0, 0.0),
    ):
        command = dataclasses.replace(driver.command(0.5), heard=heard)
        assert driver.now(command).reason == "expired", heard
    world.run(10)
    assert world.outputs.throttle == 0


def test_a_senders_clock_that_jumps_does_not_matter(world: World) -> None:
    driver = world.armed_driver()
    for sent_ms in (0.0, 1e14, 5.0):
        command = dataclasses.replace(driver.command(0.5), sent_ms=sent_ms)
        assert driver.now(command).reason is None
        world.run(20)


def test_a_time_to_live_of_its_own_may_only_be_shorter(world: World) -> None:
    driver = world.armed_driver()
    heard = Heard(world.now_ms - 120, 0.0)
    short = dataclasses.replace(driver.command(0.5), heard=heard, ttl_ms=100.0)
    assert driver.now(short).reason == "expired"
    long = dataclasses.replace(
        driver.command(0.5), heard=Heard(world.now_ms - 500, 0.0), ttl_ms=1_000.0
    )
    assert driver.now(long).reason == "expired"


def test_a_queue_that_is_let_go_after_a_stall_does_not_drive(world: World) -> None:
    driver = world.armed_driver()
    driver.throttle = None
    commands = [driver.command(1.0) for _ in range(30)]
    world.run(1_500)
    reasons = {driver.now(command).reason for command in commands}
    assert reasons == {"expired"}
    world.run(20)
    assert world.outputs.throttle == 0


def test_commands_that_were_held_up_do_not_set_the_car_off_again(world: World) -> None:
    driver = world.armed_driver()
    driver.throttle = 0.8
    world.run(100)
    driver.throttle = None
    held_up = [driver.command(0.8)]
    world.run(30)
    held_up.append(driver.command(0.8))
    world.run(270)
    assert world.outputs.throttle == 0
    assert [driver.now(command).reason for command in held_up] == ["expired"] * 2
    world.run(20)
    assert world.outputs.throttle == 0
    # Whoever is still there goes on at once.
    driver.throttle = 0.8
    world.run(60)
    assert world.outputs.throttle == 0.8


# The lease


def test_a_second_driver_waits_and_knows_its_place(world: World) -> None:
    ann, bob = world.armed_driver("ann"), world.driver("bob")
    bob.request_lease()
    assert (bob.you(), bob.status.place, bob.status.driven) == ("queued", 1, True)
    assert bob.status.session is None
    assert bob.status.left_ms is not None
    assert 590_000 < bob.status.left_ms < 600_000
    assert (ann.you(), ann.status.queue) == ("driving", 1)
    assert ann.is_driving
    assert not bob.is_driving


def test_closing_the_page_frees_the_car_and_stops_it(world: World) -> None:
    ann, bob = world.armed_driver("ann"), world.driver("bob")
    bob.request_lease()
    ann.throttle = 0.8
    world.run(100)
    ann.leave()
    world.run(10)
    assert world.outputs.throttle == 0
    assert bob.you() == "driving"
    assert bob.is_driving


def test_a_page_that_vanishes_frees_the_car_within_three_seconds(world: World) -> None:
    ann, bob = world.armed_driver("ann"), world.driver("bob")
    bob.request_lease()
    ann.throttle = 0.8
    world.run(100)
    ann.throttle = None
    world.run(ann.sent_ms + 3_000 - world.now_ms)
    assert bob.you() == "driving"
    assert ann.you() == "watching"
    assert not ann.is_driving


def test_the_next_driver_begins_with_a_car_that_stands_and_must_be_armed(world: World) -> None:
    ann, bob = world.armed_driver("ann"), world.driver("bob")
    bob.request_lease()
    bob.throttle = ann.throttle = 0.8
    world.run(100)
    assert world.outputs.throttle == 0.8
    ann.ask(PassLease())
    for _ in range(40):
        world.run(20)
        assert world.outputs.throttle == 0
    assert bob.reason() == "not-armed"
    assert ann.reason() == "not-driving"


def test_who_has_left_holds_nothing_but_may_stop_the_car(world: World) -> None:
    ann = world.driver("ann", Role.ADMIN)
    ann.leave()
    ann.request_lease()
    assert not world.car.is_driven
    bob = world.armed_driver("bob")
    ann.request_lease()
    ann.ask(RevokeLease())
    assert (bob.you(), world.car.waiting) == ("driving", 0)
    ann.ask(Stop())
    ann.ask(ClearStop())
    assert world.car.is_stopped


def test_the_longest_lease_can_be_told() -> None:
    longest = World(DriveSettings(lease_s=10_000))
    for number in range(300):
        longest.now_ms += 0.37
        driver = longest.driver(f"driver-{number}")
        driver.request_lease()
        assert decode(encode(driver.status), CarStatus) == driver.status
        driver.leave()


def test_the_lease_ends_after_its_time(world: World) -> None:
    timed = World(DriveSettings(lease_s=10))
    timed.plug_in()
    ann = timed.armed_driver()
    ann.throttle = 0.5
    timed.run(10_010 - ARMING_MS)
    assert ann.you() == "watching"
    assert timed.outputs.throttle == 0


def test_who_may_ask_for_what(world: World) -> None:
    ann = world.armed_driver("ann")
    viewer = world.driver("eve", Role.VIEWER)
    assert viewer.status.may_drive is False
    for message in (RequestLease(), Stop(), ClearStop(), RevokeLease(), ReleaseLease()):
        viewer.ask(message)
    assert viewer.refusals == ["forbidden"] * 5
    bob = world.driver("bob")
    bob.ask(RevokeLease())
    bob.ask(PassLease())
    bob.ask(ClearStop())
    assert bob.refusals == ["forbidden"] * 3
    ann.ask(PassLease())
    assert ann.refusals == ["nobody-waits"]
    assert ann.you() == "driving"
    root = world.driver("root", Role.ADMIN)
    root.ask(RevokeLease())
    assert ann.you() == "watching"


def test_watchers_are_told_once_a_second_at_most(world: World) -> None:
    eve = world.driver("eve", Role.VIEWER)
    world.run(2_000)
    world.armed_driver("ann")
    before = len(eve.statuses)
    for _ in range(10):
        world.drivers[-1].ask(ReleaseLease())
        world.drivers[-1].ask(RequestLease())
        world.run(100)
    assert len(eve.statuses) - before <= 2
    world.run(1_100)
    assert eve.status.driven
    assert eve.status.session is None
    assert eve.status.health is None


def test_the_driver_hears_of_the_boards_health_twice_a_second(world: World) -> None:
    ann = world.armed_driver("ann")
    ann.throttle = 0.0
    before = len(ann.statuses)
    world.run(5_000)
    assert 9 <= len(ann.statuses) - before <= 11
    assert ann.status.health is not None
    assert ann.status.health.battery_v == 7.4


# Emergency stop


def test_an_emergency_stop_latches_until_the_driver_clears_it(world: World) -> None:
    ann, bob = world.armed_driver("ann"), world.driver("bob")
    ann.throttle = 0.8
    world.run(60)
    bob.ask(Stop())
    world.run(5)
    assert world.outputs.throttle == 0
    assert world.outputs.state == "stopped"
    world.run(2_000)
    assert world.outputs.throttle == 0
    assert ann.reason() == "stopped"
    assert ann.state() == "stopped"
    bob.ask(ClearStop())
    assert bob.refusals == ["forbidden"]
    ann.ask(ClearStop())
    world.run(600)
    assert world.outputs.throttle == 0, "throttle is held: it does not arm"
    ann.throttle = 0.0
    world.run(ARMING_MS)
    ann.throttle = 0.4
    world.run(60)
    assert world.outputs.throttle == 0.4
    assert world.car.stops == 1


def test_it_stays_on_for_the_next_driver_and_the_next_link_of_the_board(world: World) -> None:
    ann = world.armed_driver("ann")
    ann.ask(Stop())
    ann.leave()
    world.unplug()
    world.run(500)
    world.plug_in()
    world.run(20)
    assert world.outputs.state == "stopped"
    bob = world.driver("bob")
    bob.request_lease()
    bob.throttle = 0.0
    world.run(ARMING_MS)
    assert bob.state() == "stopped"
    bob.ask(ClearStop())
    world.run(600 + ARMING_MS)
    assert bob.state() == "armed"


def test_a_board_that_was_stopped_before_the_gateway_started_stays_so() -> None:
    world = World()
    world.twin.link_opened(world.board_ms)
    world.plug_in()
    driver = world.armed_driver()
    driver.ask(Stop())
    world.run(10)
    fresh = World()
    fresh.twin = world.twin
    fresh.now_ms = world.now_ms
    fresh.plug_in()
    bob = fresh.driver("bob")
    bob.request_lease()
    bob.throttle = 0.0
    fresh.run(ARMING_MS)
    assert bob.state() == "stopped"
    bob.ask(ClearStop())
    fresh.run(600 + ARMING_MS)
    assert bob.state() == "armed"


def test_a_stop_survives_a_restart_of_the_gateway_and_then_of_the_board(world: World) -> None:
    world.armed_driver().ask(Stop())
    world.run(10)
    fresh = World()
    fresh.twin, fresh.now_ms = world.twin, world.now_ms
    fresh.plug_in()
    fresh.run(600)
    fresh.unplug()
    assert fresh.car.is_stopped, "while the board is away"
    fresh.restart_board()
    fresh.plug_in()
    fresh.run(20)
    assert fresh.car.is_stopped
    assert fresh.outputs.state == "stopped"


def test_a_clear_that_crosses_the_boards_first_word_counts(world: World) -> None:
    ann = world.armed_driver("ann", Role.ADMIN)
    ann.ask(Stop())
    world.run(10)
    world.unplug()
    world.plug_in()
    ann.ask(ClearStop())
    world.run(600)
    assert not world.car.is_stopped
    assert world.outputs.state != "stopped"


def test_a_stop_that_never_reached_the_board_is_told_again(world: World) -> None:
    ann = world.armed_driver()
    world.twin_frozen = True
    ann.ask(Stop())
    world.run(5)
    world.twin_frozen = False
    unheard = world.outputs.state
    world.run(1_100)
    assert (unheard, world.outputs.state) == ("armed", "stopped")


def test_a_flood_of_stops_from_who_does_not_drive_does_not_reach_the_board(world: World) -> None:
    ann, bob = world.armed_driver("ann"), world.driver("bob")
    ann.throttle = None
    bob.ask(Stop())
    world.run(5)
    answered = world.twin_messages
    for _ in range(100):
        bob.ask(Stop())
    world.run(5)
    assert world.outputs.state == "stopped"
    assert world.twin_messages == answered


# The board comes and goes


def test_without_a_board_commands_go_nowhere() -> None:
    world = World()
    driver = world.driver()
    assert driver.board() == "offline"
    driver.request_lease()
    driver.throttle = 0.0
    world.run(100)
    assert driver.reason() == "board-offline"
    world.plug_in()
    world.run(50)
    assert driver.board() == "online"
    assert driver.status.capabilities is not None
    assert driver.status.capabilities.horn


def test_a_board_that_comes_back_must_be_armed_anew(world: World) -> None:
    driver = world.armed_driver()
    driver.throttle = 0.7
    world.run(100)
    world.unplug()
    assert world.outputs.throttle == 0
    world.run(100)
    world.plug_in()
    for _ in range(100):
        world.run(20)
        assert world.outputs.throttle == 0, "throttle was held all the time"
    driver.throttle = 0.0
    world.run(ARMING_MS)
    driver.throttle = 0.7
    world.run(60)
    assert world.outputs.throttle == 0.7


def test_a_board_that_disarms_itself_disarms_the_driver(world: World) -> None:
    driver = world.armed_driver()
    driver.throttle = 0.7
    world.run(100)
    world.twin_frozen = True
    world.run(400)
    world.twin_frozen = False
    for _ in range(100):
        world.run(20)
        assert world.outputs.throttle == 0
    assert driver.state() == "disarmed"


def test_a_board_that_fell_silent_counts_as_away(world: World) -> None:
    driver = world.armed_driver()
    world.twin_frozen = True
    driver.throttle = 0.1
    world.run(2_500)
    assert driver.reason() == "board-offline"
    assert driver.board() == "offline"


def test_a_board_that_does_not_answer_is_not_flooded(world: World) -> None:
    driver = world.armed_driver()
    driver.throttle = 0.7
    world.run(60)
    board = world.car.board
    assert board is not None
    world.twin_frozen = True
    world.run(1_000)
    assert board.held_back >= 1_000 / 30 - MAX_UNANSWERED - 2
    world.twin_frozen = False


def test_braking_without_answers_fills_no_memory(world: World) -> None:
    driver = world.armed_driver()
    board = world.car.board
    assert board is not None
    driver.brake, world.twin_frozen = True, True
    for _ in range(10 * MAX_UNANSWERED):
        driver.now(driver.command(0.0))
    assert board.unanswered == MAX_UNANSWERED


def test_the_end_of_an_older_link_is_no_news(world: World) -> None:
    older = world.car.board
    assert older is not None
    world.plug_in()
    world.car.board_left(older, world.now_ms)
    assert world.car.board is not None


# Interlock


def test_old_pictures_slow_the_car_and_older_ones_stop_it(world: World) -> None:
    driver = world.armed_driver()
    driver.throttle, driver.steering = 1.0, 0.5
    driver.video_age_ms = 200.0
    world.run(60)
    assert world.outputs.throttle == 0.3
    assert driver.reason() == "slow-video"
    driver.video_age_ms = 401.0
    world.run(60)
    assert (world.outputs.throttle, world.outputs.steering) == (0, 0.5)
    assert driver.reason() == "stale-video"
    driver.video_age_ms = None
    world.run(60)
    assert world.outputs.throttle == 0


def test_a_page_cannot_see_newer_pictures_than_were_sent(world: World) -> None:
    driver = world.armed_driver()
    driver.throttle, driver.video_age_ms = 1.0, 10.0
    driver.sent_video_age_ms = 900.0
    world.run(60)
    assert world.outputs.throttle == 0
    driver.sent_video_age_ms = None
    world.run(60)
    assert world.outputs.throttle == 0


def test_throttle_that_the_interlock_refuses_does_not_arm(world: World) -> None:
    driver = world.driver()
    driver.request_lease()
    driver.video_age_ms, driver.throttle = None, 1.0
    world.run(2 * ARMING_MS)
    driver.video_age_ms = 20.0
    world.run(1_000)
    assert world.outputs.throttle == 0


# Whatever happens

MOMENTS = st.lists(
    st.tuples(
        st.sampled_from(["drive"] * 5 + ["silent", "plug", "unplug", "stop", "clear", "freeze"]),
        st.sampled_from([0.0, 0.0, 0.3, 1.0, -1.0]),
        st.integers(1, 60),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(MOMENTS, st.integers(0, 120), st.randoms(use_true_random=False))
def test_the_car_never_runs_on(
    moments: list[tuple[str, float, int]], delay_ms: int, chance: object
) -> None:
    world = World()
    world.plug_in()
    driver = world.armed_driver("ann", Role.ADMIN)
    world.delay_ms = float(delay_ms)
    world.lost = lambda: chance.random() < 0.1  # type: ignore[attr-defined]
    wanted_ms = float("-inf")
    for kind, throttle, steps in moments:
        world.twin_frozen = kind == "freeze"
        driver.throttle = throttle if kind == "drive" else None
        match kind:
            case "plug":
                world.plug_in()
            case "unplug":
                world.unplug()
            case "stop":
                driver.ask(Stop())
            case "clear":
                driver.ask(ClearStop())
        for _ in range(steps):
            world.run(10)
            if driver.throttle:
                wanted_ms = world.now_ms
            late_ms = world.now_ms - wanted_ms - delay_ms
            if late_ms > BOARD_LIMIT_MS + 30 and not world.twin_frozen:
                assert world.outputs.throttle == 0, f"{late_ms} ms after it was last wanted"
            if kind == "stop":
                assert world.outputs.throttle == 0
