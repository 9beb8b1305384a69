"""The page that checks the connection, in real Chromium: all is well, or TURN is dead."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from peerlens.virtual_camera import ScenePictures, VirtualCamera
from tests.support.chromium import Screen, screen
from tests.support.coturn import coturn
from tests.support.doctor import write
from tests.support.program import free_port, program

PAGE = '[data-testid="doctor-page"]'
DEADLINE_S, HUNG_UP_S = 60.0, 8.0
ON_LOOPBACK = "--allow-loopback-peers"


@contextlib.asynccontextmanager
async def server(folder: Path, **settings: Any) -> AsyncIterator[str]:
    """``peerlens up`` with one camera; gives its address."""
    async with VirtualCamera(ScenePictures(320, 240, 25.0)) as camera:
        cameras = {"front": {"source": camera.url}}
        file = write(folder, {"http": {"port": free_port()}, "cameras": cameras, **settings})
        async with program("up", "-c", str(file)) as running:
            yield (await running.printed(r"Peerlens is up: (\S+)"))[1]


@contextlib.asynccontextmanager
async def checked(url: str) -> AsyncIterator[tuple[Screen, dict[str, str]]]:
    """Open the page and let it look; gives the levels of its findings, by id."""
    async with screen() as shown:
        await shown.open(url)
        await shown.shown(PAGE, "data-state", "done", DEADLINE_S)
        rows = await shown.page.locator('[data-testid="finding"]').all()
        levels = {
            await row.get_attribute("data-id") or "": await row.get_attribute("data-level") or ""
            for row in rows
        }
        yield shown, levels


async def test_a_healthy_server_and_a_report_to_pass_on(tmp_path: Path) -> None:
    auth = {"mode": "token", "state_dir": str(tmp_path / "state")}
    with coturn(tmp_path, ON_LOOPBACK) as turn:
        async with server(tmp_path, auth=auth, webrtc={"turn": turn.setting()}) as url:
            tokens = json.loads((tmp_path / "state" / "tokens.json").read_text())
            token = tokens["viewer"]
            async with checked(f"{url}/doctor#token={token}") as (shown, levels):
                await nobody_watches(url, tokens["admin"])
                assert set(levels.values()) <= {"ok", "note"}, levels
                expected = {"browser.webrtc", "server.reachable", "clock.right", "pictures.arrive"}
                expected |= {"stun.answers", "turn.allocates", "call.direct", "call.turn"}
                assert expected <= levels.keys()
                report = await report_of(shown)
    assert report["worst"] in ("ok", "note")
    calls = {each["id"]: each["figures"] for each in report["findings"] if "call." in each["id"]}
    assert "relay/relay (TURN over " in calls["call.turn"]["path"]
    assert calls["call.direct"]["pictureMs"] > 0
    text = json.dumps(report)
    assert token not in text
    assert turn.secret not in text


async def nobody_watches(url: str, token: str) -> None:
    """The page has hung up, rather than left the gateway to find out by silence."""
    headers = {"Authorization": f"Bearer {token}"}
    async with ClientSession(headers=headers) as session, asyncio.timeout(HUNG_UP_S):
        while True:
            async with session.get(f"{url}/api/viewers") as answer:
                if await answer.json() == []:
                    return
            await asyncio.sleep(0.1)


async def report_of(shown: Screen) -> dict[str, Any]:
    """Press "Copy report" and look what is on the clipboard."""
    await shown.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await shown.page.locator('[data-testid="copy-report"]').click()
    await shown.page.get_by_text("Copied").wait_for()
    report: dict[str, Any] = json.loads(await shown.page.evaluate("navigator.clipboard.readText()"))
    return report


async def test_a_turn_server_that_died(tmp_path: Path) -> None:
    with coturn(tmp_path, ON_LOOPBACK) as turn:
        turn.kill()
        async with (
            server(tmp_path, webrtc={"turn": turn.setting()}) as url,
            checked(f"{url}/doctor") as (shown, levels),
        ):
            assert levels["turn.unreachable"] == "problem"
            assert levels["stun.silent"] == "warning"
            # The camera can be seen from here all the same.
            assert levels["call.direct"] == "ok"
            await shown.shown(PAGE, "data-worst", "problem", 1.0)


async def test_the_way_there_from_a_camera_and_without_a_token(tmp_path: Path) -> None:
    auth = {"mode": "token", "state_dir": str(tmp_path / "state")}
    async with server(tmp_path, auth=auth) as url, screen() as shown:
        await shown.open(f"{url}/")
        await shown.page.locator('[data-testid="token-prompt"]').wait_for()
        await shown.page.get_by_label("Check the connection").click()
        await shown.shown(PAGE, "data-state", "done", DEADLINE_S)
        finding = shown.page.locator('[data-testid="finding"][data-id="server.token"]')
        assert await finding.get_attribute("data-level") == "problem"
        token = json.loads((tmp_path / "state" / "tokens.json").read_text())["viewer"]
        await shown.open(f"{url}/camera/front#token={token}")
        await shown.page.locator('[data-testid="details"] summary').click()
        await shown.page.locator('[data-testid="details"]').get_by_text("Check the").click()
        await shown.shown(PAGE, "data-state", "done", DEADLINE_S)
        await shown.shown(PAGE, "data-worst", "note", 1.0)
