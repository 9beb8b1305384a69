"""Glass to glass: from the camera's painted time to the frame on screen in Chromium."""

from contextlib import AbstractContextManager

from bench.browser import Shown, chromium, viewer
from bench.errors import NoMeasurement
from bench.figures import frames_lost, percentile, ratio, rounded, table
from bench.options import run
from bench.servers import CAMERA_FPS, Server, baseline, camera, peerlens

FEWEST_FRAMES = 30


def measure(quick: bool) -> None:
    """Both sides one after the other, each with the machine to itself."""
    with camera() as source:
        before = _shown(baseline(source), quick)
    with camera() as source:
        after = _shown(peerlens(source), quick)
    _print(before, after)


def _shown(starting: AbstractContextManager[Server], quick: bool) -> Shown:
    with starting as server, chromium() as browser, viewer(browser, server.target) as page:
        page.connect()
        page.collect(3.0 if quick else 10.0)  # until the jitter buffer and the rate are settled
        shown = page.collect(9.0 if quick else 30.0)
    if len(shown.ages_ms) < FEWEST_FRAMES:
        raise NoMeasurement(
            f"{server.target.endpoint}: {len(shown.ages_ms)} frames with a readable stamp,"
            f" {shown.unreadable} without"
        )
    return shown


def _print(before: Shown, after: Shown) -> None:
    header = ("", "p50 ms", "p95 ms", "p99 ms", "frames", "lost", "jitter buffer ms", "codec")
    rows = [("aiortc example", *_row(before)), ("Peerlens", *_row(after))]
    print(table(header, rows))
    p50, baseline_p50 = percentile(after.ages_ms, 50), percentile(before.ages_ms, 50)
    figures = {
        "p50_ms": p50,
        "p95_ms": percentile(after.ages_ms, 95),
        "baseline_p50_ms": baseline_p50,
        "baseline_p95_ms": percentile(before.ages_ms, 95),
        "ratio": ratio(p50, baseline_p50),
        "frames_lost": frames_lost(after.painted_ms, CAMERA_FPS),
        "baseline_frames_lost": frames_lost(before.painted_ms, CAMERA_FPS),
    }
    print(rounded(figures))


def _row(shown: Shown) -> tuple[object, ...]:
    return (
        *(f"{percentile(shown.ages_ms, percent):.1f}" for percent in (50, 95, 99)),
        len(shown.ages_ms),
        frames_lost(shown.painted_ms, CAMERA_FPS),
        f"{shown.jitter_buffer_ms:.1f}",
        shown.codec.removeprefix("video/"),
    )


if __name__ == "__main__":
    run("latency", "Glass to glass in Chromium, in milliseconds.", measure)
