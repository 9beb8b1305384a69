"""A camera's pictures in which something passes to and fro, or nothing is there."""

import time

import cv2
import numpy as np

from peerlens.virtual_camera import Picture

WIDTH, HEIGHT = 320, 240
LEFT, RIGHT, TOP, SIZE = 64, 176, 60, 32
"""In pixels: where the left and the upper edge of the square can be, and its size."""
PERIOD_S = 3.0


class PassingPictures:
    """320x240 at 15 frames/s: a bright square on a background that stands still."""

    def __init__(self) -> None:
        self.fps = 15.0
        self.is_moving = False
        across = np.linspace(40, 120, WIDTH, dtype=np.uint8)
        self._background = np.repeat(np.tile(across, (HEIGHT, 1))[:, :, None], 3, axis=2)

    def prepare(self) -> None:
        pass

    def next(self) -> Picture:
        captured_s = time.monotonic()
        frame = self._background.copy()
        if self.is_moving:
            part = abs(captured_s / PERIOD_S % 2.0 - 1.0)
            left = round(LEFT + part * (RIGHT - LEFT))
            frame[TOP : TOP + SIZE, left : left + SIZE] = 235
        ok, data = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, 90])
        assert ok
        return Picture(data.tobytes(), captured_s)

    def close(self) -> None:
        pass
