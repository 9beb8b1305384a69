"""Real Chromium, driven by Playwright, looking at the real page."""

import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any, Self

from playwright.async_api import Browser, Page, async_playwright

from bench.browser import ARGUMENTS, CHROMIUM

DEADLINE_S = 15.0

# Two fingerprints of the picture on screen, some frames apart, and how many frames there were.
LOOK = """async () => {
  const video = document.querySelector('video');
  const look = () => {
    const canvas = new OffscreenCanvas(64, 48);
    const context = canvas.getContext('2d');
    context.drawImage(video, 0, 0, 64, 48);
    return Array.from(context.getImageData(0, 0, 64, 48).data);
  };
  const frames = (count) => new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no new frames')), 5000);
    const next = () => {
      if (count-- > 0) video.requestVideoFrameCallback(next);
      else { clearTimeout(timer); resolve(); }
    };
    next();
  });
  await frames(1);
  const before = look();
  await frames(15);
  const after = look();
  const changed = before.filter((value, index) => Math.abs(value - after[index]) > 24).length;
  const bright = Math.max(...after.filter((_, index) => index % 4 !== 3));
  return {changed, bright, width: video.videoWidth, height: video.videoHeight};
}"""


class Screen:
    """One page of Peerlens and what it shows."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    async def open(self, url: str) -> Self:
        await self.page.goto(url)
        return self

    async def shown(self, selector: str, attribute: str, wanted: str, deadline_s: float) -> float:
        """Wait until an attribute has a value; return the seconds it took."""
        started = time.monotonic()
        await self.page.wait_for_selector(
            f'{selector}[{attribute}="{wanted}"]', timeout=deadline_s * 1000
        )
        return time.monotonic() - started

    async def state(self, wanted: str, deadline_s: float = DEADLINE_S) -> float:
        """Wait until the camera page says ``wanted``; return the seconds it took."""
        return await self.shown('[data-testid="camera-page"]', "data-state", wanted, deadline_s)

    async def attribute(self, name: str) -> str | None:
        element = self.page.locator('[data-testid="camera-page"]')
        return await element.get_attribute(name)

    async def sees_motion_picture(self) -> dict[str, Any]:
        """Assert that frames advance and differ, and return what the video is like."""
        seen: dict[str, Any] = await self.page.evaluate(LOOK)
        assert seen["changed"] > 0, f"the picture stands still: {seen}"
        assert seen["bright"] > 60, f"the picture is black: {seen}"
        return seen

    async def frames_shown(self) -> int:
        count: int = await self.page.evaluate(
            "document.querySelector('video').getVideoPlaybackQuality().totalVideoFrames"
        )
        return count


@contextlib.asynccontextmanager
async def chromium(
    executable: str = CHROMIUM, arguments: Sequence[str] = ()
) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=executable, args=[*ARGUMENTS, *arguments]
        )
        try:
            yield browser
        finally:
            await browser.close()


@contextlib.asynccontextmanager
async def screen(
    width: int = 1280,
    height: int = 800,
    executable: str = CHROMIUM,
    arguments: Sequence[str] = (),
) -> AsyncIterator[Screen]:
    """Open a browser with one page; fail when the page's scripts throw.

    For a browser elsewhere, ``executable`` is a namespace's ``wrapper`` (bench/network).
    """
    async with chromium(executable, arguments) as browser:
        page = await browser.new_page(viewport={"width": width, "height": height})
        made = Screen(page)
        yield made
        assert made.errors == []
