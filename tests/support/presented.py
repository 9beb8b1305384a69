"""Every picture that Chromium presents on a page, as the page itself sees it."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self

from playwright.async_api import Page

RTP_CLOCK_HZ = 90_000
DEADLINE_S = 10.0

# Runs before the page's own scripts.
_WATCH = """(() => {
  const kept = {frames: [], connections: []};
  window.presentedForTests = kept;
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...configuration) {
      super(...configuration);
      kept.connections.push(this);
    }
  };
  const known = new WeakSet();
  setInterval(() => {
    for (const video of document.querySelectorAll('video')) {
      if (known.has(video)) continue;
      known.add(video);
      const next = (_now, {presentationTime, rtpTimestamp, width, height}) => {
        kept.frames.push([presentationTime, rtpTimestamp ?? 0, width, height]);
        video.requestVideoFrameCallback(next);
      };
      video.requestVideoFrameCallback(next);
    }
  }, 20);
})()"""

_READ = """() => {
  const {frames} = window.presentedForTests;
  return {now: performance.now(), frames: frames.splice(0)};
}"""

_INBOUND = """async () => {
  // Trials of better paths have connections of their own.
  const tracks = [...document.querySelectorAll('video')].flatMap(
    (video) => video.srcObject?.getTracks() ?? []);
  const connection = window.presentedForTests.connections.findLast((each) =>
    each.getReceivers().some(({track}) => tracks.includes(track)));
  const report = await connection.getStats();
  return [...report.values()].find((s) => s.type === 'inbound-rtp' && s.kind === 'video') ?? {};
}"""


@dataclass(frozen=True)
class Frame:
    """One presented picture; ``at_s`` is the page's own clock."""

    at_s: float
    rtp_timestamp: int
    width: int
    height: int


@dataclass(frozen=True)
class Window:
    """What was presented between two looks; ``began`` is the last picture before, if any."""

    began: Frame | None
    frames: tuple[Frame, ...]
    began_s: float
    ended_s: float

    @property
    def fps(self) -> float:
        return len(self.frames) / (self.ended_s - self.began_s)

    @property
    def longest_gap_s(self) -> float:
        return max(self._gaps_s)

    def freezes(self, longer_than_s: float) -> list[float]:
        """The times without a new picture that were longer than this, in seconds."""
        return [gap_s for gap_s in self._gaps_s if gap_s > longer_than_s]

    @property
    def _gaps_s(self) -> list[float]:
        """Between pictures; the time before the first and after the last counts, too."""
        first_s = self.began.at_s if self.began is not None else self.began_s
        times_s = [first_s, *(frame.at_s for frame in self.frames), self.ended_s]
        return [after - before for before, after in pairwise(times_s)]

    @property
    def heights(self) -> list[int]:
        """The heights of the pictures in the order they were shown, each change once."""
        found: list[int] = []
        for frame in self.frames:
            if not found or found[-1] != frame.height:
                found.append(frame.height)
        return found

    @property
    def rtp_steps_s(self) -> list[float]:
        """From each picture to the next, by their RTP timestamps."""
        frames = (self.began, *self.frames) if self.began is not None else self.frames
        steps = (
            (after.rtp_timestamp - before.rtp_timestamp) & 0xFFFFFFFF
            for before, after in pairwise(frames)
        )
        # Half of the range and more is a step back.
        return [(step - (step >> 31 << 32)) / RTP_CLOCK_HZ for step in steps]


class Presented:
    """Looks at one page. Install it before the page is opened."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._last: Frame | None = None
        self._looked_s = 0.0

    @classmethod
    async def on(cls, page: Page) -> Self:
        await page.add_init_script(_WATCH)
        return cls(page)

    async def since_last_look(self) -> Window:
        """Return what was presented since this was last called."""
        seen = await self._page.evaluate(_READ)
        frames = tuple(Frame(at_ms / 1_000, *rest) for at_ms, *rest in seen["frames"])
        window = Window(self._last, frames, self._looked_s, seen["now"] / 1_000)
        self._last = frames[-1] if frames else self._last
        self._looked_s = window.ended_s
        return window

    async def connections(self) -> int:
        """How many peer connections the page has made so far."""
        count: int = await self._page.evaluate("window.presentedForTests.connections.length")
        return count

    async def inbound(self) -> dict[str, Any]:
        """The ``inbound-rtp`` statistics of the video that is in the page."""
        stats: dict[str, Any] = await self._page.evaluate(_INBOUND)
        return stats
