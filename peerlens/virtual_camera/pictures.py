"""What the virtual camera sees: JPEG pictures at a steady rate."""

import time
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt

from peerlens.virtual_camera.driven_car import DrivenCar
from peerlens.virtual_camera.scene import Scene
from peerlens.virtual_camera.stamp import stamp

JPEG_QUALITY = 80
MAX_FPS = 120.0


@dataclass(frozen=True, slots=True)
class Picture:
    """One JPEG, and when it was taken on ``time.monotonic``."""

    jpeg: bytes
    captured_s: float


@dataclass(frozen=True, slots=True)
class PictureFormat:
    """Size in pixels, frames a second, JPEG quality 1-100; ``stamped`` paints the clock in."""

    width: int = 640
    height: int = 480
    fps: float = 30.0
    quality: int = JPEG_QUALITY
    stamped: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.fps <= MAX_FPS:
            raise ValueError(f"fps {self.fps:g}: expected up to {MAX_FPS:g}")
        if not 1 <= self.quality <= 100:
            raise ValueError(f"quality {self.quality}: expected 1 to 100")


class Pictures(Protocol):
    """Used by one thread at a time."""

    @property
    def fps(self) -> float: ...

    def prepare(self) -> None:
        """Do what the first picture would otherwise wait for."""
        ...

    def next(self) -> Picture:
        """Return a picture of this moment. Raises PicturesError."""
        ...

    def close(self) -> None: ...


class ScenePictures:
    """The generated race track, with a car to drive if there is one."""

    def __init__(
        self,
        width: int = 640,
        height: int = 480,
        fps: float = 30.0,
        quality: int = JPEG_QUALITY,
        *,
        stamped: bool = False,
        driven: DrivenCar | None = None,
    ) -> None:
        self._format = PictureFormat(width, height, fps, quality, stamped)
        self.scene = Scene(width, height, driven=driven)

    @property
    def fps(self) -> float:
        return self._format.fps

    def prepare(self) -> None:
        self.scene.prepare()

    def next(self) -> Picture:
        captured_s = time.monotonic()
        frame = self.scene.render(captured_s)
        return Picture(compress(frame, self._format), captured_s)

    def close(self) -> None:
        pass


def compress(frame: npt.NDArray[np.uint8], picture_format: PictureFormat) -> bytes:
    """Return ``frame`` (uint8, HxWx3, BGR) as JPEG, after painting the clock in if asked."""
    if picture_format.stamped:
        stamp(frame, time.time_ns() // 1_000_000)
    ok, data = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, picture_format.quality])
    if not ok:
        raise ValueError("the picture could not be compressed")
    return data.tobytes()
