"""Every network that a viewer may be in: the best path there is, and another one when it dies.

Real Chromium, signaling, gateway and coturn, in namespaces with real NAT. What is measured here
is measured for the matrix in docs/reach.md, too (bench/reach.py).
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Playwright, sync_playwright

from bench.reach_scenarios import SCENARIOS, UNNOTICED, Scenario
from bench.reach_trial import trial

RECOVERS_WITHIN_MS, MARGIN_MS = 3_000.0, 2_000.0
"""What the page is to keep, and what two cores that do all this at once may add to it."""
UNNOTICED_MS = 1_500.0
"""The longest freeze when something dies that no picture goes through, or on the way up."""


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.id)
def test_the_best_path_is_found_and_replaced(playwright: Playwright, scenario: Scenario) -> None:
    # It fails unless pictures come by the path that the scenario says, and after each step, too.
    outcome = trial(playwright, scenario)
    for taken in outcome.steps:
        is_noticed = taken.step.event not in UNNOTICED
        assert taken.gap_ms < (RECOVERS_WITHIN_MS + MARGIN_MS if is_noticed else UNNOTICED_MS)
