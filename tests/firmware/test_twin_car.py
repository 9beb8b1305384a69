"""The control board's firmware, compiled for this machine, as a real program on a real socket."""

import asyncio
import contextlib
import fcntl
import itertools
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.firmware.board_gateway import BoardGateway, Sending, board_gateway, sending
from tests.firmware.twin import Twin, running
from tests.support.polling import until

NEUTRAL_WITHIN_US = 400_000
"""The board promises 250 ms; the rest is for a busy machine."""


async def drive(twin: Twin, commands: Sending, throttle: float) -> None:
    """Arm, and drive until the outputs show it."""
    commands.throttle = 0.0
    await twin.reaches("armed")
    commands.throttle = throttle
    await until(lambda: twin.now.throttle == throttle, f"throttle {throttle}")


async def acted_on_next(gateway: BoardGateway, **command: Any) -> int:
    """Send one more command and wait until the board has answered it."""
    seq = await gateway.actuate(**{"ttlMs": 1000} | command)
    await until(lambda: any(m["seq"] == seq for m in gateway.of_type("acted")), f"acted {seq}")
    return seq


async def test_registers_and_sends_telemetry_twice_a_second(twin_car: Path) -> None:
    async with (
        board_gateway() as gateway,
        running(twin_car, gateway.url, "--battery", "50") as twin,
    ):
        await until(lambda: len(gateway.of_type("telemetry")) >= 4, "telemetry")
        assert gateway.received[0] == {
            "type": "register",
            "role": "board",
            "deviceId": "board-1",
            "v": 1,
            "capabilities": {"lights": True, "horn": True, "pan": True, "tilt": True},
            "model": "twin-car",
            "firmware": "0.1.0",
        }
        telemetry = gateway.of_type("telemetry")
        gaps = [b["atMs"] - a["atMs"] for a, b in itertools.pairwise(telemetry)]
        assert all(490 <= gap <= 1000 for gap in gaps), gaps
        assert telemetry[0]["state"] == "disarmed"
        health = telemetry[0]["health"]
        assert health["batteryPercent"] == 50
        assert 6 < health["batteryV"] < 9
        assert -90 < health["rssiDbm"] < -30
        assert twin.lines[0].startswith("out ")
        assert twin.outputs[0].state == "disarmed"
        assert twin.outputs[0].neutral
        assert "link up" in twin.lines


@pytest.mark.parametrize("by", ["file", "environment"])
async def test_registers_with_its_token_and_limits(twin_car: Path, tmp_path: Path, by: str) -> None:
    (tmp_path / "token").write_text("t0k3n\n", "utf-8")
    given = ("--token-file", str(tmp_path / "token")) if by == "file" else ()
    environment = {"PEERLENS_BOARD_TOKEN": "t0k3n"} if by == "environment" else {}
    limits = ("--failsafe-ms", "100", "--forward", "0.5", "--reverse", "0.25")
    async with (
        board_gateway() as gateway,
        running(twin_car, gateway.url, *given, *limits, environment=environment),
    ):
        await until(lambda: gateway.received, "the registration")
        assert gateway.received[0]["token"] == "t0k3n"
        assert gateway.received[0]["limits"] == {
            "forward": 0.5,
            "reverse": 0.25,
            "failsafeMs": 100,
        }


async def test_arms_after_half_a_second_and_follows(twin_car: Path) -> None:
    async with (
        board_gateway() as gateway,
        running(twin_car, gateway.url) as twin,
        sending(gateway) as commands,
    ):
        arming = await twin.reaches("arming")
        armed = await twin.reaches("armed")
        # Its clock counts whole milliseconds.
        assert armed.at_us - arming.at_us >= 495_000
        commands.throttle, commands.steering = 0.5, -0.25
        commands.more = {"lights": True, "horn": True, "pan": 0.5, "tilt": -1}
        await until(lambda: twin.now.throttle == 0.5, "throttle")
        now = twin.now
        assert (now.state, now.steering, now.brake) == ("armed", -0.25, False)
        assert (now.lights, now.horn, now.pan, now.tilt) == (True, True, 0.5, -1)
        acted = gateway.of_type("acted")[-1]
        assert (acted["state"], acted["throttle"], acted["steering"]) == ("armed", 0.5, -0.25)
        commands.more = {"brake": True}
        await until(lambda: twin.now.brake, "the brake")
        assert (twin.now.state, twin.now.throttle) == ("armed", 0)


