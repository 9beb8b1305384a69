"""What the pins of the control board get: pulses and duty, from the first line to the last."""

import signal
from pathlib import Path

import pytest

from tests.firmware.board_gateway import Sending, board_gateway, sending
from tests.firmware.twin import Pins, Twin, running
from tests.support.polling import until

BRAKED = (1000, 1000)


def duty(pins: Pins) -> tuple[int, int]:
    return pins.forward, pins.reverse


def stands(pins: Pins) -> bool:
    return duty(pins) in ((0, 0), BRAKED) and pins.esc_us in (0, 1500)


async def drive(twin: Twin, commands: Sending, throttle: float) -> None:
    commands.throttle = 0.0
    await twin.reaches("armed")
    commands.throttle = throttle
    await until(lambda: twin.now.throttle == throttle, f"throttle {throttle}")


async def test_a_bridge_is_braked_at_boot_and_gets_duty_on_one_input(twin_car: Path) -> None:
    async with (
        board_gateway() as gateway,
        running(twin_car, gateway.url, "--pulses") as twin,
        sending(gateway) as commands,
    ):
        await until(lambda: twin.pins, "the first pins")
        assert (duty(twin.pins[0]), twin.pins[0].steering_us) == (BRAKED, 1500)
        commands.steering = -1.0
        commands.more = {"lights": True, "horn": True, "pan": 0.5}
        await drive(twin, commands, 0.5)
        await until(lambda: duty(twin.pins[-1]) == (500, 0), "half the duty")
        now = twin.pins[-1]
        assert (now.steering_us, now.esc_us, now.pan_us, now.tilt_us) == (1100, 0, 1700, 1500)
        assert (now.lights, now.horn) == (True, True)
        commands.throttle = -1.0
        await until(lambda: duty(twin.pins[-1]) == (0, 1000), "full duty backwards")
        driven = [duty(pins) for pins in twin.pins]
        turned = driven.index((500, 0)) + 1
        assert driven[turned] == (0, 0), "it rests between forwards and backwards"
        assert driven[turned + 1][1] < 1000, "and then begins gently"
        assert all(0 in each or each == BRAKED for each in driven)


async def test_an_esc_gets_neutral_for_two_seconds_and_its_driver_waits(twin_car: Path) -> None:
    async with (
        board_gateway() as gateway,
        running(twin_car, gateway.url, "--pulses", "--motor", "esc") as twin,
        sending(gateway) as commands,
    ):
        await until(lambda: twin.pins, "the first pins")
        booted_us = twin.pins[0].at_us
        arming = await twin.reaches("arming")
        assert arming.at_us - booted_us >= 1_950_000
        await drive(twin, commands, 1.0)
        await until(lambda: twin.pins[-1].esc_us == 2000, "the longest pulse")
        assert all(pins.esc_us == 1500 for pins in twin.pins if pins.at_us < arming.at_us)
        assert all(duty(pins) == (0, 0) for pins in twin.pins)


@pytest.mark.parametrize("motor", ["bridge", "esc"])
async def test_the_pins_are_neutral_when_the_watchdog_trips(twin_car: Path, motor: str) -> None:
    async with (
        board_gateway() as gateway,
        running(twin_car, gateway.url, "--pulses", "--stall-ms", "2000", "--motor", motor) as twin,
        sending(gateway) as commands,
    ):
        commands.steering = 1.0
        await drive(twin, commands, 1.0)
        await until(lambda: not stands(twin.pins[-1]), "the motor to turn")
        hangs_at = len(twin.pins)
        twin.signal(signal.SIGUSR1)
        await until(lambda: len(twin.pins) > hangs_at and stands(twin.pins[-1]), "neutral pins")
        assert twin.pins[-1].steering_us == 1500
        await until(lambda: gateway.of_type("acted")[-1]["state"] == "disarmed", "it to be back")
        moved = [pins for pins in twin.pins[hangs_at:] if not stands(pins)]
        assert all(pins.at_us < twin.pins[-1].at_us for pins in moved)


async def test_the_pins_are_neutral_when_it_ends(twin_car: Path) -> None:
    async with (
        board_gateway() as gateway,
        running(twin_car, gateway.url, "--pulses") as twin,
        sending(gateway) as commands,
    ):
        await drive(twin, commands, 1.0)
        assert await twin.stop() == 0
        assert duty(twin.pins[-1]) == BRAKED
        assert not twin.pins[-1].horn


async def test_without_the_option_there_are_no_such_lines(twin_car: Path) -> None:
    async with board_gateway() as gateway, running(twin_car, gateway.url) as twin:
        await twin.prints("link up")
        assert not twin.pins


async def test_a_board_that_dies_while_it_drives_comes_back_neutral(twin_car: Path) -> None:
    async with board_gateway() as gateway, sending(gateway) as commands:
        async with running(twin_car, gateway.url, "--pulses") as twin:
            await drive(twin, commands, 1.0)
            twin.signal(signal.SIGKILL)
            await twin.process.wait()
        # Full throttle is still asked for.
        async with running(twin_car, gateway.url, "--pulses") as twin:
            await until(lambda: gateway.links == 2, "the second link")
            answered = len(gateway.of_type("acted"))
            await until(lambda: len(gateway.of_type("acted")) > answered + 15, "many answers")
            assert all(duty(pins) == BRAKED for pins in twin.pins)
            assert twin.now.state == "disarmed"
