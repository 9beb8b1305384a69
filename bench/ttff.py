"""Time to first frame: from the click to the first frame on screen in Chromium."""

from contextlib import AbstractContextManager
from statistics import median

from bench.browser import chromium, viewer
from bench.figures import ratio, rounded, table
from bench.options import run
from bench.servers import Server, baseline, camera, peerlens


def measure(quick: bool) -> None:
    """Several page loads per side; each in a fresh profile, one viewer at a time."""
    loads = 5 if quick else 15
    with camera() as source:
        before = _times_ms(baseline(source), loads)
    with camera() as source:
        after = _times_ms(peerlens(source), loads)
    header = ("", "median ms", "first ms", "least ms", "most ms", "loads")
    print(table(header, [("aiortc example", *_row(before)), ("Peerlens", *_row(after))]))
    ttff_ms, baseline_ttff_ms = median(after), median(before)
    figures = {
        "ttff_ms": ttff_ms,
        "baseline_ttff_ms": baseline_ttff_ms,
        "ratio": ratio(ttff_ms, baseline_ttff_ms),
    }
    print(rounded(figures))


def _times_ms(starting: AbstractContextManager[Server], loads: int) -> list[float]:
    times = []
    with starting as server, chromium() as browser:
        for _ in range(loads):
            with viewer(browser, server.target) as page:
                times.append(page.connect())
    return times


def _row(times: list[float]) -> tuple[object, ...]:
    figures = (median(times), times[0], min(times), max(times))
    return (*(f"{figure:.0f}" for figure in figures), len(times))


if __name__ == "__main__":
    run("ttff", "Time to first frame in Chromium, in milliseconds.", measure)
