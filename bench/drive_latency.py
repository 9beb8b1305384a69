"""From the driver's browser to the board, and back: commands with a crowd that watches."""

from contextlib import ExitStack
from dataclasses import dataclass

from bench.boards import boards
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
HOLDS = 0.98
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


def driven(tabs: Tabs, crowds: list[Crowd]) -> list[Times]:
    """A car with 640x480 pictures at 30 frames/s, driven from Chromium."""
    with ExitStack() as running:
        source = running.enter_context(camera())
        server = running.enter_context(drivable([busy_camera(source)]))
        cars = running.enter_context(boards(server.board_url, 1))
        [target] = server.targets()
        load = running.enter_context(generator(target, BITRATE_KBPS))
        cars.linked()
        tabs.connect([target])
        tabs.arm()
        tabs.drive(THROTTLE)
        rows = []
        for crowd in crowds:
            trips, note = _recorded(tabs, load, crowd)
            sent = [(trip.sent_us, trip.steering) for trip in trips]
            one_way_ms = ways_ms(sent, cars.traces[0].outputs, LIMIT_MS)
            if len(one_way_ms) < HOLDS * len(trips):
                raise NoMeasurement(f"{len(one_way_ms)} of {len(trips)} commands at the board")
            rows.append(_times("Peerlens", crowd, trips, one_way_ms, note))
        tabs.leave()
        return rows


def pinged(tabs: Tabs, crowds: list[Crowd]) -> list[Times]:
    """aiortc's example of a data channel, beside its example of a video."""
    with ExitStack() as running:
        source = running.enter_context(camera())
        server = running.enter_context(baseline(source))
        load = running.enter_context(generator(server.target, BASELINE_REPORTED_KBPS))
        tabs.connect([server.target])
        rows = []
        for crowd in crowds:
            trips, note = _recorded(tabs, load, crowd)
            rows.append(_times("aiortc example", crowd, trips, [], note))
        tabs.leave()
        return rows


def _recorded(tabs: Tabs, load: Generator, crowd: Crowd) -> tuple[list[Trip], str]:
    if crowd.viewers:
        joined = load.join(crowd.viewers)
        if joined.viewers < crowd.viewers:
            raise NoMeasurement(f"{joined.viewers} of {crowd.viewers} viewers: {joined.failure}")
    tabs.record(crowd.settle_s)
    if not crowd.viewers:
        return _enough(tabs.record(crowd.seconds)), ""
    load.begin()
    trips = tabs.record(crowd.seconds)
    window = load.end()
    note = f"others {window.fps_min:.1f} fps at least, generator {window.generator_cpu_pct:.0f} %"
    return _enough(trips), note


def _enough(trips: list[Trip]) -> list[Trip]:
    if len(trips) < FEWEST_COMMANDS:
        raise NoMeasurement(f"{len(trips)} commands were answered")
    return trips


def _times(side: str, crowd: Crowd, trips: list[Trip], one_way_ms: list[float], note: str) -> Times:
    name = f"{side}, {crowd.viewers} viewers more" if crowd.viewers else f"{side}, nobody else"
    return Times(name, tuple(t.round_trip_ms for t in trips), tuple(one_way_ms), note)
