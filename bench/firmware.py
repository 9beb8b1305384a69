"""The camera's firmware: its rate with two streams and /status, and pushing over a thin link."""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from itertools import pairwise

from bench.errors import NoMeasurement
from bench.figures import percentile, rounded, table
from bench.network.emulated_link import emulated_link
from bench.network.link import OneWay
from bench.network.profiles import PERFECT, Conditions
from bench.options import run
from bench.processes import Child, child, python
from bench.push_sink import PushSink, push_sink
from bench.stream_reader import Arrival, polling, reading
from bench.twin import FPS, stand_in, twin_camera, twin_program

STREAMS = 2
PUSH_FPS = 15
DELAY_MS = 5.0
SETTLE_S = 2.0
START_TIMEOUT_S = 30.0

Starts = Callable[[], AbstractContextManager[tuple[str, Child]]]


@dataclass(frozen=True)
class Served:
    """Streams while /status was polled."""

    captured_fps: float
    fps: list[float]
    """Of each stream."""
    longest_gap_ms: float
    ages_ms: list[float]
    status_ms: list[float]
    cpu_percent: float


@dataclass(frozen=True)
class Pushed:
    """Pictures over a link that carries half of what the camera makes."""

    fps: float
    rate_kbps: float
    ages_ms: list[float]
    """When the last byte was there."""
    departures_ms: list[float]
    """When the first one left: without delay and transfer."""


def measure(quick: bool) -> None:
    seconds = 8.0 if quick else 30.0
    rows = {"firmware": served(twin_camera, seconds), "Python stand-in": served(stand_in, seconds)}
    thin = {"firmware": pushed(firmware, seconds), "one after the other": pushed(naive, seconds)}
    print(f"640x480 at {FPS} frames/s, {STREAMS} streams, /status at 10 Hz\n")
    print(_served_table(rows))
    print(f"\n480x320 at {PUSH_FPS} frames/s, pushed over half the bitrate that this takes\n")
    print(_pushed_table(thin))
    ours, push, frame_ms = rows["firmware"], thin["firmware"], 1_000 / PUSH_FPS
    print(
        rounded(
            {
                "captured_fps": ours.captured_fps,
                "fps_least": min(ours.fps),
                "gap_ms": ours.longest_gap_ms,
                "age_p99_ms": percentile(ours.ages_ms, 99),
                "status_p99_ms": percentile(ours.status_ms, 99),
                "cpu_pct": ours.cpu_percent,
                "push_fps": push.fps,
                "push_age_p95_ms": percentile(push.ages_ms, 95),
                "push_departure_p95_frames": percentile(push.departures_ms, 95) / frame_ms,
                "push_departure_most_frames": max(push.departures_ms) / frame_ms,
                "baseline_push_age_p95_ms": percentile(thin["one after the other"].ages_ms, 95),
            }
        )
    )


def served(starts: Starts, seconds: float) -> Served:
    """Two clients read the stream of a camera, and a third asks for its status."""
    with (
        starts() as (origin, process),
        reading(f"{origin}/stream", STREAMS) as readers,
        polling(f"{origin}/status") as poller,
    ):
        time.sleep(SETTLE_S)
        begin_s, cpu_s, polls = time.time(), process.cpu_s(), len(poller.took_ms)
        frames = poller.ask()["frames"]
        time.sleep(seconds)
        frames, took_s = poller.ask()["frames"] - frames, time.time() - begin_s
        cpu_s = process.cpu_s() - cpu_s
        streams = [reader.since(begin_s) for reader in readers]
        status_ms = poller.took_ms[polls:]
        if poller.failures:
            raise NoMeasurement(f"{poller.failures} of {len(poller.took_ms)} polls failed")
    return Served(
        captured_fps=frames / took_s,
        fps=[rate(stream) for stream in streams],
        longest_gap_ms=max(gap for stream in streams for gap in gaps_ms(stream)),
        ages_ms=[each.age_ms() for stream in streams for each in stream],
        status_ms=status_ms,
        cpu_percent=100 * cpu_s / seconds,
    )


def firmware(url: str) -> list[str]:
    """The command of a camera that pushes to ``url``."""
    argv = [twin_program(), "--port", "0", "--url", url, "--mode", "push", "--stamp"]
    return [*argv, "--size", "HVGA", "--fps", str(PUSH_FPS)]


