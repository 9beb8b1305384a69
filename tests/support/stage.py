"""What the page's stage shows, whether in the video or on the canvas, and which path it says."""

import asyncio
import time
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self

from playwright.async_api import Page

# Runs before the page's own scripts. A picture counts where it is seen: one that a better path
# draws below the other is not.
_WATCH = """(() => {
  const kept = {shown: [], paths: [], connections: [], sockets: []};
  window.stageForTests = kept;
  const shows = (kind) => document.querySelector('.stage')?.dataset.shows === kind;
  const draw = CanvasRenderingContext2D.prototype.drawImage;
  CanvasRenderingContext2D.prototype.drawImage = function (image, ...rest) {
    draw.call(this, image, ...rest);
    const isPicture = image instanceof ImageBitmap && this.canvas.closest?.('.stage');
    if (isPicture && shows('canvas')) kept.shown.push(performance.now());
  };
  const known = new WeakSet();
  const look = () => {
    for (const video of document.querySelectorAll('video')) {
      if (known.has(video)) continue;
      known.add(video);
      const next = () => {
        if (shows('video')) kept.shown.push(performance.now());
        video.requestVideoFrameCallback(next);
      };
      video.requestVideoFrameCallback(next);
    }
    const page = document.querySelector('[data-testid="camera-page"], [data-testid="drive-page"]');
    const path = page?.dataset.path ?? '';
    if (path !== (kept.paths.at(-1)?.[1] ?? '')) kept.paths.push([performance.now(), path]);
  };
  setInterval(look, 10);
  const Connection = window.RTCPeerConnection;
  if (Connection) window.RTCPeerConnection = class extends Connection {
    constructor(...configuration) {
      super(...configuration);
      const times = [performance.now(), null];
      kept.connections.push(times);
      this.addEventListener('iceconnectionstatechange', () => {
        if (this.iceConnectionState === 'connected') times[1] ??= performance.now();
      });
    }
  };
  window.WebSocket = class extends WebSocket {
    constructor(...given) { super(...given); kept.sockets.push(new URL(given[0]).pathname); }
  };
})()"""

_READ = """() => {
  const {shown, paths, connections, sockets} = window.stageForTests;
  return {now: performance.now(), shown, paths, connections, sockets};
}"""


@dataclass(frozen=True)
class Shown:
    """Since the page was opened; times are the page's own, in seconds."""

    now_s: float
    pictures_s: tuple[float, ...]
    paths: tuple[tuple[float, str], ...]
    connections_s: tuple[tuple[float, float | None], ...]
    """When peer connections were made, and when each found a way."""
    sockets: tuple[str, ...]

    def gap_after(self, since_s: float) -> float:
        """The longest time without a new picture since then."""
        times_s = [since_s, *(at_s for at_s in self.pictures_s if at_s > since_s), self.now_s]
        return max(after - before for before, after in pairwise(times_s))

    def first_after(self, since_s: float) -> float | None:
        """How long after that the first picture came."""
        return next((at_s - since_s for at_s in self.pictures_s if at_s > since_s), None)


class Stage:
    """Looks at one page. Install it before the page is opened."""

    def __init__(self, page: Page) -> None:
        self._page = page

    @classmethod
    async def on(cls, page: Page) -> Self:
        await page.add_init_script(_WATCH)
        return cls(page)

    async def look(self) -> Shown:
        seen: dict[str, Any] = await self._page.evaluate(_READ)
        return Shown(
            seen["now"] / 1_000,
            tuple(at_ms / 1_000 for at_ms in seen["shown"]),
            tuple((at_ms / 1_000, path) for at_ms, path in seen["paths"]),
            tuple(
                (made_ms / 1_000, found_ms and found_ms / 1_000)
                for made_ms, found_ms in seen["connections"]
            ),
            tuple(seen["sockets"]),
        )

    async def recovers(self, deadline_s: float) -> float:
        """What was shown is being cut now: return how long no picture came before one did again.

        Pictures under way at the cut still come; the gap is the one behind them.
        """
        cut_s = (await self.look()).now_s
        end_s = time.monotonic() + deadline_s
        while True:
            seen = await self.look()
            after = [at_s for at_s in seen.pictures_s if at_s > cut_s - 1.0]
            gaps = [b - a for a, b in pairwise(after)]
            if gaps and max(gaps) > 0.5:
                return max(gaps)
            assert time.monotonic() < end_s, "no picture came again"
            await asyncio.sleep(0.05)
