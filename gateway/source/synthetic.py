"""Pictures from nowhere, for tests: ``synthetic:?width=640&height=480&fps=30``."""

import asyncio
import time
from typing import NoReturn

import cv2
import numpy as np
from yarl import URL

from gateway.settings import CameraSettings
from gateway.source.base import Deliver, SourceStats
from gateway.source.errors import BadSource
from gateway.units import JpegFrame

CYCLE = 30
"""Different pictures, compressed once and repeated."""
_LIMITS = {"width": (16, 1920), "height": (16, 1080), "fps": (1, 120)}
_DEFAULTS = {"width": 640, "height": 480, "fps": 30}


class SyntheticSource:
    """A bar that crosses a colour gradient, at a steady rate. Never fails.

    Raises :class:`BadSource` when made for a URL with other or impossible parameters.
    """

    def __init__(self, settings: CameraSettings) -> None:
        given = _parameters(settings.source)
        self._width, self._height, self._fps = given["width"], given["height"], given["fps"]
        self._delivered = 0

    @property
    def stats(self) -> SourceStats:
        return SourceStats(delivered=self._delivered)

    async def run(self, deliver: Deliver) -> NoReturn:
        pictures = await asyncio.to_thread(_paint, self._width, self._height)
        start_s = time.monotonic()
        shown = 0
        while True:
            now_s = time.monotonic()
            deliver(JpegFrame(pictures[shown % CYCLE], now_s, now_s))
            self._delivered += 1
            # Pictures that are overdue are left out.
            shown = max(shown + 1, int((now_s - start_s) * self._fps))
            await asyncio.sleep(max(0.0, start_s + shown / self._fps - time.monotonic()))


def _parameters(source: str) -> dict[str, int]:
    parameters = dict(_DEFAULTS)
    for name, text in URL(source).query.items():
        if name not in _LIMITS:
            raise BadSource(f"{source!r}: unknown {name!r}, expected {', '.join(_LIMITS)}")
        low, high = _LIMITS[name]
        if not (text.isascii() and text.isdigit() and low <= int(text[:9]) <= high):
            raise BadSource(f"{source!r}: {name} must be a number from {low} to {high}")
        parameters[name] = int(text)
    return parameters


def _paint(width: int, height: int) -> list[bytes]:
    pixels = np.empty((height, width, 3), np.uint8)
    pixels[:, :, 0] = np.linspace(40, 200, width)[None, :]
    pixels[:, :, 1] = np.linspace(60, 160, height)[:, None]
    pixels[:, :, 2] = 90
    bar = max(2, width // 12)
    pictures = []
    for index in range(CYCLE):
        frame = pixels.copy()
        left = index * (width - bar) // (CYCLE - 1)
        frame[:, left : left + bar] = 235
        ok, data = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, 80])
        assert ok
        pictures.append(data.tobytes())
    return pictures
