"""One trial of one scenario: from opening the page to having recovered."""

import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Playwright

from bench.reach_page import ReachPage, Seen, reach_page
from bench.reach_scenarios import UNNOTICED, Event, Scenario, Step
from bench.reach_world import World, world

SETTLES_WITHIN_S, CLIMBS_WITHIN_S = 30.0, 45.0
"""Down to a path that works; up to a better one, which is tried ever more seldom."""
WATCHED_S = 3.0
"""After each event, at least."""


@dataclass(frozen=True)
class StepOutcome:
    """What one event came to."""

    step: Step
    gap_ms: float
    """The longest time without a new picture from the event on."""
    settled_ms: float
    """From the event to the best path; 0 where it stayed on it."""


@dataclass(frozen=True)
class Outcome:
    """What one trial came to. Times are from asking for the camera where nothing else is said."""

    path: str
    """The path it stayed on."""
    first_path: str
    """The path that the first picture came by."""
    first_frame_ms: float
    """To the first picture on screen."""
    page_ms: float
    """The same from asking for the page."""
    settled_ms: float
    """To the path it stayed on."""
    steps: tuple[StepOutcome, ...] = ()
    signaling_bytes_per_minute: float | None = None
    """What signaling's host sent and received for this viewer and the gateway."""


def trial(playwright: Playwright, scenario: Scenario, watched_s: float = 0.0) -> Outcome:
    """Run ``scenario`` once, from scratch; count signaling's bytes for ``watched_s``.

    Raises :class:`bench.errors.BenchError`, also when a path is not the one it should be.
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
        return Outcome(
            path=seen.path,
            first_path=seen.first_path,
            first_frame_ms=seen.pictures_ms[0] - asked_ms,
            page_ms=seen.pictures_ms[0],
            settled_ms=(seen.on_path_ms(scenario.path) or 0.0) - asked_ms,
            steps=tuple(_take(step, running, page) for step in scenario.steps),
            signaling_bytes_per_minute=bytes_per_minute,
        )


def _signaling_bytes_per_minute(running: World, watched_s: float) -> float | None:
    if watched_s <= 0.0:
        return None
    before = running.signaling_bytes()
    time.sleep(watched_s)
    return (running.signaling_bytes() - before) / watched_s * 60.0


def _take(step: Step, running: World, page: ReachPage) -> StepOutcome:
    before = page.seen()
    running.happens(step.event)
    happened_ms = page.seen().now_ms

    def is_settled(seen: Seen) -> bool:
        is_watched = seen.now_ms > happened_ms + WATCHED_S * 1_000
        is_linked = step.event is Event.SIGNALING_KILLED or seen.link == "connected"
        return is_watched and is_linked and seen.comes and seen.path == step.path

    within_s = CLIMBS_WITHIN_S if step.event in UNNOTICED else SETTLES_WITHIN_S
    seen = page.until(is_settled, f"pictures by {step.path} after: {step.event}", within_s)
    settled_ms = seen.on_path_ms(step.path, before.now_ms) or before.now_ms
    return StepOutcome(step, seen.longest_gap_ms(before.now_ms), settled_ms - before.now_ms)
