"""The camera's page in a Chromium inside a namespace, and what it showed when."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, Playwright

from bench.browser import ARGUMENTS, CHROMIUM
from bench.errors import NoMeasurement
from bench.network.namespaces import Namespace

PAGE_TIMEOUT_S, POLL_MS = 15.0, 50
FRESH_MS, FRESH_PICTURES = 1_000.0, 5
"""Pictures come when so many came in so long."""

# Runs before the page's own scripts. Times are the page's own clock, in ms since it was asked for.
_WATCH = """(() => {
  const seen = window.reachForBench = {pictures: [], paths: [], links: [], asked: null};
  const kept = (list, value) => {
    if (list.at(-1)?.[1] !== value) list.push([performance.now(), value]);
  };
  const isSeen = (element) => element.isConnected
    && element.checkVisibility({checkOpacity: true, checkVisibilityCSS: true});
  const shown = (element) => {
    if (isSeen(element)) seen.pictures.push(performance.now());
  };
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...configuration) {
      seen.asked ??= performance.now();
      super(...configuration);
    }
  };
  const draw = CanvasRenderingContext2D.prototype.drawImage;
  CanvasRenderingContext2D.prototype.drawImage = function (...given) {
    draw.apply(this, given);
    if (this.canvas instanceof HTMLCanvasElement) shown(this.canvas);
  };
  const known = new WeakSet();
  const look = () => {
    for (const video of document.querySelectorAll('video')) {
      if (known.has(video)) continue;
      known.add(video);
      const next = () => { shown(video); video.requestVideoFrameCallback(next); };
      video.requestVideoFrameCallback(next);
    }
    const page = document.querySelector('[data-testid="camera-page"]');
    if (page !== null) kept(seen.paths, page.dataset.path ?? '');
    const app = document.querySelector('[data-signaling]');
    if (app !== null) kept(seen.links, app.dataset.signaling);
  };
  new MutationObserver(look).observe(
    document, {subtree: true, childList: true, attributes: true});
})()"""

_SEEN = "() => ({...window.reachForBench, now: performance.now()})"


@dataclass(frozen=True)
class Seen:
    """What the page showed so far; all times are in milliseconds since it was asked for."""

    now_ms: float
    asked_ms: float | None
    """When it first asked for the camera."""
    pictures_ms: tuple[float, ...]
    paths: tuple[tuple[float, str], ...]
    """Each change of its ``data-path``."""
    links: tuple[tuple[float, str], ...]
    """Each change of its link to signaling."""

    @property
    def path(self) -> str:
        return self.paths[-1][1] if self.paths else ""

    @property
    def first_path(self) -> str:
        """The first one there was."""
        return next((path for _, path in self.paths if path), "")

    @property
    def link(self) -> str:
        """Its link to signaling."""
        return self.links[-1][1] if self.links else ""

    @property
    def comes(self) -> bool:
        """Whether pictures come right now."""
        recent = [at_ms for at_ms in self.pictures_ms if at_ms > self.now_ms - FRESH_MS]
        return len(recent) >= FRESH_PICTURES

    def longest_gap_ms(self, since_ms: float) -> float:
        """The longest time without a new picture that ended, or has not ended, since then."""
        times_ms = [at_ms for at_ms in self.pictures_ms if at_ms <= since_ms][-1:] or [since_ms]
        times_ms += [at_ms for at_ms in self.pictures_ms if at_ms > since_ms]
        return max(after - before for before, after in pairwise([*times_ms, self.now_ms]))

    def on_path_ms(self, path: str, since_ms: float = 0.0) -> float | None:
        """When it first came to ``path`` after ``since_ms``; None when it did not."""
        return next((at for at, name in self.paths if name == path and at >= since_ms), None)


class ReachPage:
    """One page."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def seen(self) -> Seen:
        found = self._page.evaluate(_SEEN)
        return Seen(
            now_ms=found["now"],
            asked_ms=found["asked"],
            pictures_ms=tuple(found["pictures"]),
            paths=tuple((at_ms, path) for at_ms, path in found["paths"]),
            links=tuple((at_ms, link) for at_ms, link in found["links"]),
        )

    def until(self, true: Callable[[Seen], bool], what: str, within_s: float) -> Seen:
        """Look until ``true``. Raises :class:`NoMeasurement` naming ``what`` did not happen."""
        deadline_s = time.monotonic() + within_s
        while not true(seen := self.seen()):
            if time.monotonic() > deadline_s:
                paths = ", ".join(f"{path or '-'} at {at_ms:.0f}" for at_ms, path in seen.paths)
                raise NoMeasurement(
                    f"waited {within_s:g} s in vain for {what}; paths by ms: {paths or 'none'}; "
                    f"{len(seen.pictures_ms)} pictures"
                )
            self._page.wait_for_timeout(POLL_MS)
        return seen


@contextlib.contextmanager
def reach_page(
    playwright: Playwright, inside: Namespace, folder: Path
) -> Iterator[Callable[[str], ReachPage]]:
    """Run Chromium in ``inside``; gives what opens an address in it."""
    browser = playwright.chromium.launch(
        executable_path=str(inside.wrapper(folder, CHROMIUM)),
        # The certificate of its TURN server is of an authority that exists only here.
        args=[*ARGUMENTS, "--ignore-certificate-errors"],
    )

    def opened(url: str) -> ReachPage:
        page = browser.new_page()
        page.add_init_script(_WATCH)
        try:
            page.goto(url, timeout=PAGE_TIMEOUT_S * 1_000)
        except PlaywrightError as error:
            raise NoMeasurement(f"the page does not open: {error.message}") from error
        return ReachPage(page)

    try:
        yield opened
    finally:
        browser.close()
