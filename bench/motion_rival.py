"""Debian's ``motion`` on the clips of ``bench.motion``: what it says moved, and its CPU."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import psutil

from bench.clip_server import ClipServer, clip_server
from bench.errors import BenchError
from bench.motion_daemon import motion_daemon
from bench.motion_scenes import HEIGHT, WIDTH, Scene
from bench.motion_score import Span
from bench.processes import Child
from gateway.motion.areas import Areas

START_TIMEOUT_S = 30.0
BUSY_PERCENT = 95.0
EVENT_GAP_S = 2
FIRST = ("nice", "-n", "-10")
"""It works in real time: on a busy machine it goes first, where one may say so (as root)."""
SETTINGS: Mapping[str, str] = {
    "as it comes": "",
    # What Peerlens' threshold 0.1 asks for: 0.2 % of the picture for a fifth of a second.
    "as sensitive": f"threshold {round(WIDTH * HEIGHT * 0.002)}\nminimum_motion_frames 3",
}
"""Ways to set it up. Beside these, events end after two seconds rather than a minute."""


@dataclass(frozen=True)
class Rival:
    """What it said about each clip, by name, and what that cost."""

    alarms: Mapping[str, Sequence[Span]]
    cpu_ms_per_frame: float


def watch(folder: Path, scenes: Mapping[str, Scene], duration_s: float, settings: str) -> Rival:
    """Play the clips to ``motion``, all at once and as fast as they were taken."""
    said = folder / "said.txt"
    said.unlink(missing_ok=True)
    # A script, as motion takes the percent signs in a command for its own.
    tell = folder / "tell.sh"
    tell.write_text(f'#!/bin/sh\necho "$1 $2 $(date +%s.%N)" >> {said}\n')
    tell.chmod(0o755)
    general = "\n".join(
        (
            SETTINGS[settings],
            f"event_gap {EVENT_GAP_S}",
            f"on_event_start {tell} %t start",
            f"on_event_end {tell} %t end",
        )
    )
    names = list(scenes)
    masks = [_mask(folder, name, scenes[name]) for name in names]
    with clip_server(folder, FIRST) as server:
        streams = [server.stream(name) for name in names]
        with motion_daemon(streams, general, masks, FIRST) as daemon:
            begun = _all_begun(server, daemon, len(names))
            psutil.cpu_percent()
            before_s, from_s = daemon.cpu_s(), time.time()
            until_s = max(begun.values()) + duration_s + EVENT_GAP_S + 1.5
            time.sleep(max(0.0, until_s - time.time()))
            # It works on when no more pictures come; they are the same as before, at its own pace.
            cpu_s = daemon.cpu_s() - before_s
            busy = psutil.cpu_percent()
            watched_s = time.time() - from_s
    if busy > BUSY_PERCENT:
        print(f"CPU {busy:.0f} % busy while motion watched: it may have missed pictures")
    lines = said.read_text("utf-8").splitlines() if said.exists() else []
    frames = watched_s * len(names) * 15
    return Rival(told_spans(lines, names, begun, duration_s), 1_000.0 * cpu_s / frames)


def _all_begun(server: ClipServer, daemon: Child, count: int) -> dict[str, float]:
    deadline_s = time.monotonic() + START_TIMEOUT_S
    while len(begun := server.begun()) < count:
        if time.monotonic() > deadline_s:
            raise BenchError(f"motion opened {len(begun)} of {count} streams:\n{daemon.tail}")
        daemon.cpu_s()
        time.sleep(0.1)
    return begun


def _mask(folder: Path, name: str, scene: Scene) -> str:
    """Its mask says where to look, 255, and where not; it has no zones."""
    areas = Areas(scene.settings, (HEIGHT, WIDTH))
    plane = areas.unmasked if areas.unmasked is not None else areas.anywhere
    if plane is None:
        return ""
    path = folder / f"{name}.pgm"
    cv2.imwrite(str(path), plane * 255)
    return f"mask_file {path}"


def told_spans(
    lines: Sequence[str], names: Sequence[str], begun: Mapping[str, float], duration_s: float
) -> dict[str, list[Span]]:
    """What it said, in lines of camera, start or end, and wall time, in each clip's own time."""
    found: dict[str, list[Span]] = {name: [] for name in names}
    for line in lines:
        number, kind, at = line.split()
        name = names[int(number) - 1]
        at_s = float(at) - begun[name]
        if kind == "start" and at_s < duration_s + 0.5:
            found[name].append(Span(at_s, duration_s))
        elif kind == "end" and found[name]:
            start_s = found[name][-1].start_s
            found[name][-1] = Span(start_s, max(start_s, at_s - EVENT_GAP_S))
    return found
