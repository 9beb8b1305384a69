"""Chromium with the benchmark's page, connected to a server under measurement."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from bench.errors import NoMeasurement
from bench.target import Target

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--autoplay-policy=no-user-gesture-required",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PAGE = Path(__file__).with_name("page.html")
CONNECT_TIMEOUT_MS = 30_000


@dataclass(frozen=True)
class Shown:
    """What the page saw: painted time and age of every frame, both in milliseconds."""

    ages_ms: tuple[float, ...]
    painted_ms: tuple[float, ...]
    unreadable: int
    dropped: int
    codec: str
    jitter_buffer_ms: float


class Viewer:
    """One page of one origin, connected at most once."""

    def __init__(self, page: Page, target: Target) -> None:
        self._page = page
        self._target = target

    def connect(self) -> float:
        """Connect; return the milliseconds to the first frame. Raises :class:`NoMeasurement`."""
        return float(self._evaluate("target => connect(target)", asdict(self._target)))

    def collect(self, seconds: float) -> Shown:
        """Read frames for some seconds. Raises :class:`NoMeasurement`."""
        seen = self._evaluate("seconds => collect(seconds)", seconds, takes_s=seconds)
        inbound = self._evaluate("() => inbound()", None)
        return Shown(
            ages_ms=tuple(age + seen["skew"] for _, age in seen["frames"]),
            painted_ms=tuple(painted for painted, _ in seen["frames"]),
            unreadable=seen["unreadable"],
            dropped=seen["dropped"],
            codec=inbound["codec"],
            jitter_buffer_ms=inbound["jitter_buffer_ms"],
        )

    def _evaluate(self, expression: str, argument: Any, takes_s: float = 0.0) -> Any:
        # Playwright has no deadline for evaluate: the page brings its own.
        deadline_ms = takes_s * 1_000 + CONNECT_TIMEOUT_MS
        raced = f"""argument => Promise.race([
            ({expression})(argument),
            new Promise((_, no) => setTimeout(
                () => no(new Error("no video within the deadline")), {deadline_ms})),
        ])"""
        try:
            return self._page.evaluate(raced, argument)
        except PlaywrightError as error:
            raise NoMeasurement(f"{self._target.endpoint}: {error.message}") from error


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Run a headless Chromium for the time of the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@contextlib.contextmanager
def viewer(browser: Browser, target: Target) -> Iterator[Viewer]:
    """Open the page in a fresh profile, on the server's own origin as its real page would be."""
    context = browser.new_context(bypass_csp=True)
    try:
        page = context.new_page()
        page.goto(target.blank)
        page.set_content(PAGE.read_text())
        yield Viewer(page, target)
        page.evaluate("() => leave()")
    finally:
        context.close()
