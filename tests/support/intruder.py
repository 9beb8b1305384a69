"""A camera that looks at a wall, past which somebody walks when told to."""

import time

import cv2
import numpy as np

from peerlens.virtual_camera.pictures import Picture

SIDE = 60


class Intruder:
    """Pictures whose only motion is a bright square, while ``moving``. It is gone when not."""

    def __init__(self, width: int = 320, height: int = 240, fps: float = 20.0) -> None:
        self.fps = fps
        self.moving = False
        self._number = 0
        self._size = (width, height)
        rows, columns = np.mgrid[0:height, 0:width]
        wall = 90 + 40 * np.sin(columns / 17) + 30 * np.cos(rows / 11)
        self._wall = np.repeat(wall.astype(np.uint8)[:, :, None], 3, axis=2)

    def prepare(self) -> None:
        pass

    def next(self) -> Picture:
        shown = self._wall.copy()
        if self.moving:
            self._number += 1
            left = self._number * 6 % (self._size[0] - SIDE)
            top = self._size[1] // 3
            shown[top : top + SIDE, left : left + SIDE] = 235
        ok, data = cv2.imencode(".jpg", shown, [cv2.IMWRITE_JPEG_QUALITY, 85])
        assert ok
        return Picture(data.tobytes(), time.monotonic())

    def close(self) -> None:
        pass


def shows_intruder(luma: "np.typing.NDArray[np.uint8]") -> bool:
    """Whether the square is in a picture of brightness, of any size."""
    return float(np.count_nonzero(luma > 200)) > 0.02 * luma.size
