"""A webcam as the virtual camera's sight."""

import time
from pathlib import Path

import cv2
import numpy as np

from peerlens.virtual_camera.errors import PicturesError
from peerlens.virtual_camera.pictures import Picture, PictureFormat, compress


class WebcamPictures:
    """Reads a device such as ``/dev/video0``, which is opened by the first ``next``.

    Raises :class:`PicturesError` when there is no such device.
    """

    def __init__(self, device: str, picture_format: PictureFormat) -> None:
        if not Path(device).exists():
            raise PicturesError(f"{device}: no such webcam")
        self._device = device
        self._format = picture_format
        self._capture: cv2.VideoCapture | None = None

    @property
    def fps(self) -> float:
        return self._format.fps

    def prepare(self) -> None:
        pass

    def next(self) -> Picture:
        """Wait for the webcam's next frame. Raises :class:`PicturesError`."""
        capture = self._capture or self._open()
        ok, pixels = capture.read()
        captured_s = time.monotonic()
        if not ok or pixels is None:
            self.close()
            raise PicturesError(f"{self._device}: the webcam gives no picture")
        size = (self._format.width, self._format.height)
        if pixels.shape[1::-1] != size:
            pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
        return Picture(compress(np.asarray(pixels, np.uint8), self._format), captured_s)

    def close(self) -> None:
        if self._capture is not None:
            self._capture.release()
            self._capture = None

    def _open(self) -> cv2.VideoCapture:
        capture = cv2.VideoCapture(self._device, cv2.CAP_V4L2)
        if not capture.isOpened():
            raise PicturesError(f"{self._device}: no webcam, or it is in use")
        # Compressed on the cable: raw frames of this size are too many bytes for USB 2.
        capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, self._format.width)
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, self._format.height)
        capture.set(cv2.CAP_PROP_FPS, self._format.fps)
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        self._capture = capture
        return capture