async def test_goes_neutral_by_itself_after_silence(twin_car: Path) -> None:
    async with board_gateway() as gateway, running(twin_car, gateway.url) as twin:
        async with sending(gateway) as commands:
            await drive(twin, commands, 1.0)
        neutral = await twin.leaves_throttle()
        assert (neutral.state, neutral.neutral) == ("neutral", True)
        silence_us = neutral.at_us - twin.last_command_us
        assert 245_000 <= silence_us <= NEUTRAL_WITHIN_US
        disarmed = await twin.reaches("disarmed")
        assert disarmed.at_us - twin.last_command_us >= 990_000


async def test_a_longer_failsafe_is_longer(twin_car: Path) -> None:
    async with (
        board_gateway() as gateway,
        running(twin_car, gateway.url, "--failsafe-ms", "500") as twin,
    ):
        async with sending(gateway) as commands:
            await drive(twin, commands, 1.0)
        neutral = await twin.leaves_throttle()
        assert neutral.at_us - twin.last_command_us >= 495_000


async def test_a_cut_socket_disarms_and_it_comes_back_disarmed(twin_car: Path) -> None:
    async with (
        board_gateway() as gateway,
        running(twin_car, gateway.url) as twin,
        sending(gateway) as commands,
    ):
        await drive(twin, commands, 1.0)
        obeyed_us = twin.last_command_us
        gateway.cut()
        neutral = await twin.leaves_throttle()
        assert (neutral.state, neutral.neutral) == ("disarmed", True)
        assert neutral.at_us - obeyed_us <= NEUTRAL_WITHIN_US
        await until(lambda: gateway.links == 2, "the second link")
        # The commands still say full throttle.
        await until(lambda: gateway.of_type("acted")[-1]["seq"] == 5, "commands on the new link")
        assert gateway.of_type("acted")[-1]["state"] == "disarmed"
        assert twin.now.state == "disarmed"
        assert any(line.startswith("link down ") for line in twin.lines)
        await drive(twin, commands, 0.25)


async def test_the_watchdog_stops_the_car_when_the_loop_hangs(twin_car: Path) -> None:
    async with (
        board_gateway() as gateway,
        running(twin_car, gateway.url, "--stall-ms", "2000") as twin,
        sending(gateway) as commands,
    ):
        await drive(twin, commands, 1.0)
        obeyed_us = twin.last_command_us
        twin.signal(signal.SIGUSR1)
        neutral = await twin.leaves_throttle()
        assert (neutral.state, neutral.neutral) == ("disarmed", True)
        # One more command may have come before the loop hangs; it comes back only after 2 s.
        assert neutral.at_us - obeyed_us <= 2 * NEUTRAL_WITHIN_US
        obeyed = sum(line.startswith("cmd ") for line in twin.lines)
        await until(
            lambda: sum(line.startswith("cmd ") for line in twin.lines) > obeyed + 5,
            "the loop to come back",
        )
        assert twin.now.state == "disarmed"
        assert all(
            outputs.throttle == 0 for outputs in twin.outputs if outputs.at_us > neutral.at_us
        )
        await drive(twin, commands, 0.5)


async def test_commands_that_waited_while_it_was_stopped_move_nothing(twin_car: Path) -> None:
    async with (
        board_gateway() as gateway,
        running(twin_car, gateway.url) as twin,
        sending(gateway) as commands,
    ):
        await drive(twin, commands, 1.0)
        twin.signal(signal.SIGSTOP)
        driven = gateway.of_type("acted")[-1]["seq"]
        for _ in range(50):
            await gateway.actuate(1.0)
            await asyncio.sleep(0.01)  # the commands are to be of different age
        twin.signal(signal.SIGCONT)
        neutral = await twin.leaves_throttle()
        assert (neutral.state, neutral.neutral) == ("disarmed", True)
        await until(lambda: gateway.of_type("acted")[-1]["seq"] > driven + 50, "newer commands")
        assert all(
            outputs.throttle == 0 for outputs in twin.outputs if outputs.at_us >= neutral.at_us
        )


@pytest.mark.parametrize(
    "stale",
    [
        pytest.param(lambda at: {"atMs": at - 2000, "heldMs": 2000.5}, id="held too long"),
        pytest.param(lambda at: {"atMs": at + 5000, "heldMs": 0}, id="from the future"),
        pytest.param(lambda at: {"atMs": at, "heldMs": 1900}, id="held before it was heard"),
        pytest.param(lambda at: {"atMs": at - 1000, "heldMs": 0}, id="older than ttl"),
    ],
)
async def test_acts_on_no_stale_command(twin_car: Path, stale: Any) -> None:
    async with (
        board_gateway() as gateway,
        running(twin_car, gateway.url, "--boot-ms", "100000") as twin,
    ):
        await until(lambda: gateway.of_type("telemetry"), "telemetry")
        await acted_on_next(gateway)
        refused = await gateway.actuate(heard=stale(gateway.heard()["atMs"]))
        obeyed = await acted_on_next(gateway)
        assert refused not in [message["seq"] for message in gateway.of_type("acted")]
        commands = [line.split(" ")[2] for line in twin.lines if line.startswith("cmd ")]
        assert str(obeyed) in commands
        assert str(refused) not in commands


