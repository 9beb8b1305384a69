"""H.264 with x264, tuned so that a frame leaves as soon as it has come."""

from fractions import Fraction

from av import CodecContext, VideoFrame
from av.error import FFmpegError
from av.video.frame import PictureType

from gateway.encode.h264_payload import payloads
from gateway.errors import EncodeError
from gateway.units import RTP_CLOCK_HZ

QUALITY_CRF = 22
"""Constant quality where the bitrate limit allows: a still picture costs next to nothing."""

VBV_SECONDS = 1 / 8
"""Encoder buffer: how long a burst (an IDR) may take on a link of the maximum bitrate."""


class H264Encoder:
    """Constrained baseline, no B-frames, IDR only on demand."""

    def __init__(self, width: int, height: int, fps: float, max_bitrate_kbps: int) -> None:
        context = CodecContext.create("libx264", "w")
        context.width, context.height = width, height
        context.pix_fmt = "yuv420p"
        context.time_base = Fraction(1, RTP_CLOCK_HZ)
        context.framerate = Fraction(max(1, round(fps)), 1)
        context.thread_count = 1
        context.options = {
            "preset": "ultrafast",
            "tune": "zerolatency",
            "profile": "baseline",
            "forced-idr": "1",
            "crf": str(QUALITY_CRF),
            "x264-params": (
                f"keyint=infinite:scenecut=0:repeat-headers=1:vbv-maxrate={max_bitrate_kbps}"
                f":vbv-bufsize={max(1, round(max_bitrate_kbps * VBV_SECONDS))}"
            ),
        }
        self._context = context

    def encode(self, picture: VideoFrame, keyframe: bool) -> tuple[tuple[bytes, ...], bool]:
        """See :class:`gateway.encode.Encoder`."""
        picture.pict_type = PictureType.I if keyframe else PictureType.NONE
        try:
            packets = self._context.encode(picture)
        except (FFmpegError, ValueError) as error:
            raise EncodeError(f"x264: {error}") from error
        cut: list[bytes] = []
        for packet in packets:
            cut.extend(payloads(bytes(packet)))
        return tuple(cut), any(packet.is_keyframe for packet in packets)
