"""Opening and driving one of FFmpeg's video encoders."""

from collections.abc import Mapping
from fractions import Fraction
from typing import cast

from av import CodecContext, Packet, VideoCodecContext, VideoFrame
from av.error import FFmpegError
from av.video.frame import PictureType
from av.video.stream import VideoStream

from gateway.errors import EncodeError
from gateway.units import RTP_CLOCK_HZ


class AvEncoder:
    """One encoder with one thread, fed yuv420p pictures whose ``pts`` count at 90 kHz."""

    def __init__(
        self, name: str, width: int, height: int, fps: float, options: Mapping[str, str]
    ) -> None:
        context = cast(VideoCodecContext, CodecContext.create(name, "w"))
        context.width, context.height = width, height
        context.pix_fmt = "yuv420p"
        context.time_base = Fraction(1, RTP_CLOCK_HZ)
        context.framerate = Fraction(max(1, round(fps)), 1)
        context.thread_count = 1
        context.options = dict(options)
        self._name = name
        self._context = context

    def encode(self, picture: VideoFrame, keyframe: bool) -> "list[Packet[VideoStream]]":
        """Return what comes out for ``picture``; raises :class:`EncodeError`."""
        picture.pict_type = PictureType.I if keyframe else PictureType.NONE
        try:
            return self._context.encode(picture)
        except (FFmpegError, ValueError) as error:
            raise EncodeError(f"{self._name}: {error}") from error