async def test_acts_on_newer_commands_only_and_survives_garbage(twin_car: Path) -> None:
    async with board_gateway() as gateway, running(twin_car, gateway.url):
        await until(lambda: gateway.of_type("telemetry"), "telemetry")
        await acted_on_next(gateway)
        await gateway.actuate(seq=1)
        await gateway.actuate(throttle=7)
        await gateway.send({"type": "shout"})
        await gateway.send({"type": "stop", "now": True})
        last = await acted_on_next(gateway)
        assert [message["seq"] for message in gateway.of_type("acted")] == [1, last]
        assert gateway.links == 1


async def test_a_flood_of_commands_is_harmless(twin_car: Path) -> None:
    async with board_gateway() as gateway, running(twin_car, gateway.url) as twin:
        await until(lambda: gateway.of_type("telemetry"), "telemetry")
        for _ in range(5000):
            await gateway.actuate(1.0)
        async with sending(gateway):
            await until(
                lambda: any(m["seq"] > 5000 for m in gateway.of_type("acted")), "the next command"
            )
            await twin.reaches("arming")
        assert gateway.links == 1
        assert all(outputs.throttle == 0 for outputs in twin.outputs)


async def test_who_does_not_read_its_outputs_does_not_hold_it_up(twin_car: Path) -> None:
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    os.set_blocking(reading, False)
    async with board_gateway() as gateway:
        process = await asyncio.create_subprocess_exec(
            *(str(twin_car), "--url", gateway.url, "--id", "board-1", "--trace"), stdout=writing
        )
        os.close(writing)
        try:
            async with sending(gateway) as commands:
                await until(
                    lambda: any(m["state"] == "armed" for m in gateway.of_type("acted")), "armed"
                )
                commands.throttle = 0.5
                await until(lambda: gateway.of_type("acted")[-1]["throttle"] == 0.5, "throttle")
                read = bytearray()

                def newest_is_read() -> bool:
                    with contextlib.suppress(BlockingIOError):
                        read.extend(os.read(reading, 4096))
                    return b" armed 0.5000 " in read

                await until(newest_is_read, "the newest outputs")
                assert b" armed 0.0000 " not in read, "what could not be written is not told late"
        finally:
            process.terminate()
            code = await asyncio.wait_for(process.wait(), 5)
            os.close(reading)
        assert code == 0


async def test_an_emergency_stop_latches_over_a_new_link(twin_car: Path) -> None:
    async with (
        board_gateway() as gateway,
        running(twin_car, gateway.url) as twin,
        sending(gateway) as commands,
    ):
        await drive(twin, commands, 1.0)
        await gateway.send({"type": "stop"})
        assert (await twin.reaches("stopped")).neutral
        gateway.cut()
        await until(lambda: gateway.links == 2 and gateway.connected, "the second link")
        await until(lambda: gateway.of_type("acted")[-1]["seq"] >= 3, "commands on the new link")
        assert twin.now.state == "stopped"
        await gateway.send({"type": "clearStop"})
        await twin.reaches("disarmed")
        await drive(twin, commands, 0.5)


async def test_finds_the_gateway_again_after_it_was_away(twin_car: Path) -> None:
    async with board_gateway() as gateway, running(twin_car, gateway.url) as twin:
        await until(lambda: gateway.links == 1, "the first link")
        await gateway.close()
        await twin.prints("link down Connection refused")
        await gateway.start()
        await until(lambda: gateway.links == 2, "the second link")
        await until(lambda: twin.lines.count("link up") == 2, "link up")


async def test_takes_a_silent_link_as_dead(twin_car: Path) -> None:
    async with board_gateway() as gateway, running(twin_car, gateway.url) as twin:
        await until(lambda: gateway.links == 1, "the first link")
        gateway.answers_pings = False
        await twin.prints("link down silent")
        await until(lambda: gateway.links == 2, "the second link")


