"""Control: how long a command takes to the board, and how long the car takes to stop."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from statistics import fmean

from bench.boards import board_program
from bench.drive_browser import Tabs, tabs
from bench.drive_faults import Outcome
from bench.drive_kinds import Plan, at_one_server
from bench.drive_latency import BASELINE_VIEWERS, VIEWERS, Crowd, Times, driven, pinged
from bench.drive_network import Shaky, over_a_network
from bench.drive_signaling import without_signaling
from bench.figures import percentile, ratio, rounded, table
from bench.network.namespaces import namespaces
from bench.options import run

FULL = Plan(cars=20, tabs=4, trials=1_000, shaky_s=60.0)
QUICK = Plan(cars=4, tabs=2, trials=4, shaky_s=8.0)

Figures = dict[str, float | int | None]


def measure(quick: bool) -> None:
    """One after the other, each with the machine to itself."""
    with namespaces():  # refused now rather than after some minutes
        pass
    print(f"boards: {board_program()[0]}", flush=True)
    plan = QUICK if quick else FULL
    with tabs() as browser:
        before, after = _latency(quick, browser)
        outcomes, shaky = (_all_at_once if quick else _one_by_one)(plan, browser)
    _print([*before, *after], outcomes, shaky)
    figures = {**latency_figures(before[-1], after[-1]), **stop_figures(outcomes)}
    print(rounded({**figures, "shaky_stutters": shaky.outcome.stutters}))


def _one_by_one(plan: Plan, browser: Tabs) -> tuple[list[Outcome], Shaky]:
    outcomes = [*at_one_server(plan, browser), *without_signaling(plan)]
    cut, shaky = over_a_network(plan)
    return [*outcomes, *cut, shaky.outcome], shaky


def _all_at_once(plan: Plan, browser: Tabs) -> tuple[list[Outcome], Shaky]:
    """The same in less time, with few cars: mostly, they wait."""
    with ThreadPoolExecutor(2) as beside:
        network = beside.submit(over_a_network, plan)
        signaling = beside.submit(without_signaling, plan)
        outcomes = at_one_server(plan, browser)
    cut, shaky = network.result()
    return [*outcomes, *signaling.result(), *cut, shaky.outcome], shaky


def _latency(quick: bool, browser: Tabs) -> tuple[list[Times], list[Times]]:
    """Both sides, alone where there is time for it, and with as many as each carries."""
    settle_s, seconds = (0.5, 3.0) if quick else (5.0, 40.0)

    def crowds(viewers: int) -> list[Crowd]:
        return [
            Crowd(count, settle_s, seconds) for count in ((viewers,) if quick else (0, viewers))
        ]

    return pinged(browser, crowds(BASELINE_VIEWERS)), driven(browser, crowds(VIEWERS))


def latency_figures(before: Times, after: Times) -> Figures:
    """What the line of JSON says of commands, with a crowd on each side."""
    figures: Figures = {}
    for name, values in (
        ("rtt", after.round_trip_ms),
        ("one_way", after.one_way_ms),
        ("baseline_rtt", before.round_trip_ms),
    ):
        figures |= {f"{name}_p{p}_ms": percentile(values, p) for p in (50, 99)}
    figures["ratio"] = ratio(
        percentile(after.round_trip_ms, 99), percentile(before.round_trip_ms, 99)
    )
    return figures


def stop_figures(outcomes: Sequence[Outcome]) -> Figures:
    """What it says of stopping. Cars that did not stop count as failed, not as late."""
    stop_ms = [ms for outcome in outcomes for ms in outcome.stop_ms]
    return {
        "stop_p50_ms": percentile(stop_ms, 50),
        "stop_p100_ms": max(stop_ms),
        "trials": sum(len(outcome.stops) for outcome in outcomes),
        "failed_to_stop": sum(outcome.failed for outcome in outcomes),
        "stutters": sum(outcome.stutters for outcome in outcomes),
    }


def _print(times: Sequence[Times], outcomes: Sequence[Outcome], shaky: Shaky) -> None:
    ways = ("round trip p50", "p99", "max ms", "one way p50", "p99", "max ms")
    of_commands = ("", "commands", *ways, "")
    print(table(of_commands, [_latency_cells(row) for row in times]))
    of_stops = (
        "",
        "trials",
        "p50",
        "p99",
        "p100 ms",
        "failed",
        "stutters",
        "from send p100",
        "from fault p100 ms",
        "CPU %",
    )
    print(table(of_stops, [_stop_cells(outcome) for outcome in outcomes]))
    print(
        f"shaky network: {shaky.cars} cars for {shaky.seconds:g} s, neutral"
        f" {shaky.outcome.stutters} times; answers {shaky.reasons};"
        f" {100 * shaky.lost:.1f} % lost on the way to the gateway"
    )


def _latency_cells(row: Times) -> tuple[object, ...]:
    cells: list[object] = [row.name, len(row.round_trip_ms)]
    for values in (row.round_trip_ms, row.one_way_ms):
        cells += [f"{percentile(values, p):.1f}" if values else "-" for p in (50, 99, 100)]
    return (*cells, row.note)


def _stop_cells(outcome: Outcome) -> tuple[object, ...]:
    stops, sends = outcome.stop_ms, outcome.from_send_ms
    return (
        outcome.name,
        len(outcome.stops),
        *(f"{percentile(stops, p):.0f}" if stops else "-" for p in (50, 99, 100)),
        outcome.failed,
        outcome.stutters,
        f"{max(sends):.0f}" if sends else "-",
        f"{max(outcome.from_fault_ms):.0f}" if outcome.from_fault_ms else "-",
        f"{fmean(outcome.busy_pct):.0f}",
    )


if __name__ == "__main__":
    run("control", "Commands to a car and back, and how it stops.", measure)
