"""``peerlens doctor`` as its users meet it: as a process, beside a running server or alone."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from yarl import URL

from edge.roles import Role
from edge.tokens import Tokens
from peerlens.virtual_camera import Fault, ScenePictures, VirtualCamera
from tests.support.coturn import coturn
from tests.support.doctor import write
from tests.support.polling import until
from tests.support.program import PEERLENS, free_port, program

DEADLINE_S = 30.0


async def doctor(*arguments: str) -> tuple[int | None, str, str]:
    """Run the command; returns its exit code, what it printed and what it complained of."""
    process = await asyncio.create_subprocess_exec(
        str(PEERLENS),
        "doctor",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(DEADLINE_S):
        output, errors = await process.communicate()
    return process.returncode, output.decode(), errors.decode()


def levels(output: str) -> dict[str, str]:
    return {each["id"]: each["level"] for each in json.loads(output)["findings"]}


async def test_all_is_well_beside_a_running_server(tmp_path: Path) -> None:
    port = free_port()
    async with VirtualCamera(ScenePictures(320, 240, 25.0)) as camera:
        file = write(
            tmp_path,
            {
                "http": {"port": port},
                "auth": {"mode": "token", "state_dir": str(tmp_path / "state")},
                "cameras": {"front": {"source": camera.url, "warm": True}},
            },
        )
        async with program("up", "-c", str(file)) as server:
            await server.printed("Peerlens is up")
            await until(lambda: camera.streams, "the gateway at the camera")
            code, output, errors = await doctor("-c", str(file), "--json")
        # The running gateway held the camera all the time, and nobody else came near it.
        assert camera.requests == 1
    assert (code, errors) == (0, "")
    found = levels(output)
    assert set(found.values()) <= {"ok", "note"}
    expected = {"port.serving", "server.ready", "camera.pictures", "signaling.reachable"}
    assert expected | {"call.connected"} <= found.keys()
    tokens = Tokens.load_or_create(tmp_path / "state").by_role
    assert not [role for role in Role if tokens[role] in output]


async def test_all_is_well_on_two_machines(tmp_path: Path) -> None:
    public, home = tmp_path / "public", tmp_path / "home"
    for folder in (public, home):
        folder.mkdir()
    with coturn(tmp_path, "--allow-loopback-peers") as turn:
        broker = write(
            public,
            {
                "http": {"port": free_port()},
                "auth": {"mode": "token", "state_dir": str(public)},
                "webrtc": {"turn": turn.setting()},
            },
        )
        async with program("signaling", "-c", str(broker)) as signaling:
            url = URL((await signaling.printed(r"Peerlens is up: (\S+)"))[1])
            token = Tokens.load_or_create(public).by_role[Role.GATEWAY]
            uplink = {"url": str(url.with_scheme("ws") / "ws"), "token": token}
            cameras = {"front": {"source": "synthetic:"}}
            http = {"port": free_port()}
            gateway = write(home, {"http": http, "cameras": cameras, "signaling": uplink})
            async with program("gateway", "-c", str(gateway)) as running:
                await running.printed("registered with")
                (at_broker, seen, _), (at_home, felt, _) = await asyncio.gather(
                    doctor("-c", str(broker), "--json"), doctor("-c", str(gateway), "--json")
                )
    assert (at_broker, at_home) == (0, 0), seen + felt
    assert {"camera.registered", "call.connected", "turn.relays"} <= levels(seen).keys()
    # The gateway has no TURN of its own: signaling hands it out.
    assert {"camera.pictures", "call.connected", "turn.relays"} <= levels(felt).keys()
    assert token not in seen + felt
    assert turn.secret not in seen + felt


async def test_text_is_one_line_for_each_finding(tmp_path: Path) -> None:
    async with VirtualCamera(ScenePictures(320, 240, 25.0), fault=Fault.SLOW) as camera:
        cameras = {"front": {"source": camera.url}}
        file = write(tmp_path, {"http": {"port": 0}, "cameras": cameras})
        code, output, errors = await doctor("-c", str(file))
    assert (code, errors) == (3, "")
    [line] = [line for line in output.splitlines() if line.endswith("[camera.slow]")]
    assert line.startswith("  warning  front sends only ")
    assert "To do: lower its resolution" in line
    assert "\x1b" not in output
    assert "1 warning, " in output.splitlines()[-1]


async def test_problems_are_told_by_the_exit_code(tmp_path: Path) -> None:
    cameras = {"front": {"source": f"http://127.0.0.1:{free_port()}/stream"}}
    file = write(tmp_path, {"http": {"port": 0}, "cameras": cameras})
    code, output, errors = await doctor("-c", str(file), "--json")
    assert (code, errors) == (4, "")
    report: dict[str, Any] = json.loads(output)
    assert report["exitCode"] == 4
    assert report["worst"] == "problem"
    found = levels(output)
    assert found["camera.unreachable"] == "problem"
    # What does not depend on the camera is looked at all the same.
    assert found["call.connected"] == "ok"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["-c", "/nowhere.yaml"], "/nowhere.yaml: no such file"),
        (["--set", "cameras.front.sorce=http://a/"], "sorce"),
        (["--public-url", "cars.example.org"], "expected http://HOST[:PORT]"),
    ],
)
async def test_bad_usage_stays_2(arguments: list[str], expected: str) -> None:
    code, output, errors = await doctor(*arguments)
    assert (code, output) == (2, "")
    assert expected in errors


async def test_help_tells_the_exit_codes() -> None:
    code, output, _ = await doctor("--help")
    assert code == 0
    assert "3 warnings, 4 problems" in output
    assert "peerlens doctor -c peerlens.yaml" in output
