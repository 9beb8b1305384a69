"""Which path a viewer gets in each kind of network, how soon, and how soon again when it dies."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from playwright.sync_api import sync_playwright

from bench.errors import BenchError
from bench.figures import percentile, ratio, rounded, table
from bench.options import run
from bench.reach_scenarios import DIRECT, SCENARIOS, UNNOTICED, Scenario
from bench.reach_trial import Outcome, StepOutcome, trial

TRIALS, COUNTED_S = 5, 30.0
QUICK_COUNTED_S = 10.0
COUNTED = ("port-restricted", "symmetric at both, no TURN")
"""Where signaling's bytes are counted: it carries no pictures, and all of them."""
NETWORKS = ("network", "path", "first by", "first ms", "worst", "page ms", "settled ms", "failed")
EVENTS = ("in mid-call", "path", "gap ms", "worst", "settled ms")


@dataclass
class Row:
    """All trials of one scenario."""

    scenario: Scenario
    outcomes: list[Outcome] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @property
    def taken(self) -> list[list[StepOutcome]]:
        """The outcomes of each step."""
        return [list(step) for step in zip(*(o.steps for o in self.outcomes), strict=True)]

    @property
    def recoveries_ms(self) -> list[float]:
        """Times without pictures after their path was killed."""
        steps = itertools.chain.from_iterable(self.taken)
        return [taken.gap_ms for taken in steps if taken.step.event not in UNNOTICED]

    @property
    def first_frames_ms(self) -> list[float]:
        return [outcome.first_frame_ms for outcome in self.outcomes]

    @property
    def bytes_per_minute(self) -> float | None:
        counted = [outcome.signaling_bytes_per_minute for outcome in self.outcomes]
        known = [count for count in counted if count is not None]
        return median(known) if known else None


def measure(quick: bool) -> None:
    """Every scenario once, or several times; each trial has networks and programs of its own."""
    rows = [Row(scenario) for scenario in SCENARIOS]
    with sync_playwright() as playwright:
        for number in range(1 if quick else TRIALS):
            for row in rows:
                is_counted = number == 0 and row.scenario.name in COUNTED
                watched_s = (QUICK_COUNTED_S if quick else COUNTED_S) if is_counted else 0.0
                try:
                    row.outcomes.append(trial(playwright, row.scenario, watched_s))
                except BenchError as error:
                    row.failures.append(str(error))
    print(table(NETWORKS, [network_cells(row) for row in rows]))
    print()
    print(table(EVENTS, [event_cells(step) for row in rows for step in row.taken]))
    for row in rows:
        for failure in row.failures:
            print(f"{row.scenario.name}: {failure}")
    print(rounded(figures(rows)))


def network_cells(row: Row) -> tuple[object, ...]:
    """One line of the matrix."""
    outcomes = row.outcomes
    return (
        row.scenario.name,
        row.scenario.path,
        " ".join(dict.fromkeys(outcome.first_path for outcome in outcomes)),
        *_middle_and_worst(row.first_frames_ms),
        _middle_and_worst([outcome.page_ms for outcome in outcomes])[0],
        _middle_and_worst([outcome.settled_ms for outcome in outcomes])[0],
        len(row.failures) or "",
    )


def event_cells(taken: Sequence[StepOutcome]) -> tuple[object, ...]:
    """One line of what happened in mid-call."""
    step = taken[0].step
    return (
        step.event,
        step.path,
        *_middle_and_worst([outcome.gap_ms for outcome in taken]),
        _middle_and_worst([outcome.settled_ms for outcome in taken])[0],
    )


def figures(rows: Sequence[Row]) -> dict[str, float | int | None]:
    """The figures; ``direct_used_pct`` is of those trials where direct is possible."""
    direct = [row for row in rows if row.scenario.path == DIRECT]
    symmetric = [ms for row in rows if row.scenario.is_symmetric for ms in row.first_frames_ms]
    recoveries_ms = [ms for row in rows for ms in row.recoveries_ms]
    signaling, relay = (
        next((row.bytes_per_minute for row in rows if row.scenario.name == name), None)
        for name in COUNTED
    )
    return {
        "trials": sum(len(row.outcomes) + len(row.failures) for row in rows),
        "failed": sum(len(row.failures) for row in rows),
        "direct_used_pct": 100.0 * _share_of_successes(direct),
        "direct_ttff_ms": _median([ms for row in direct for ms in row.first_frames_ms]),
        "symmetric_ttff_ms": _median(symmetric),
        "symmetric_ttff_p95_ms": percentile(symmetric, 95) if symmetric else None,
        "recovery_p95_ms": percentile(recoveries_ms, 95) if recoveries_ms else None,
        "signaling_bytes_per_viewer_minute": signaling,
        "relay_bytes_per_viewer_minute": relay,
        "signaling_share_pct": 100.0 * ratio(signaling, relay) if signaling and relay else None,
    }


def _share_of_successes(rows: Sequence[Row]) -> float:
    successes = sum(len(row.outcomes) for row in rows)
    return successes / max(1, successes + sum(len(row.failures) for row in rows))


def _median(values: Sequence[float]) -> float | None:
    return median(values) if values else None


def _middle_and_worst(values_ms: Sequence[float]) -> tuple[str, str]:
    if not values_ms:
        return "", ""
    return f"{median(values_ms):.0f}", f"{max(values_ms):.0f}"


if __name__ == "__main__":
    run("reach", "Paths, first pictures and recoveries behind each kind of NAT.", measure)
