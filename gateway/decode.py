"""Pictures in and out of JPEG, and into the form that encoders and the detector want.

Everything here is synchronous and runs in a worker; one instance serves one camera.
"""

import time
from typing import cast

import cv2
import numpy as np
import numpy.typing as npt
import simplejpeg
from av import CodecContext, Packet, VideoFrame
from av.error import FFmpegError
from av.video.reformatter import ColorRange, VideoReformatter

from gateway.errors import DecodeError
from gateway.units import JpegFrame, RawFrame

MAX_PIXELS = 4096 * 4096
JPEG_QUALITY = 85
LUMA_SIZE = LUMA_WIDTH, LUMA_HEIGHT = 160, 120

Luma = npt.NDArray[np.uint8]
Size = tuple[int, int]
"""Width and height in pixels."""


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
            # By default swscale keeps threads of its own: handing these small pictures to them
            # and back takes longer than the work.
            threads=1,
        )


def luma_plane(picture: VideoFrame) -> Luma:
    """Return the brightness of ``picture`` scaled to 160x120, uint8 of shape (120, 160)."""
    if not picture.format.name.startswith("yuv"):
        picture = picture.reformat(format="gray", threads=1)
    plane = picture.planes[0]
    full = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
    divisor = _divisor(plane.width, plane.height)
    width, height = plane.width // divisor, plane.height // divisor
    whole = full[: height * divisor, : width * divisor]
    return _to_luma_size(
        cast(Luma, cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA))
    )


def jpeg_size(frame: JpegFrame) -> Size:
    """Read width and height from the header; raises :class:`DecodeError`."""
    try:
        height, width, *_ = simplejpeg.decode_jpeg_header(frame.data)
    except ValueError as error:
        raise DecodeError(f"JPEG of {len(frame.data)} bytes: {error}") from error
    if width * height > MAX_PIXELS:
        raise DecodeError(f"JPEG of {width}x{height} pixels: too large")
    return int(width), int(height)


def jpeg_luma(frame: JpegFrame) -> Luma:
    """Decode no more of a JPEG than :func:`luma_plane` would keep of it, and return the same.

    libjpeg leaves out the colours and scales while it decodes. Raises :class:`DecodeError` at
    the least fault, also at some that FFmpeg rightly forgives: ask :class:`JpegDecoder` then.
    (OpenCV would forgive them all, with a line on standard error for each.)
    """
    width, height = jpeg_size(frame)
    divisor = _divisor(width, height)
    try:
        grey: Luma = simplejpeg.decode_jpeg(
            frame.data,
            "GRAY",
            min_width=-(-width // divisor),
            min_height=-(-height // divisor),
            strict=True,
        )
    except ValueError as error:
        raise DecodeError(f"JPEG of {len(frame.data)} bytes: {error}") from error
    return _to_luma_size(grey[: height // divisor, : width // divisor, 0])


def _divisor(width: int, height: int) -> int:
    """By how much a picture can be reduced and keep all that the detector looks at: 1 to 8.

    Both ways to a luma plane reduce by it first, pixel for pixel as libjpeg does, so that a
    change from one way to the other is no motion.
    """
    divisor = 1
    while divisor < 8 and width >= 2 * divisor * LUMA_WIDTH and height >= 2 * divisor * LUMA_HEIGHT:
        divisor *= 2
    return divisor


def _to_luma_size(luma: Luma) -> Luma:
    if luma.shape == (LUMA_HEIGHT, LUMA_WIDTH):
        return luma
    # Up to a half the two weigh pixels much the same, and areas take three times as long.
    small = luma.shape[0] <= 2 * LUMA_HEIGHT and luma.shape[1] <= 2 * LUMA_WIDTH
    interpolation = cv2.INTER_LINEAR if small else cv2.INTER_AREA
    return cast(Luma, cv2.resize(luma, LUMA_SIZE, interpolation=interpolation))


def encode_jpeg(frame: RawFrame) -> JpegFrame:
    """Compress a decoded picture for viewers of plain MJPEG."""
    ok, data = cv2.imencode(
        ".jpg", frame.picture.to_ndarray(format="bgr24"), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    )
    if not ok:
        raise DecodeError("the picture could not be compressed to JPEG")
    return JpegFrame(data.tobytes(), frame.capture_s, frame.received_s)
