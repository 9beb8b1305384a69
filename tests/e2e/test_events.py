"""Events on the page, in real Chromium against a real server: timeline, clips, zones, alerts."""

import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from playwright.async_api import Locator, Page

from peerlens.virtual_camera import VirtualCamera
from tests.support.chromium import Screen, screen
from tests.support.doctor import write
from tests.support.passing_pictures import PassingPictures
from tests.support.program import free_port, program

DEADLINE_MS = 25_000
EVENT = '[data-testid="event"]'
ENDED = f'{EVENT}[data-ongoing="false"]'
ONGOING = f'{EVENT}[data-ongoing="true"]'

# What the browser is asked to show; headless, nobody would see it.
NOTICES = """window.notices = [];
window.Notification = class extends Notification {
  constructor(...given) { super(...given); window.notices.push(given); }
};"""


@dataclass(frozen=True)
class Server:
    url: str
    tokens: dict[str, str]
    pictures: dict[str, PassingPictures]

    async def motion(self) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.tokens['viewer']}"}
        async with (
            ClientSession(headers=headers) as session,
            session.get(f"{self.url}/api/cameras/front/motion") as answer,
        ):
            assert answer.status == 200
            settings: dict[str, Any] = await answer.json()
            return settings


@contextlib.asynccontextmanager
async def server(folder: Path, *cameras: str) -> AsyncIterator[Server]:
    """``peerlens up`` with token login and cameras that nobody needs to watch."""
    async with contextlib.AsyncExitStack() as stack:
        pictures, settings = {}, {}
        for name in cameras:
            pictures[name] = PassingPictures()
            virtual = await stack.enter_async_context(VirtualCamera(pictures[name]))
            settings[name] = {"source": virtual.url, "name": name.title(), "warm": True}
        auth = {"mode": "token", "state_dir": str(folder / "state")}
        file = write(folder, {"http": {"port": free_port()}, "auth": auth, "cameras": settings})
        running = await stack.enter_async_context(program("up", "-c", str(file)))
        url = (await running.printed(r"Peerlens is up: (\S+)"))[1].rstrip("/")
        tokens = json.loads((folder / "state" / "tokens.json").read_text())
        yield Server(url, tokens, pictures)


@contextlib.asynccontextmanager
async def looking(server: Server, path: str, role: str) -> AsyncIterator[Screen]:
    async with screen() as shown:
        shown.page.set_default_timeout(DEADLINE_MS)
        await shown.page.context.grant_permissions(["notifications"], origin=server.url)
        await shown.page.add_init_script(NOTICES)
        await shown.open(f"{server.url}{path}#token={server.tokens[role]}")
        yield shown


async def counted(page: Page, count: int) -> None:
    await page.wait_for_selector(
        f'[data-testid="events"][data-state="ready"][data-count="{count}"]'
    )


async def true(page: Page, script: str) -> None:
    """Wait until ``script``, an expression, is true."""
    await page.wait_for_function(f"() => {script}")


async def test_an_event_is_listed_played_and_deleted(tmp_path: Path) -> None:
    async with server(tmp_path, "front") as served, looking(served, "/camera/front", "admin") as on:
        page = on.page
        await on.state("live")
        await page.wait_for_selector('[data-testid="events-empty"]')
        served.pictures["front"].is_moving = True
        card = page.locator(ONGOING)
        await card.scroll_into_view_if_needed()
        assert await card.get_attribute("data-camera") == "front"
        # A thumbnail, though an img could not show the token.
        await true(page, f"document.querySelector('{EVENT} img')?.naturalWidth > 0")

        # It plays while it is being written, and goes on with what is written meanwhile.
        await card.click()
        clip = "document.querySelector('[data-testid=clip]')"
        await true(page, f"{clip}?.currentTime > 0.5")
        first_end_s = await page.evaluate(f"{clip}.duration")
        served.pictures["front"].is_moving = False
        await page.wait_for_selector(ENDED, state="attached")
        await true(page, f"{clip}.duration > {first_end_s} && {clip}.currentTime > {first_end_s}")
        assert await page.evaluate(f"{clip}.error") is None

        await page.click('[data-testid="show-picture"]')
        snapshot = page.locator('[data-testid="event-snapshot"]')
        await snapshot.wait_for()
        assert await snapshot.evaluate("(it) => it.decode().then(() => it.naturalWidth)") == 320
        await page.wait_for_selector('.event-stage [data-testid="motion-box"]')
        await page.keyboard.press("Escape")
        await page.wait_for_selector('[data-testid="event-dialog"]', state="detached")

        await filters(page)

        await page.click(EVENT)
        await page.click('[data-testid="delete-event"]')
        await page.click('[data-testid="delete-for-good"]')
        await counted(page, 0)
        await page.reload()
        await counted(page, 0)


