"""One trial of one scenario: from opening the page to having recovered."""

import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Playwright

from bench.reach_page import ReachPage, Seen, reach_page
from bench.reach_scenarios import Event, Scenario
from bench.reach_world import World, world

SETTLES_WITHIN_S, RECOVERS_WITHIN_S = 20.0, 20.0
WATCHED_S = 3.0
"""After an event that nobody may notice."""


@dataclass(frozen=True)
class Outcome:
    """What one trial came to."""

    path: str
    """The path it stayed on."""
    first_path: str
    """The path that the first picture came by."""
    first_frame_ms: float
    """From asking for the camera to its first picture on screen."""
    page_ms: float
    """The same from asking for the page."""
    settled_ms: float
    """From asking for the camera to the path it stayed on."""
    path_after: str = ""
    recovery_ms: float | None = None
    """The longest time without a new picture from the event on."""
    signaling_bytes_per_minute: float | None = None
    """What signaling's host sent and received for this viewer and the gateway."""


def trial(playwright: Playwright, scenario: Scenario, watched_s: float = 0.0) -> Outcome:
    """Run ``scenario`` once, from scratch; count signaling's bytes for ``watched_s``.

    Raises :class:`bench.errors.BenchError`.
    """
    with (
        TemporaryDirectory(prefix="bench-reach-browser-") as folder,
        world(scenario) as running,
        reach_page(playwright, running.viewer, Path(folder)) as opened,
    ):
        running.wait()
        page = opened(running.page_url)
        seen = page.until(
            lambda seen: seen.path == scenario.path and seen.comes,
            f"pictures by {scenario.path}",
            SETTLES_WITHIN_S,
        )
        asked_ms = seen.asked_ms or 0.0
        bytes_per_minute = _signaling_bytes_per_minute(running, watched_s)
        path_after, recovery_ms = _after(scenario, running, page)
        return Outcome(
            path=seen.path,
            first_path=seen.first_path,
            first_frame_ms=seen.pictures_ms[0] - asked_ms,
            page_ms=seen.pictures_ms[0],
            settled_ms=seen.on_path_ms(scenario.path) - asked_ms,
            path_after=path_after,
            recovery_ms=recovery_ms,
            signaling_bytes_per_minute=bytes_per_minute,
        )


def _signaling_bytes_per_minute(running: World, watched_s: float) -> float | None:
    if watched_s <= 0.0:
        return None
    before = running.signaling_bytes()
    time.sleep(watched_s)
    return (running.signaling_bytes() - before) / watched_s * 60.0


def _after(scenario: Scenario, running: World, page: ReachPage) -> tuple[str, float | None]:
    if scenario.event is Event.NOTHING:
        return "", None
    began_ms = page.seen().now_ms
    _EVENTS[scenario.event](running)
    happened_ms = page.seen().now_ms

    def recovered(seen: Seen) -> bool:
        is_over = seen.now_ms > happened_ms + WATCHED_S * 1_000
        return is_over and seen.comes and seen.path == scenario.path_after

    seen = page.until(recovered, f"pictures by {scenario.path_after}", RECOVERS_WITHIN_S)
    return seen.path, seen.longest_gap_ms(began_ms)


_EVENTS = {
    Event.ADDRESS_CHANGED: World.change_address,
    Event.UDP_BLOCKED: World.block_udp,
    Event.TURN_KILLED: World.kill_turn,
    Event.SIGNALING_KILLED: World.kill_signaling,
}
