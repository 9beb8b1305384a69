"""What the virtual camera sees: JPEG pictures at a steady rate."""

import time
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt

from peerlens.virtual_camera.scene import Scene
from peerlens.virtual_camera.stamp import stamp

JPEG_QUALITY = 80


@dataclass(frozen=True, slots=True)
class Picture:
    """One JPEG, and when it was taken on ``time.monotonic``."""

    jpeg: bytes
    captured_s: float


class Pictures(Protocol):
    """Used by one thread at a time."""

    @property
    def fps(self) -> float: ...

    def next(self) -> Picture:
        """Return a picture of this moment."""
        ...

    def close(self) -> None: ...


class ScenePictures:
    """The generated race track."""

    def __init__(
        self,
        width: int = 640,
        height: int = 480,
        fps: float = 30.0,
        quality: int = JPEG_QUALITY,
        *,
        stamped: bool = False,
    ) -> None:
        self.fps = fps
        self.scene = Scene(width, height)
        self._quality = quality
        self._stamped = stamped

    def next(self) -> Picture:
        captured_s = time.monotonic()
        frame = self.scene.render(captured_s)
        return Picture(compress(frame, self._quality, self._stamped), captured_s)

    def close(self) -> None:
        pass


def compress(frame: npt.NDArray[np.uint8], quality: int, stamped: bool) -> bytes:
    """Return ``frame`` (uint8, HxWx3, BGR) as JPEG, with the time of now painted in if stamped."""
    if stamped:
        stamp(frame, time.time_ns() // 1_000_000)
    ok, data = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not ok:
        raise ValueError("the picture could not be compressed")
    return data.tobytes()
