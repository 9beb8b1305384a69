"""Pictures in and out of JPEG, and into the form that encoders and the detector want.

Everything here is synchronous and runs in a worker; one instance serves one camera.
"""

import time
from typing import cast

import cv2
import numpy as np
import numpy.typing as npt
from av import CodecContext, Packet, VideoFrame
from av.error import FFmpegError
from av.video.reformatter import ColorRange, VideoReformatter

from gateway.errors import DecodeError
from gateway.units import JpegFrame, RawFrame

MAX_PIXELS = 4096 * 4096
JPEG_QUALITY = 85
LUMA_WIDTH, LUMA_HEIGHT = 160, 120


class JpegDecoder:
    """Decodes JPEG images one by one with FFmpeg's decoder, which is the fastest at hand."""

    def __init__(self) -> None:
        context = CodecContext.create("mjpeg", "r")
        context.thread_count = 1
        # By itself FFmpeg conceals damage: a broken picture is worse than the one before it.
        context.options = {"max_pixels": str(MAX_PIXELS), "err_detect": "explode"}
        self._context = context

    def decode(self, frame: JpegFrame) -> RawFrame:
        """Decode ``frame``; raises :class:`DecodeError` and stays usable."""
        try:
            pictures = self._context.decode(Packet(frame.data))
        except (FFmpegError, ValueError) as error:
            raise DecodeError(f"JPEG of {len(frame.data)} bytes: {error}") from error
        if not pictures:
            raise DecodeError(f"JPEG of {len(frame.data)} bytes holds no picture")
        return RawFrame(pictures[-1], frame.capture_s, frame.received_s, time.monotonic())


class PictureConverter:
    """Turns decoded pictures into the yuv420p, limited range, even-sized ones encoders take."""

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()

    def to_yuv420p(self, picture: VideoFrame) -> VideoFrame:
        full_range = picture.format.name.startswith("yuvj") or (
            ColorRange(picture.color_range) is ColorRange.JPEG
        )
        return self._reformatter.reformat(
            picture,
            width=picture.width & ~1,
            height=picture.height & ~1,
            format="yuv420p",
            src_color_range=ColorRange.JPEG if full_range else ColorRange.MPEG,
            dst_color_range=ColorRange.MPEG,
        )


def luma_plane(picture: VideoFrame) -> npt.NDArray[np.uint8]:
    """Return the brightness of ``picture`` scaled to 160x120, uint8 of shape (120, 160)."""
    if not picture.format.name.startswith("yuv"):
        picture = picture.reformat(format="gray")
    plane = picture.planes[0]
    full = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
    scaled = cv2.resize(
        full[:, : plane.width], (LUMA_WIDTH, LUMA_HEIGHT), interpolation=cv2.INTER_AREA
    )
    return cast(npt.NDArray[np.uint8], scaled)


def encode_jpeg(frame: RawFrame) -> JpegFrame:
    """Compress a decoded picture for viewers of plain MJPEG."""
    ok, data = cv2.imencode(
        ".jpg", frame.picture.to_ndarray(format="bgr24"), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    )
    if not ok:
        raise DecodeError("the picture could not be compressed to JPEG")
    return JpegFrame(data.tobytes(), frame.capture_s, frame.received_s)
