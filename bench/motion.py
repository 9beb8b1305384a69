"""``python -m bench.motion``: what the detector finds and what it invents, beside ``motion``."""

import itertools
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean

from bench.clip_server import write_clip
from bench.figures import percentile, rounded, table
from bench.motion_daemon import installed
from bench.motion_footage import Footage, Naming, footage, naming
from bench.motion_rival import SETTINGS, watch
from bench.motion_scenes import FPS, SEEN_PERCENT, WARM_UP_S, Scene, Shot, all_scenes, shots
from bench.motion_score import Happening, Score, Span, happenings, score
from bench.options import run
from gateway.decode import jpeg_luma
from gateway.motion import Episodes, MotionDetector
from gateway.units import JpegFrame

DURATION_S, QUICK_DURATION_S = 24.0, 12.0
LONG_S = 600.0
"""How long empty scenes are watched in a full run."""
SEEDS, QUICK_SEEDS = (0, 1_000), (0,)
WORKERS = 2
BATCH = 20
QUICK_EVERY = 3
"""In a quick run motion sees every third scene, as it takes real time."""
LARGE = (1280, 720)
SOON_S = 0.5


Compared = tuple[Score, float, Mapping[str, Sequence[Span]]]
"""Score, CPU in ms per frame, and the alarms for each clip."""


@dataclass(frozen=True)
class Watched:
    """One scene, as Peerlens' detector saw it."""

    scene: Scene
    truth: tuple[Happening, ...]
    alarms: tuple[Span, ...]
    frames: int
    decode_s: float
    detect_s: float

    @property
    def score(self) -> Score:
        return score(self.truth, self.alarms, WARM_UP_S)


def file_name(scene: Scene) -> str:
    """A name that can be in a path."""
    words = "".join(letter if letter.isalnum() else " " for letter in scene.name).split()
    return "-".join((*words, str(scene.seed)))


def look(scene: Scene, seen: Iterator[Shot]) -> Watched:
    """Run detector and episodes over ``seen``."""
    detector, episodes = MotionDetector(scene.settings), Episodes()
    alarms, moments = list[Span](), list[tuple[float, float]]()
    decode_s = detect_s = 0.0
    for shot in seen:
        started_s = time.thread_time()
        luma = jpeg_luma(JpegFrame(shot.jpeg, shot.capture_s, shot.capture_s))
        decoded_s = time.thread_time()
        if shot.reconnected:
            detector.reset()
        event = detector.detect(luma, shot.capture_s)
        was_open = episodes.open
        episode = episodes.take(event)
        detect_s += time.thread_time() - decoded_s
        decode_s += decoded_s - started_s
        moments.append((shot.capture_s, shot.seen))
        if episodes.open and not was_open:
            alarms.append(Span(shot.capture_s, shot.capture_s))
        elif episode is not None and episode.ended:
            alarms[-1] = Span(alarms[-1].start_s, episode.last_s)
    last = episodes.end()
    if last is not None:
        alarms[-1] = Span(alarms[-1].start_s, last.last_s)
    truth = tuple(happenings(moments, SEEN_PERCENT))
    return Watched(scene, truth, tuple(alarms), len(moments), decode_s, detect_s)


def watch_and_keep(scene: Scene, duration_s: float, folder: Path) -> Watched:
    """Draw the scene, keep it as a clip for others, and look at it."""
    kept = list(shots(scene, duration_s))
    pictures = ((shot.capture_s, shot.jpeg) for shot in kept)
    write_clip(folder / f"{file_name(scene)}.clip", pictures)
    return look(scene, iter(kept))


def watch_long(scene: Scene) -> Watched:
    """Look at a scene for ten minutes, as fast as it can be drawn."""
    return look(scene, shots(scene, LONG_S))


def ms_per_frame(watched: Sequence[Watched]) -> tuple[float, float]:
    """CPU of decoding what the detector needs, and of the detector, on the average."""
    frames = sum(one.frames for one in watched)
    decode_s = sum(one.decode_s for one in watched)
    return 1_000.0 * decode_s / frames, 1_000.0 * sum(one.detect_s for one in watched) / frames


def large_ms_per_frame(duration_s: float) -> float:
    """Decoding and detection of a walker in 1280x720."""
    scene = next(one for one in all_scenes(duration_s) if one.name == "two walkers")
    return sum(ms_per_frame([look(scene, shots(scene, duration_s, LARGE))]))


