"""The virtual camera with film grain, so that encoders have their full bitrate to send.

The demo's own scene is so clean that x264 needs a tenth of it.
"""

import argparse
import asyncio
import contextlib
import time

import cv2
import numpy as np

from peerlens.virtual_camera.pictures import Picture, PictureFormat, compress
from peerlens.virtual_camera.scene import Scene
from peerlens.virtual_camera.server import VirtualCamera

GRAIN = 2.0
"""Standard deviation in grey levels: enough for x264 to reach 1.4 Mbit/s at 30 frames/s."""
PLATES = 16
"""Plates of grain made beforehand; at random, as repeating in order would be predictable."""


class GrainyPictures:
    """The demo's scene with grain, and the time painted in."""

    def __init__(self, fps: float) -> None:
        self._format = form = PictureFormat(fps=fps, stamped=True)
        self._scene = Scene(form.width, form.height)
        self._random = np.random.default_rng(1)
        grain = self._random.normal(0.0, GRAIN, (PLATES, form.height, form.width, 1))
        self._plates = np.repeat(grain, 3, axis=3).round().astype(np.int16)

    @property
    def fps(self) -> float:
        return self._format.fps

    def prepare(self) -> None:
        self._scene.prepare()

    def next(self) -> Picture:
        captured_s = time.monotonic()
        frame = self._scene.render(captured_s)
        plate = self._plates[self._random.integers(PLATES)]
        grainy = cv2.add(frame, plate, dtype=cv2.CV_8U)
        return Picture(compress(np.asarray(grainy, np.uint8), self._format), captured_s)

    def close(self) -> None:
        pass


async def serve(port: int, fps: float) -> None:
    """Serve the stream until cancelled."""
    async with VirtualCamera(GrainyPictures(fps), port=port):
        await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.busy_camera")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--fps", type=float, required=True)
    arguments = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(arguments.port, arguments.fps))


if __name__ == "__main__":
    main()