async def filters(page: Page) -> None:
    """The one event is under its own kind, and under no other."""
    own = await page.locator(EVENT).get_attribute("data-what")
    for kind in ("person", "object", "light", "unknown"):
        await page.click(f'[data-testid="filter-{kind}"]')
        await counted(page, 1 if kind == own else 0)
    await page.click('[data-testid="filter-all"]')
    await counted(page, 1)


async def test_a_mask_is_drawn_and_what_moves_in_it_is_no_motion(tmp_path: Path) -> None:
    async with server(tmp_path, "front") as served, looking(served, "/camera/front", "admin") as on:
        page = on.page
        served.pictures["front"].is_moving = True
        await on.state("live")
        await page.wait_for_selector(ONGOING, state="attached")
        await page.click('[data-testid="edit-motion"]')
        meter = '[data-testid="motion-meter"]'
        await page.wait_for_selector(f'{meter}:not([data-level="NONE"])')

        await page.click('[data-testid="add-mask"]')
        points = page.locator('[data-testid="zone-point"]')
        await drag(page, points.nth(1), (0.9, 0.05))
        await drag(page, points.nth(2), (0.9, 0.6))
        await points.nth(3).focus()
        await page.keyboard.press("Shift+ArrowDown")
        await page.keyboard.press("ArrowLeft")
        await page.click('[data-testid="save-zones"]')
        await page.wait_for_selector('[data-testid="motion-panel"][data-saved="true"]')
        [mask] = (await served.motion())["masks"]
        expected = [(0.15, 0.15), (0.9, 0.05), (0.9, 0.6), (0.14, 0.5)]
        for point, wanted in zip(mask, expected, strict=True):
            assert point == pytest.approx(wanted, abs=0.01)

        # It still moves: the event ends because nobody looks there any more.
        await page.wait_for_selector(ENDED, state="attached")
        await page.wait_for_selector(f'{meter}[data-level="NONE"]')

        await page.locator('[data-testid="threshold"]').fill("0.3")
        await page.get_by_text("Very low").wait_for()
        await page.wait_for_selector('[data-testid="motion-panel"][data-saved="true"]')
        assert (await served.motion())["threshold"] == 0.3

        # A zone without a name is refused in words, and nothing is changed.
        await page.click('[data-testid="add-zone"]')
        await page.fill('[data-testid="zone-name"]', "")
        await page.click('[data-testid="save-zones"]')
        await page.get_by_text("Give every zone a name.").wait_for()
        assert (await served.motion())["zones"] == []


async def drag(page: Page, point: Locator, to: tuple[float, float]) -> None:
    """Drag a point to a place in the picture."""
    start = await point.bounding_box()
    plane = await page.locator('[data-testid="zone-plane"]').bounding_box()
    assert start is not None
    assert plane is not None
    await page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    await page.mouse.down()
    x, y = plane["x"] + to[0] * plane["width"], plane["y"] + to[1] * plane["height"]
    await page.mouse.move(x, y, steps=3)
    await page.mouse.up()


async def test_viewers_see_the_events_of_all_cameras_and_are_told_of_new_ones(
    tmp_path: Path,
) -> None:
    async with server(tmp_path, "front", "back") as served:
        served.pictures["front"].is_moving = True
        async with looking(served, "/events", "viewer") as on:
            page = on.page
            await page.wait_for_selector(f'{EVENT}[data-camera="front"]')
            await page.click('[data-testid="alerts"]')
            await page.wait_for_selector('[data-testid="alerts"][data-state="on"]')
            served.pictures["back"].is_moving = True
            await page.wait_for_selector(f'{EVENT}[data-camera="back"]')
            await true(page, "window.notices.length > 1")
            title, options = (await page.evaluate("window.notices"))[-1]
            assert title.endswith(" at Back")
            card = page.locator(f'{EVENT}[data-camera="back"]').first
            assert options["tag"] == await card.get_attribute("data-id")

            await page.select_option('[data-testid="filter-camera"]', "back")
            await page.wait_for_selector(f'{EVENT}[data-camera="front"]', state="detached")
            await page.wait_for_selector(f'{EVENT}[data-camera="back"]')
            served.pictures["back"].is_moving = False
            await page.locator(ENDED).first.click()
            await page.wait_for_selector('[data-testid="event-dialog"]')
            assert await page.locator('[data-testid="delete-event"]').count() == 0
            await page.goto(f"{served.url}/camera/back")
            await on.state("live")
            assert await page.locator('[data-testid="edit-motion"]').count() == 0