def bench(quick: bool) -> None:
    duration_s = QUICK_DURATION_S if quick else DURATION_S
    scenes = [
        replace(scene, seed=scene.seed + seed)
        for seed, scene in itertools.product(
            QUICK_SEEDS if quick else SEEDS, all_scenes(duration_s)
        )
    ]
    with (
        tempfile.TemporaryDirectory(prefix="bench-motion-clips-") as name,
        ProcessPoolExecutor(WORKERS) as pool,
    ):
        folder, count = Path(name), len(scenes)
        watched = list(pool.map(watch_and_keep, scenes, [duration_s] * count, [folder] * count))
        empty = [scene for scene in scenes if scene.empty]
        long = [] if quick else list(pool.map(watch_long, empty[: len(empty) // len(SEEDS)]))
        large_ms = large_ms_per_frame(3.0 if quick else 10.0)
        rivals = _rivals(folder, watched, duration_s, quick)
    _report(watched, long, rivals, large_ms, footage(quick), naming(duration_s))


def _rivals(
    folder: Path, watched: Sequence[Watched], duration_s: float, quick: bool
) -> dict[str, Compared]:
    if not installed():
        print("motion is not installed: no comparison")
        return {}
    found = dict[str, Compared]()
    for name in list(SETTINGS)[-1:] if quick else SETTINGS:
        total, alarms, cpu_ms = Score(), dict[str, Sequence[Span]](), list[float]()
        for batch in _batches(watched, quick):
            scenes = {file_name(one.scene): one.scene for one in batch}
            rival = watch(folder, scenes, duration_s, name)
            alarms.update(rival.alarms)
            cpu_ms.append(rival.cpu_ms_per_frame)
            for one in batch:
                total += score(one.truth, rival.alarms[file_name(one.scene)], WARM_UP_S)
        found[name] = (total, fmean(cpu_ms), alarms)
    return found


def _batches(watched: Sequence[Watched], quick: bool) -> list[Sequence[Watched]]:
    """As many cameras at a time as a small machine carries; a quick run has but one of these."""
    first = [one for one in watched if one.scene.seed < SEEDS[1]]
    if quick:
        return [first[::QUICK_EVERY]]
    return [first[begin : begin + BATCH] for begin in range(0, len(first), BATCH)]


def _report(
    watched: Sequence[Watched],
    long: Sequence[Watched],
    rivals: Mapping[str, Compared],
    large_ms: float,
    real: Footage | None,
    named: Naming,
) -> None:
    best = max(rivals, key=lambda name: rivals[name][0].f1) if rivals else None
    print(_scenes_table(watched, rivals[best][2] if best else None))
    for one in long:
        alarms = one.score.false_alarms
        print(f"ten minutes of {one.scene.name}: {alarms} alarms{' <-' if alarms else ''}")
    total = sum((one.score for one in watched), Score())
    both = rivals[best][2] if best else {}
    same = sum((one.score for one in watched if file_name(one.scene) in both), Score())
    decode_ms, detect_ms = ms_per_frame(watched)
    rows = [("peerlens", *_cells(total), f"{decode_ms + detect_ms:.2f}")]
    if both:
        rows.append((f"peerlens, the {len(both)} scenes that motion saw", *_cells(same), ""))
    for name, (its, cpu_ms, _) in rivals.items():
        rows.append((f"motion, {name}", *_cells(its), f"{cpu_ms:.2f}"))
    header = ("", "F1", "precision", "recall", "false alarms", "CPU ms per frame")
    print(table(header, rows))
    print(
        f"named rightly in one look: {named.right} of {named.looks}, of people"
        f" {named.people_right} of {named.people}; {named.ms_per_look:.1f} ms each"
    )
    if real is not None:
        print(real.text)
    empty = [one for one in watched if one.scene.empty]
    of_empty = sum(one.score.false_alarms for one in empty)
    soon = sum(delay_s <= SOON_S for delay_s in total.delays_s)
    print(
        rounded(
            {
                "f1": total.f1,
                "precision": total.precision,
                "recall": total.recall,
                "ms_per_frame": decode_ms + detect_ms,
                "motion_daemon_f1": rivals[best][0].f1 if best else None,
                "detect_ms_per_frame": detect_ms,
                "ms_per_frame_1280x720": large_ms,
                "motion_daemon_ms_per_frame": rivals[best][1] if best else None,
                "motion_daemon_precision": rivals[best][0].precision if best else None,
                "motion_daemon_recall": rivals[best][0].recall if best else None,
                "motion_daemon_scenes": len(both) or None,
                "f1_of_those": same.f1 if both else None,
                "scenes": len(watched),
                "events": total.found + total.missed,
                "false_alarms_per_empty_scene": of_empty / len(empty),
                "empty_scenes_with_alarm": sum(one.score.false_alarms > 0 for one in empty),
                "ten_minute_scenes": len(long) or None,
                "ten_minute_scenes_with_alarm": (
                    sum(one.score.false_alarms > 0 for one in long) if long else None
                ),
                "first_alarm_p50_s": percentile(total.delays_s, 50.0) if total.delays_s else None,
                "first_alarm_p95_s": percentile(total.delays_s, 95.0) if total.delays_s else None,
                "first_alarm_max_s": max(total.delays_s, default=None),
                "first_alarm_within_half_a_second": soon / max(1, total.found),
                "named_rightly": named.right / max(1, named.looks),
                "people_named_rightly": named.people_right / max(1, named.people),
                "ms_per_look": named.ms_per_look,
                **(real.figures if real is not None else {"vtest_frames": None}),
            }
        )
    )


def _cells(total: Score) -> tuple[str, str, str, str]:
    return (
        f"{total.f1:.3f}",
        f"{total.precision:.3f}",
        f"{total.recall:.3f}",
        str(total.false_alarms),
    )


def _scenes_table(watched: Sequence[Watched], rival: Mapping[str, Sequence[Span]] | None) -> str:
    def of(total: Score) -> str:
        found = f"{total.found}/{total.found + total.missed}"
        return f"{found} +{total.false_alarms}" if total.false_alarms else found

    rows = []
    for one in watched:
        delays_s = one.score.delays_s
        its = rival.get(file_name(one.scene)) if rival else None
        rows.append(
            (
                one.scene.name,
                of(one.score),
                f"{max(delays_s):.2f}" if delays_s else "",
                f"{1_000.0 * one.detect_s / one.frames:.2f}",
                of(score(one.truth, its, WARM_UP_S)) if its is not None else "",
            )
        )
    header = (f"scene, {FPS} frames/s", "found +false", "after s", "detect ms", "motion")
    return table(header, rows)


if __name__ == "__main__":
    run("motion", "motion detection on scenes whose motion is known", bench)
