"""From the driver's browser to the board, and back: commands with a crowd that watches."""

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from bench.boards import Boards, boards
from bench.drive_browser import Tabs, Trip
from bench.drive_faults import THROTTLE
from bench.drive_servers import busy_camera, drivable
from bench.drive_trace import ways_ms
from bench.errors import NoMeasurement
from bench.load import Generator, generator
from bench.servers import BASELINE_REPORTED_KBPS, BITRATE_KBPS, baseline, camera

VIEWERS, BASELINE_VIEWERS = 100, 4
LIMIT_MS = 1_000.0
FEWEST_COMMANDS = 50
HOLDS = 0.95
"""Of the commands that the gateway passed, so many must be found at the board."""


@dataclass(frozen=True)
class Crowd:
    """How many watch beside the driver, and how long commands are looked at then."""

    viewers: int
    settle_s: float
    seconds: float


@dataclass(frozen=True)
class Times:
    """All commands of one window; ``one_way_ms`` is empty where there is no board."""

    name: str
    round_trip_ms: tuple[float, ...]
    one_way_ms: tuple[float, ...]
    note: str


def driven(tabs: Tabs, crowds: Sequence[Crowd]) -> list[Times]:
    """A car with 640x480 pictures at 30 frames/s, driven from Chromium."""
    with ExitStack() as running:
        source = running.enter_context(camera())
        server = running.enter_context(drivable([busy_camera(source)]))
        cars = running.enter_context(boards(server.board_url, 1))
        [target] = server.targets()
        load = running.enter_context(generator(target, BITRATE_KBPS))
        tabs.connect([target])
        rows = []
        for crowd in crowds:
            _join(load, crowd)
            # A crowd that comes takes the gateway's time: what counts is when it is there.
            tabs.record(crowd.settle_s)
            cars.linked()
            tabs.arm()
            tabs.drive(THROTTLE)
            trips, note = _recorded(tabs, load, crowd)
            rows.append(_times("Peerlens", crowd, trips, _ways_ms(trips, cars), note))
        tabs.leave()
        return rows


def _ways_ms(trips: Sequence[Trip], cars: Boards) -> list[float]:
    """How long the commands that were passed took to the outputs. Raises NoMeasurement."""
    passed = [(trip.sent_us, trip.steering) for trip in trips if not trip.reason]
    found = ways_ms(passed, cars.traces[0].outputs, LIMIT_MS)
    if len(passed) < FEWEST_COMMANDS or len(found) < HOLDS * len(passed):
        reasons = Counter(trip.reason for trip in trips)
        raise NoMeasurement(f"{len(found)} of {len(passed)} commands at the board; {reasons}")
    return found


def pinged(tabs: Tabs, crowds: Sequence[Crowd]) -> list[Times]:
    """aiortc's example of a data channel, beside its example of a video."""
    with ExitStack() as running:
        source = running.enter_context(camera())
        server = running.enter_context(baseline(source))
        load = running.enter_context(generator(server.target, BASELINE_REPORTED_KBPS))
        tabs.connect([server.target])
        rows = []
        for crowd in crowds:
            _join(load, crowd)
            tabs.record(crowd.settle_s)
            trips, note = _recorded(tabs, load, crowd)
            rows.append(_times("aiortc example", crowd, trips, [], note))
        tabs.leave()
        return rows


def _join(load: Generator, crowd: Crowd) -> None:
    if crowd.viewers:
        joined = load.join(crowd.viewers)
        if joined.viewers < crowd.viewers:
            raise NoMeasurement(f"{joined.viewers} of {crowd.viewers} viewers: {joined.failure}")


def _recorded(tabs: Tabs, load: Generator, crowd: Crowd) -> tuple[list[Trip], str]:
    if crowd.viewers:
        load.begin()
    trips = tabs.record(crowd.seconds)
    if len(trips) < FEWEST_COMMANDS:
        raise NoMeasurement(f"{len(trips)} commands were answered")
    if not crowd.viewers:
        return trips, ""
    window = load.end()
    return trips, (
        f"others {window.fps_min:.1f} fps at least, generator {window.generator_cpu_pct:.0f} %"
    )


def _times(
    side: str, crowd: Crowd, trips: Sequence[Trip], one_way_ms: Sequence[float], note: str
) -> Times:
    name = f"{side}, {crowd.viewers} viewers more" if crowd.viewers else f"{side}, nobody else"
    return Times(name, tuple(t.round_trip_ms for t in trips), tuple(one_way_ms), note)