async def test_tells_why_it_is_refused(twin_car: Path) -> None:
    async with board_gateway() as gateway:
        problem = "urn:peerlens:problem:unauthorized"
        gateway.refusal = (4401, {"type": "error", "problem": problem, "detail": "wrong token"})
        async with running(twin_car, gateway.url) as twin:
            await twin.prints(f"refused {problem}: wrong token")
            await twin.prints("link down closed 4401")


async def test_ends_when_another_board_takes_its_name(twin_car: Path) -> None:
    async with board_gateway() as gateway:
        problem = "urn:peerlens:problem:superseded"
        gateway.refusal = (4409, {"type": "error", "problem": problem, "detail": "another"})
        async with running(twin_car, gateway.url) as twin:
            assert await asyncio.wait_for(twin.process.wait(), 10) == 1


async def test_drives_on_over_the_wrap_of_its_clock(twin_car: Path) -> None:
    async with (
        board_gateway() as gateway,
        running(twin_car, gateway.url, "--boot-ms", str(2**32 - 2000)) as twin,
        sending(gateway) as commands,
    ):
        await drive(twin, commands, 0.5)
        await until(
            lambda: 1000 < gateway.of_type("acted")[-1]["atMs"] < 2**31, "the clock to wrap"
        )
        assert [outputs.state for outputs in twin.outputs].count("armed") == 2
        assert twin.now.throttle == 0.5
        assert gateway.links == 1


async def test_ends_neutral_when_asked_to(twin_car: Path) -> None:
    async with (
        board_gateway() as gateway,
        running(twin_car, gateway.url) as twin,
        sending(gateway) as commands,
    ):
        await drive(twin, commands, 1.0)
        assert await twin.stop() == 0
        assert twin.now.neutral
        assert twin.lines[-1] == "link down stopping"
        await until(lambda: not gateway.connected, "the goodbye")


async def test_ends_when_nobody_reads_its_outputs(twin_car: Path) -> None:
    async with board_gateway() as gateway:
        process = await asyncio.create_subprocess_exec(
            *("sh", "-c", '"$@" | head -n 1', "sh", str(twin_car), "--url", gateway.url),
            *("--id", "board-1"),
            stdout=asyncio.subprocess.PIPE,
        )
        output, _ = await asyncio.wait_for(process.communicate(), 10)
        assert output.startswith(b"out ")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "--url is missing"),
        (["--url", "ws://127.0.0.1:1/"], "--id is missing"),
        (["--url", "http://127.0.0.1/", "--id", "b"], "--url: expected ws://"),
        (["--url", "wss:///ws", "--id", "b"], "--url: expected ws://"),
        (["--url", "ws://127.0.0.1:99999/", "--id", "b"], "--url: expected ws://"),
        (["--url", "ws://h/", "--id", "a b"], "--id: expected"),
        (["--url", "ws://h/", "--id", "b", "--failsafe-ms", "99"], "--failsafe-ms: expected"),
        (["--url", "ws://h/", "--id", "b", "--failsafe-ms", "nan"], "--failsafe-ms: expected"),
        (["--url", "ws://h/", "--id", "b", "--forward", "1.1"], "--forward: expected"),
        (["--url", "ws://h/", "--id", "b", "--battery", "x"], "--battery: expected"),
        (["--url", "ws://h/", "--id", "b", "--token-file", "/nowhere"], "--token-file: cannot"),
        (["--url", "ws://h/", "--id", "b", "--ca", "/nowhere"], "--ca: expected a file"),
        (["--url", "ws://h/", "--id", "b", "--motor", "steam"], "--motor: expected esc or"),
        (["--url", "ws://h/", "--id", "b", "--http-port", "65536"], "--http-port: expected"),
        (["--url", "ws://h/", "--id", "b", "--basic", "admin"], "--basic: expected NAME:"),
        (["--url", "ws://h/", "--id", "b", "--bearer", ""], "--bearer: expected a token"),
        (["--url", "ws://h/", "--id", "b", "--speed", "9"], "unknown option --speed"),
        (["--url", "ws://h/", "--id"], "--id: expected a value"),
    ],
)
def test_bad_usage_is_one_clear_line(twin_car: Path, arguments: list[str], complaint: str) -> None:
    result = subprocess.run(
        [str(twin_car), *arguments], capture_output=True, text=True, timeout=5, check=False
    )
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.startswith(f"twin-car: {complaint}")
    assert result.stderr.count("\n") == 1


def test_help_explains_itself(twin_car: Path) -> None:
    result = subprocess.run(
        [str(twin_car), "--help"], capture_output=True, text=True, timeout=5, check=False
    )
    assert result.returncode == 0
    assert "--failsafe-ms" in result.stdout
