"""Real footage, where there is any: OpenCV's ``vtest.avi``, people in a square, seen from above.

Debian has it in the package ``opencv-doc``; ``VTEST`` names another place. Nobody has marked what
moves in it, so it is told what comes out, and not how much of that is true.
"""

import os
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import simplejpeg

from bench.motion_scenes import all_scenes, shots
from gateway.decode import jpeg_luma
from gateway.motion import Episodes, MotionDetector
from gateway.motion.classify import Sighting, classify
from gateway.motion_settings import MotionSettings
from gateway.units import JpegFrame

PLACES = (
    Path(os.environ.get("VTEST", "vtest.avi")),
    Path("/usr/share/doc/opencv-doc/examples/data/vtest.avi"),
    Path("/usr/share/doc/opencv-doc/opencv4/samples/data/vtest.avi"),
    Path("/usr/share/opencv4/samples/data/vtest.avi"),
)
FPS = 10
QUALITY = 64
MOST_FRAMES, QUICK_FRAMES = 795, 150
LOOK_EVERY = 5


@dataclass(frozen=True)
class Footage:
    """One line for a reader, and the same as figures."""

    text: str
    figures: Mapping[str, float | int | None]


def find() -> Path | None:
    """Where the footage is, if anywhere."""
    return next((place for place in PLACES if place.is_file()), None)


def footage(quick: bool) -> Footage | None:
    """Detector and classifier on what there is."""
    place = find()
    if place is None:
        print("no vtest.avi (apt-get install opencv-doc): no real footage")
        return None
    video = cv2.VideoCapture(str(place))
    detector, episodes = MotionDetector(MotionSettings()), Episodes()
    frames = moving = begun = 0
    what: Counter[str] = Counter()
    tracks: set[int] = set()
    cpu_s = 0.0
    while frames < (QUICK_FRAMES if quick else MOST_FRAMES):
        there, picture = video.read()
        if not there:
            break
        jpeg = simplejpeg.encode_jpeg(np.ascontiguousarray(picture), QUALITY, "BGR", "420")
        frames += 1
        at_s = frames / FPS
        started_s = time.thread_time()
        event = detector.detect(jpeg_luma(JpegFrame(jpeg, at_s, at_s)), at_s)
        cpu_s += time.thread_time() - started_s
        was_open = episodes.open
        episodes.take(event)
        begun += episodes.open and not was_open
        moving += event.level != "NONE"
        tracks.update(track.number for track in event.tracks)
        if event.tracks and frames % LOOK_EVERY == 0:
            what[classify(Sighting(jpeg, event.tracks[0])).what] += 1
    looks = sum(what.values())
    return Footage(
        f"vtest.avi, {frames} pictures of {picture_size(video)}: something moves in {moving},"
        f" {len(tracks)} tracks, {begun} events; of {looks} looks {dict(what)}",
        {
            "vtest_frames": frames,
            "vtest_moving_frames": moving,
            "vtest_tracks": len(tracks),
            "vtest_person_share": what["person"] / looks if looks else None,
            "vtest_ms_per_frame": 1_000.0 * cpu_s / max(1, frames),
        },
    )


def picture_size(video: cv2.VideoCapture) -> str:
    width, height = video.get(cv2.CAP_PROP_FRAME_WIDTH), video.get(cv2.CAP_PROP_FRAME_HEIGHT)
    return f"{width:.0f}x{height:.0f}"


@dataclass(frozen=True)
class Naming:
    """How often single looks named figures of the scenes rightly."""

    looks: int
    right: int
    people: int
    people_right: int
    ms_per_look: float


def naming(duration_s: float) -> Naming:
    """Classify what the detector finds in the scenes of one thing in a good picture."""
    looks = right = people = people_right = 0
    spent_s = 0.0
    for scene in all_scenes(duration_s):
        if scene.empty or len(scene.crossings) != 1 or scene.brightness < 1.0:
            continue
        if scene.camera != "still" or scene.weather != "dry":
            continue
        detector = MotionDetector(scene.settings)
        for number, shot in enumerate(shots(scene, duration_s)):
            event = detector.detect(jpeg_luma(JpegFrame(shot.jpeg, 0.0, 0.0)), shot.capture_s)
            if number % LOOK_EVERY or shot.what is None or not event.tracks:
                continue
            started_s = time.thread_time()
            verdict = classify(Sighting(shot.jpeg, event.tracks[0], event.light))
            spent_s += time.thread_time() - started_s
            looks += 1
            right += verdict.what == shot.what
            people += shot.what == "person"
            people_right += shot.what == "person" == verdict.what
    return Naming(looks, right, people, people_right, 1_000.0 * spent_s / max(1, looks))
