"""Pictures for the virtual camera that cost nothing to make."""

import time

from peerlens.virtual_camera import Picture
from tests.support.mjpeg import pictures

PICTURES = pictures(8)


class CountedPictures:
    """Eight small pictures in turn."""

    def __init__(self, fps: float = 50.0) -> None:
        self.fps = fps
        self.made = 0
        self.closed = False

    def prepare(self) -> None:
        pass

    def next(self) -> Picture:
        self.made += 1
        return Picture(PICTURES[self.made % len(PICTURES)], time.monotonic())

    def close(self) -> None:
        self.closed = True
