"""Chromium with pages that drive: bench/drive_page.html, on the server's own origin."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from bench.browser import ARGUMENTS, CHROMIUM
from bench.errors import NoMeasurement
from bench.target import Target

PAGE = Path(__file__).with_name("drive_page.html")
CONNECT_TIMEOUT_S, ARM_TIMEOUT_S = 30.0, 10.0


@dataclass(frozen=True)
class Trip:
    """A command that was answered: when it was sent, on CLOCK_MONOTONIC, and its round trip.

    ``steering`` is what it asked of the board, other than its neighbours; ``reason`` is why the
    board got less, or nothing.
    """

    sent_us: float
    steering: float
    round_trip_ms: float
    reason: str


class Tabs:
    """Tabs of one browser at a time; a tab may hold several drivers. Raises NoMeasurement."""

    def __init__(self, playwright: Playwright) -> None:
        self._playwright = playwright
        self._browser: Browser | None = None
        self._contexts: list[BrowserContext] = []
        self._pages: list[Page] = []

    def connect(self, targets: Sequence[Target], tabs: int = 1) -> None:
        """Open fresh tabs, and in them a driver for each target."""
        self.leave()
        for number in range(tabs):
            try:
                page = self._opened(targets[0].blank)
            except PlaywrightError as error:
                raise NoMeasurement(f"{targets[0].blank}: {error.message}") from error
            share = [asdict(target) for target in targets[number::tabs]]
            self._evaluate(page, "targets => begin(targets)", share)
        self._finished(CONNECT_TIMEOUT_S)

    def _opened(self, blank: str) -> Page:
        context = self._running().new_context(bypass_csp=True)
        self._contexts.append(context)
        page = context.new_page()
        self._pages.append(page)
        page.goto(blank)
        page.set_content(PAGE.read_text())
        return page

    def arm(self) -> None:
        """Take the leases, and send neutral commands until all cars are armed."""
        for page in self._pages:
            self._evaluate(page, "() => arm()")
        self._finished(ARM_TIMEOUT_S)

    def drive(self, throttle: float) -> None:
        for page in self._pages:
            self._evaluate(page, "throttle => drive(throttle)", throttle)

    def record(self, seconds: float) -> list[Trip]:
        """What the only driver of the only tab measured in some seconds."""
        told = self._evaluate(self._pages[0], "seconds => record(seconds)", seconds)
        ahead_ms = told["wall"] - _wall_minus_monotonic_ms()
        return [
            Trip((sent_ms + ahead_ms) * 1_000, mark / 1_000, round_trip_ms, reason)
            for sent_ms, mark, round_trip_ms, reason in told["trips"][0]
        ]

    def close_tabs(self) -> None:
        """Close them as a person would."""
        for page in self._pages:
            page.close()

    def kill_tabs(self) -> None:
        """SIGKILL the process of each tab; the browser lives."""
        for pid in self._processes("renderer"):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def kill_browser(self) -> None:
        """SIGKILL all of the browser's processes at once."""
        [pid] = self._processes("browser")
        group = os.getpgid(pid)
        assert group != os.getpgid(0)
        os.killpg(group, signal.SIGKILL)
        self._forget()
        self._browser = None

    def leave(self) -> None:
        """Be without tabs; the browser, where it lives, goes on."""
        contexts = self._contexts
        self._forget()
        for context in contexts:
            with contextlib.suppress(PlaywrightError):
                context.close()

    def close(self) -> None:
        self._forget()
        if self._browser is not None:
            self._browser.close()
            self._browser = None

    def _forget(self) -> None:
        self._pages, self._contexts = [], []

    def _running(self) -> Browser:
        if self._browser is None:
            self._browser = self._playwright.chromium.launch(
                executable_path=CHROMIUM, args=ARGUMENTS
            )
        return self._browser

    def _processes(self, kind: str) -> list[int]:
        session = self._running().new_browser_cdp_session()
        listed = session.send("SystemInfo.getProcessInfo")["processInfo"]
        session.detach()
        return [entry["id"] for entry in listed if entry["type"] == kind]

    def _finished(self, within_s: float) -> None:
        for page in self._pages:
            self._evaluate(page, "deadline => finished(deadline)", within_s * 1_000)

    def _evaluate(self, page: Page, expression: str, argument: Any = None) -> Any:
        try:
            return page.evaluate(expression, argument)
        except PlaywrightError as error:
            raise NoMeasurement(f"{page.url}: {error.message}") from error


def _wall_minus_monotonic_ms() -> float:
    """The tightest of some looks at both clocks."""
    looks = []
    for _ in range(20):
        before_ns, wall_ns, after_ns = time.monotonic_ns(), time.time_ns(), time.monotonic_ns()
        looks.append((after_ns - before_ns, wall_ns - (before_ns + after_ns) // 2))
    return min(looks)[1] / 1e6


@contextlib.contextmanager
def tabs() -> Iterator[Tabs]:
    """Have tabs for the time of the block."""
    with sync_playwright() as playwright:
        made = Tabs(playwright)
        try:
            yield made
        finally:
            made.close()
