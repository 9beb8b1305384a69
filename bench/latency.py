"""Glass to glass: from the camera's painted time to the frame on screen in Chromium."""

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass

from bench.browser import Shown, Viewer, chromium, viewer
from bench.errors import NoMeasurement
from bench.figures import frames_lost, percentile, ratio, rounded, table
from bench.load import generator
from bench.network.emulated_link import BothTraffic, emulated_link
from bench.network.namespaces import namespaces
from bench.network.profiles import INTERCONTINENTAL, LAN, LTE, WIFI, Conditions
from bench.options import run
from bench.servers import CAMERA_FPS, Server, baseline, camera, peerlens

FEWEST_FRAMES = 30
FULL_HOUSE = 300
LINKS = {"lan": LAN, "wifi": WIFI, "lte": LTE, "intercontinental": INTERCONTINENTAL}

Starts = Callable[..., AbstractContextManager[Server]]


@dataclass(frozen=True)
class Times:
    """How long frames are looked at, after a while that does not count."""

    settle_s: float
    collect_s: float


@dataclass(frozen=True)
class Row:
    """One measurement: what Chromium showed, and what the link or the crowd did meanwhile."""

    name: str
    shown: Shown
    note: str = ""


def measure(quick: bool) -> None:
    """One after the other, each with the machine to itself; ``quick`` is loopback only."""
    times = Times(settle_s=3.0, collect_s=9.0) if quick else Times(settle_s=10.0, collect_s=30.0)
    if not quick:
        with namespaces():  # refused now rather than after some minutes
            pass
    before, after = _on_loopback(baseline, times), _on_loopback(peerlens, times)
    rows = [Row("aiortc example", before), Row("Peerlens", after)]
    figures: dict[str, float | int | None] = {
        **_figures(before, after),
        "ratio": ratio(percentile(after.ages_ms, 50), percentile(before.ages_ms, 50)),
        "frames_lost": frames_lost(after.painted_ms, CAMERA_FPS),
        "baseline_frames_lost": frames_lost(before.painted_ms, CAMERA_FPS),
    }
    if not quick:
        crowded = _in_a_full_house(times)
        rows.append(crowded)
        figures["p95_with_300_viewers_ms"] = percentile(crowded.shown.ages_ms, 95)
        for name, conditions in LINKS.items():
            slow = over(conditions, baseline, f"aiortc example, {name}", times)
            fast = over(conditions, peerlens, f"Peerlens, {name}", times)
            rows += [slow, fast]
            figures |= _figures(slow.shown, fast.shown, f"{name}_")
    _print(rows)
    print(rounded(figures))


def _on_loopback(starts: Starts, times: Times) -> Shown:
    with camera() as source, starts(source) as server, _page(server) as page:
        return _shown(page, server, times)


def _in_a_full_house(times: Times) -> Row:
    """Peerlens on loopback while the load generator's viewers watch, too."""
    with ExitStack() as running:
        source = running.enter_context(camera())
        server = running.enter_context(peerlens(source))
        load = running.enter_context(generator(server.target, server.reported_kbps))
        crowd = load.join(FULL_HOUSE)
        if crowd.viewers < FULL_HOUSE:
            raise NoMeasurement(f"{crowd.viewers} of {FULL_HOUSE} viewers: {crowd.failure}")
        page = running.enter_context(_page(server))
        page.connect()
        page.collect(times.settle_s)
        load.begin()
        shown = readable(page.collect(times.collect_s), server.target.endpoint)
        window = load.end()
    note = f"others {window.fps_min:.1f} fps at least, generator {window.generator_cpu_pct:.0f} %"
    return Row(f"Peerlens, {FULL_HOUSE} viewers more", shown, note)


def over(conditions: Conditions, starts: Starts, name: str, times: Times) -> Row:
    """Server and camera at one end of an emulated link, Chromium at the other."""
    with ExitStack() as running:
        link = running.enter_context(emulated_link(conditions))
        with link.server.entered():
            source = running.enter_context(camera())
            server = running.enter_context(starts(source, link.server.address))
        with link.viewer.entered():
            page = running.enter_context(_page(server))
        shown = _shown(page, server, times)
        return Row(name, shown, _told(link.traffic()))


@contextlib.contextmanager
def _page(server: Server) -> Iterator[Viewer]:
    with chromium() as browser, viewer(browser, server.target) as page:
        yield page


def _shown(page: Viewer, server: Server, times: Times) -> Shown:
    page.connect()
    page.collect(times.settle_s)  # until the jitter buffer and the rate are settled
    return readable(page.collect(times.collect_s), server.target.endpoint)


def readable(shown: Shown, endpoint: str) -> Shown:
    """Return ``shown``. Raises :class:`NoMeasurement` when hardly any stamp could be read."""
    if len(shown.ages_ms) < FEWEST_FRAMES:
        raise NoMeasurement(
            f"{endpoint}: {len(shown.ages_ms)} frames with a readable stamp,"
            f" {shown.unreadable} without"
        )
    return shown


def _told(traffic: BothTraffic) -> str:
    down = traffic.down
    return f"link lost {down.lost} of {down.lost + down.passed}, late {down.late_p99_ms:.1f} ms"


def _figures(before: Shown, after: Shown, link: str = "") -> dict[str, float | int | None]:
    return {
        f"{side}{link}p{percent}_ms": percentile(shown.ages_ms, percent)
        for side, shown in (("", after), ("baseline_", before))
        for percent in (50, 95)
    }


def _print(rows: list[Row]) -> None:
    header = ("", "p50 ms", "p95 ms", "p99 ms", "frames", "lost", "jitter buffer ms", "codec", "")
    print(table(header, [(row.name, *_cells(row.shown), row.note) for row in rows]))


def _cells(shown: Shown) -> tuple[object, ...]:
    return (
        *(f"{percentile(shown.ages_ms, percent):.1f}" for percent in (50, 95, 99)),
        len(shown.ages_ms),
        frames_lost(shown.painted_ms, CAMERA_FPS),
        f"{shown.jitter_buffer_ms:.1f}",
        shown.codec.removeprefix("video/"),
    )


if __name__ == "__main__":
    run("latency", "Glass to glass in Chromium, in milliseconds.", measure)
