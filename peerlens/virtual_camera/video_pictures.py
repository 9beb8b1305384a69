"""A video file as the virtual camera's sight, again and again."""

import time
from collections.abc import Generator
from pathlib import Path

import av
import numpy as np
from av import VideoFrame

from peerlens.virtual_camera.errors import PicturesError
from peerlens.virtual_camera.pictures import Picture, PictureFormat, compress

DEFAULT_RATE = 25
_MAX_PAUSE_S = 1.0
"""After a longer pause the file plays on from where it was."""


class VideoPictures:
    """Samples a file, which plays in real time, at the rate and size of ``picture_format``.

    Raises :class:`PicturesError` when there is no such file, and on ``next`` when it holds no
    video.
    """

    def __init__(self, path: Path, picture_format: PictureFormat) -> None:
        if not path.is_file():
            raise PicturesError(f"{path}: no such file")
        self._path = path
        self._format = picture_format
        self._frames = _frames(path)
        self._shown: VideoFrame | None = None
        self._coming: tuple[float, VideoFrame] | None = None
        self._position_s = 0.0
        self._now_s: float | None = None

    @property
    def fps(self) -> float:
        return self._format.fps

    def prepare(self) -> None:
        """Open the file, so that one without video is noticed before anybody watches."""
        if self._coming is not None:
            return
        try:
            self._coming = next(self._frames)
        except (av.FFmpegError, PicturesError) as error:
            self._frames = _frames(self._path)
            raise PicturesError(f"{self._path} is not a video: {_words(error)}") from error

    def next(self) -> Picture:
        now_s = time.monotonic()
        if self._now_s is not None and now_s - self._now_s < _MAX_PAUSE_S:
            self._position_s += now_s - self._now_s
        self._now_s = now_s
        try:
            frame = self._frame_at(self._position_s)
        except (av.FFmpegError, PicturesError) as error:
            # A generator that failed is spent: the next attempt opens the file again.
            self._frames = _frames(self._path)
            raise PicturesError(f"{self._path}: {_words(error)}") from error
        pixels = frame.to_ndarray(
            format="bgr24", width=self._format.width, height=self._format.height
        )
        return Picture(compress(np.asarray(pixels, np.uint8), self._format), now_s)

    def close(self) -> None:
        self._frames.close()

    def _frame_at(self, position_s: float) -> VideoFrame:
        """Return the last frame due at ``position_s``."""
        if self._coming is None:
            self._coming = next(self._frames)
        shown = self._shown or self._coming[1]
        while self._coming[0] <= position_s:
            shown = self._coming[1]
            self._coming = next(self._frames)
        self._shown = shown
        return shown


def _frames(path: Path) -> Generator[tuple[float, VideoFrame], None, None]:
    """Yield the frames of a file for ever, each with when it is due, in seconds from the start."""
    start_s = 0.0
    while True:
        due_s: float | None = None
        # The options keep a playlist in the file from opening addresses.
        with av.open(f"file:{path}", options={"protocol_whitelist": "file"}) as container:
            if not container.streams.video:
                raise PicturesError("no video in it")
            stream = container.streams.video[0]
            interval_s = 1 / float(stream.average_rate or DEFAULT_RATE)
            first_s: float | None = None
            for frame in container.decode(stream):
                if frame.time is None:
                    due_s = 0.0 if due_s is None else due_s + interval_s
                else:
                    first_s = frame.time if first_s is None else first_s
                    due_s = frame.time - first_s
                yield start_s + due_s, frame
        if due_s is None:
            raise PicturesError("no readable picture in it")
        start_s += due_s + interval_s


def _words(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
