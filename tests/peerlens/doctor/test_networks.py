"""The doctor behind real routers, in network namespaces: of which kind, and what they block."""

import asyncio
import contextlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bench.network.internet import Internet, internet
from bench.network.namespaces import Namespace
from bench.network.nat import Blocked, Nat, Router
from tests.support.coturn import Coturn, coturn
from tests.support.doctor import write
from tests.support.program import PEERLENS

DEADLINE_S = 30.0


@dataclass(frozen=True)
class World:
    """Two public coturns, and room for somebody behind a router."""

    internet: Internet
    first: Coturn
    second: Coturn

    def configuration(self, **webrtc: Any) -> dict[str, Any]:
        stun = [f"stun:{self.second.addresses[0]}:{self.second.port}"]
        return {"http": {"port": 0}, "webrtc": {"ice_servers": [{"urls": stun}], **webrtc}}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with internet() as made, contextlib.ExitStack() as stack:
        servers = []
        for name in ("first", "second"):
            host, folder = made.public_host(), tmp_path / name
            folder.mkdir()
            running = coturn(folder, addresses=[host.address], inside=host)
            servers.append(stack.enter_context(running))
        yield World(made, *servers)


async def doctor(
    inside: Namespace, folder: Path, configuration: dict[str, Any]
) -> tuple[int | None, dict[str, dict[str, Any]]]:
    """Run the command there; returns its exit code, and the findings by id."""
    process = await asyncio.create_subprocess_exec(
        *inside.command(str(PEERLENS), "doctor", "--json", "-c", str(write(folder, configuration))),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(DEADLINE_S):
        output, errors = await process.communicate()
    assert errors == b"", errors.decode()
    findings = json.loads(output)["findings"]
    return process.returncode, {each["id"]: each for each in findings}


def at_home(world: World, router: Router) -> Namespace:
    """A host behind ``router``."""
    host = world.internet.private_host("home")
    world.internet.connect(host, router)
    return host


async def test_a_cone_with_a_turn_server_that_is_right(world: World, tmp_path: Path) -> None:
    host = at_home(world, Router(Nat.PORT_RESTRICTED))
    code, findings = await doctor(host, tmp_path, world.configuration(turn=world.first.setting()))
    assert code == 0, findings
    good = {"nat.cone", "stun.answers", "turn.allocates", "turn.relays", "turn.closed"}
    assert good <= findings.keys()
    assert findings["nat.cone"]["figures"]["nat"] == "endpoint-independent"


async def test_a_symmetric_nat_is_noted_and_needs_turn(world: World, tmp_path: Path) -> None:
    host = at_home(world, Router(Nat.SYMMETRIC))
    both = [f"stun:{each.addresses[0]}:{each.port}" for each in (world.first, world.second)]
    without, with_turn = (
        {"http": {"port": 0}, "webrtc": {"ice_servers": [{"urls": both}]}},
        world.configuration(turn=world.first.setting()),
    )
    code, findings = await doctor(host, tmp_path, without)
    assert code == 3
    assert findings["nat.symmetric"]["level"] == "warning"
    code, findings = await doctor(host, tmp_path, with_turn)
    assert code == 0, findings
    assert findings["nat.symmetric"]["level"] == "note"


async def test_one_server_cannot_tell_the_kind(world: World, tmp_path: Path) -> None:
    host = at_home(world, Router(Nat.SYMMETRIC))
    turn = world.first.setting()
    code, findings = await doctor(host, tmp_path, {"http": {"port": 0}, "webrtc": {"turn": turn}})
    assert code == 0, findings
    assert findings["nat.unknown"]["level"] == "note"


async def test_a_network_that_blocks_udp(world: World, tmp_path: Path) -> None:
    host = at_home(world, Router(blocked=Blocked.UDP))
    code, findings = await doctor(host, tmp_path, world.configuration(turn=world.first.setting()))
    assert code == 3, findings
    assert findings["turn.udp-blocked"]["level"] == "warning"
    assert findings["turn.allocates"]["figures"]["way"] == "tcp"
    assert "turn.relays" in findings
    assert findings["stun.silent"]["level"] == "warning"


async def test_where_nothing_ever_answers_it_ends_in_time(tmp_path: Path) -> None:
    gone = "5.200.0.1"
    ways = (f"turn:{gone}?transport=udp", f"turn:{gone}?transport=tcp", f"turns:{gone}")
    configuration = {
        "http": {"port": 0},
        "cameras": {"front": {"source": f"http://{gone}/stream", "connect_timeout_s": 30.0}},
        "signaling": {"url": f"wss://{gone}/ws"},
        "webrtc": {"turn": {"urls": list(ways), "secret": "0123456789abcdef"}},
    }
    with internet() as made:
        host = made.public_host()
        began_s = time.monotonic()
        code, findings = await doctor(host, tmp_path, configuration)
        took_s = time.monotonic() - began_s
    assert code == 4
    expected = {"camera.no-answer", "signaling.unreachable", "stun.silent", "turn.unreachable"}
    assert expected <= findings.keys()
    assert "doctor.no-time" not in findings
    # What it needs to start is not its own.
    assert took_s < 20.0 + 5.0
