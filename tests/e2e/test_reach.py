"""Every network that a viewer may be in: the best path there is, and another one when it dies.

Real Chromium, signaling, gateway and coturn, in namespaces with real NAT. What is measured here
is measured for the matrix in docs/reach.md, too (bench/reach.py).
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Playwright, sync_playwright

from bench.reach_scenarios import SCENARIOS, Event, Scenario
from bench.reach_trial import trial

RECOVERS_WITHIN_MS, MARGIN_MS = 3_000.0, 2_000.0
"""What the page is to keep, and what two cores that do all this at once may add to it."""
UNNOTICED_MS = 1_500.0
"""The longest freeze when something dies that no picture goes through."""


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.id)
def test_the_best_path_is_found_and_replaced(playwright: Playwright, scenario: Scenario) -> None:
    # It fails unless pictures come by the path that the scenario says.
    outcome = trial(playwright, scenario)
    assert outcome.path == scenario.path
    assert outcome.path_after == scenario.path_after
    if scenario.event is Event.NOTHING:
        return
    assert outcome.recovery_ms is not None
    if scenario.event is Event.SIGNALING_KILLED:
        assert outcome.recovery_ms < UNNOTICED_MS
    else:
        assert outcome.recovery_ms < RECOVERS_WITHIN_MS + MARGIN_MS