def naive(url: str) -> list[str]:
    return python("bench.naive_pusher", "--url", url, "--fps", str(PUSH_FPS))


def pushed(camera: Callable[[str], list[str]], seconds: float) -> Pushed:
    """A camera pushes at will, then over half the bitrate that this took."""
    with ExitStack() as running:
        link = running.enter_context(emulated_link(PERFECT))
        with link.server.entered():
            sink = running.enter_context(push_sink("0.0.0.0"))
        url = f"ws://{link.server.address}:{sink.port}/ws/esp32"
        running.enter_context(child("pusher", link.viewer.command(*camera(url))))
        whole = first(sink, 2 * PUSH_FPS)[PUSH_FPS:]
        frame_bits = 8 * sum(len(each.jpeg) for each in whole) / len(whole)
        rate_kbps = frame_bits * PUSH_FPS / 1_000 / 2
        link.change(
            Conditions(
                down=OneWay(delay_ms=DELAY_MS), up=OneWay(delay_ms=DELAY_MS, rate_kbps=rate_kbps)
            )
        )
        time.sleep(SETTLE_S)
        begin_s = time.time()
        time.sleep(seconds)
        came = [each for each in sink.arrivals if each.at_s >= begin_s]
    ages_ms = [each.age_ms() for each in came]
    transfers_ms = [8 * len(each.jpeg) / rate_kbps + DELAY_MS for each in came]
    return Pushed(
        fps=rate(came),
        rate_kbps=rate_kbps,
        ages_ms=ages_ms,
        departures_ms=[age - transfer for age, transfer in zip(ages_ms, transfers_ms, strict=True)],
    )


def first(sink: PushSink, count: int) -> list[Arrival]:
    """Wait for so many pictures. Raises :class:`NoMeasurement`."""
    end_s = time.monotonic() + START_TIMEOUT_S
    while len(sink.arrivals) < count:
        if time.monotonic() > end_s:
            raise NoMeasurement(f"{len(sink.arrivals)} pictures were pushed")
        time.sleep(0.05)
    return sink.arrivals[:count]


def gaps_ms(stream: Sequence[Arrival]) -> list[float]:
    return [(after.at_s - before.at_s) * 1_000 for before, after in pairwise(stream)]


def rate(stream: Sequence[Arrival]) -> float:
    """Pictures a second. Raises :class:`NoMeasurement` for fewer than two."""
    if len(stream) < 2:
        raise NoMeasurement(f"{len(stream)} pictures came")
    return (len(stream) - 1) / (stream[-1].at_s - stream[0].at_s)


def _served_table(rows: dict[str, Served]) -> str:
    header = (
        "",
        "captured",
        "frames/s",
        "longest gap",
        "age p50 / p99",
        "/status p50 / p99",
        "CPU",
    )
    return table(
        header,
        [
            (
                name,
                f"{row.captured_fps:.2f}",
                " / ".join(f"{fps:.2f}" for fps in row.fps),
                f"{row.longest_gap_ms:.0f} ms",
                _pair(row.ages_ms, "ms"),
                _pair(row.status_ms, "ms"),
                f"{row.cpu_percent:.1f} %",
            )
            for name, row in rows.items()
        ],
    )


def _pushed_table(rows: dict[str, Pushed]) -> str:
    frame_ms = 1_000 / PUSH_FPS
    header = ("", "kbit/s", "frames/s", "age p50 / p99", "of it before it left", "in frame times")
    return table(
        header,
        [
            (
                name,
                f"{row.rate_kbps:.0f}",
                f"{row.fps:.2f}",
                _pair(row.ages_ms, "ms"),
                _pair(row.departures_ms, "ms"),
                _pair([each / frame_ms for each in row.departures_ms], "", 2),
            )
            for name, row in rows.items()
        ],
    )


def _pair(values: Sequence[float], unit: str, digits: int = 1) -> str:
    p50, p99 = percentile(values, 50), percentile(values, 99)
    return f"{p50:.{digits}f} / {p99:.{digits}f} {unit}".rstrip()


if __name__ == "__main__":
    run("firmware", "The camera's firmware on this machine.", measure)
