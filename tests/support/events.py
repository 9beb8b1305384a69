"""Events, and what they are made of, for tests."""

import contextlib
import functools
import io
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from gateway.encode.h264_encoder import H264Encoder
from gateway.events.event_id import new_event_id
from gateway.units import AccessUnit, Codec, JpegFrame
from protocol.messages import EventInfo, Region
from tests.support.pictures import jpeg, picture
from tests.support.units import stage_times

DAY_MS = 86_400_000.0
FPS = 30


def event(start_ms: float, camera: str = "front", **fields: object) -> EventInfo:
    """Return an event that lasted a second."""
    values: dict[str, object] = {
        "level": "LOW",
        "percent": 3.5,
        "end_ms": start_ms + 1_000,
        "regions": (Region(0.1, 0.2, 0.3, 0.4),),
        **fields,
    }
    return EventInfo(new_event_id(start_ms), camera, start_ms, **values)  # type: ignore[arg-type]


@functools.cache
def units(
    count: int, start_s: float = 0.0, keyframes: int = 1_000_000, size: tuple[int, int] = (320, 240)
) -> tuple[AccessUnit, ...]:
    """Encode ``count`` pictures; every so many is a keyframe, the first one in any case."""
    encoder = H264Encoder(*size, FPS, 1_500)
    made = list[AccessUnit]()
    for number in range(count):
        capture_s = start_s + number / FPS
        frame = picture(number, *size).reformat(format="yuv420p")
        frame.pts = round(capture_s * 90_000)
        payloads, keyframe = encoder.encode(frame, number % keyframes == 0)
        times = stage_times(capture_s)
        made.append(AccessUnit(Codec.H264, payloads, keyframe, frame.pts, times, *size))
    return tuple(made)


def jpegs(count: int, start_s: float = 0.0, size: tuple[int, int] = (320, 240)) -> list[JpegFrame]:
    """Return JPEGs of as many pictures, 30 a second."""
    times = [start_s + number / FPS for number in range(count)]
    return [JpegFrame(jpeg(n, *size), at_s, at_s) for n, at_s in enumerate(times)]


def decoded(clip: bytes | Path) -> list[tuple[float, npt.NDArray[np.uint8]]]:
    """Return the time in seconds and the brightness of each picture of a clip."""
    data = clip.read_bytes() if isinstance(clip, Path) else clip
    pictures = []
    with av.open(io.BytesIO(data), mode="r", format="mp4") as container:
        for frame in container.decode(video=0):
            luma: Any = frame.to_ndarray(format="gray")
            pictures.append((float(frame.time or 0.0), np.asarray(luma, np.uint8)))
    return pictures


@contextlib.contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[Path]:
    """Mount a file system of its own in ``folder``."""
    folder.mkdir(exist_ok=True)
    options = f"size={kilobytes}k,mode=0700"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True, timeout=10)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True, timeout=10)


def make_read_only(folder: Path, read_only: bool = True) -> None:
    """Remount a :func:`small_disk`."""
    option = "remount,ro" if read_only else "remount,rw"
    subprocess.run(["mount", "-o", option, folder], check=True, timeout=10)


def fill(folder: Path) -> Path:
    """Leave no room on the disk of ``folder``; returns the file that takes it all."""
    path = folder / "everything"
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(1_000))
    return path
