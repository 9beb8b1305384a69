"""The driving page in real Chromium: what it says, and where it shows the car to be."""

import asyncio
import contextlib
import math
import time
from collections.abc import AsyncIterator
from typing import Any

from tests.support.chromium import DEADLINE_S, Screen, screen

PAGE = '[data-testid="drive-page"]'

# The middle of what is blue in the picture, in hundredths of its width.
PLACE = """() => {
  const stage = document.querySelector('.stage');
  const shown = stage.querySelector(stage.dataset.shows ?? 'video');
  const width = 160, height = 120;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  context.drawImage(shown, 0, 0, width, height);
  const pixels = context.getImageData(0, 0, width, height).data;
  let count = 0, x = 0, y = 0;
  for (let i = 0; i < pixels.length; i += 4) {
    const [red, green, blue] = pixels.slice(i, i + 3);
    if (blue > 100 && blue > green + 60 && blue > red + 60) {
      count += 1;
      x += (i / 4) % width;
      y += Math.floor(i / 4 / width);
    }
  }
  return count < 8 ? null : [100 * x / count / width, 100 * y / count / width];
}"""

# A gamepad as the browser gives it, which the test holds in its hands.
GAMEPAD = """
window.pad = {axes: [0, 0, 0, 0], buttons: Array(17).fill(0)};
navigator.getGamepads = () => window.pad === null ? [null, null, null, null] : [{
  id: 'Injected (STANDARD GAMEPAD)', index: 0, connected: true, mapping: 'standard',
  timestamp: performance.now(), axes: window.pad.axes,
  buttons: window.pad.buttons.map((value) => ({value, pressed: value > 0.5, touched: value > 0})),
}, null, null, null];
"""


class Cockpit:
    """One open driving page."""

    def __init__(self, shown: Screen) -> None:
        self.screen = shown
        self.page = shown.page

    async def says(self, attribute: str, wanted: str, deadline_s: float = DEADLINE_S) -> float:
        """Wait until ``data-ATTRIBUTE`` is ``wanted``; return the seconds it took."""
        return await self.screen.shown(PAGE, f"data-{attribute}", wanted, deadline_s)

    async def said(self, attribute: str) -> str | None:
        return await self.page.locator(PAGE).get_attribute(f"data-{attribute}")

    async def press(self, button: str) -> None:
        await self.page.click(f'[data-testid="{button}"]', timeout=DEADLINE_S * 1000)

    async def take_the_wheel(self) -> None:
        """Take the lease, and wait until the car is armed."""
        await self.press("request-lease")
        await self.says("you", "driving")
        await self.says("state", "armed")

    async def place(self) -> tuple[float, float]:
        """Where the car is in the picture, in hundredths of the picture's width."""
        end_s = time.monotonic() + DEADLINE_S
        while True:
            found: Any = await self.page.evaluate(PLACE)
            if found is not None:
                return float(found[0]), float(found[1])
            assert time.monotonic() < end_s, "no blue car in the picture"
            await asyncio.sleep(0.05)

    async def goes_from(self, start: tuple[float, float], hundredths: float) -> None:
        """Wait until the car is that far from ``start``."""
        end_s = time.monotonic() + DEADLINE_S
        while math.dist(start, await self.place()) < hundredths:
            assert time.monotonic() < end_s, "the car does not go"
            await asyncio.sleep(0.05)

    async def stands(self) -> tuple[float, float]:
        """Wait until the car stays where it is for half a second; return where."""
        end_s = time.monotonic() + DEADLINE_S
        while True:
            before = await self.place()
            await asyncio.sleep(0.5)
            if math.dist(before, await self.place()) < 0.6:
                return before
            assert time.monotonic() < end_s, "the car does not stand"


@contextlib.asynccontextmanager
async def cockpit(
    url: str, *, init: str = "", width: int = 1000, height: int = 600
) -> AsyncIterator[Cockpit]:
    """Open the driving page at ``url`` in a browser of its own."""
    async with screen(width, height) as shown:
        if init:
            await shown.page.add_init_script(init)
        await shown.open(url)
        await shown.page.wait_for_selector(PAGE, timeout=DEADLINE_S * 1000)
        yield Cockpit(shown)
