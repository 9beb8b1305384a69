"""VP8 with libvpx, for viewers that offer no H.264."""

from fractions import Fraction

from av import CodecContext, VideoFrame
from av.error import FFmpegError
from av.video.frame import PictureType

from gateway.encode.vp8_payload import payloads
from gateway.errors import EncodeError
from gateway.units import RTP_CLOCK_HZ


class Vp8Encoder:
    """Real-time VP8, keyframes only on demand."""

    def __init__(self, width: int, height: int, fps: float, max_bitrate_kbps: int) -> None:
        context = CodecContext.create("libvpx", "w")
        context.width, context.height = width, height
        context.pix_fmt = "yuv420p"
        context.time_base = Fraction(1, RTP_CLOCK_HZ)
        context.framerate = Fraction(max(1, round(fps)), 1)
        context.bit_rate = max_bitrate_kbps * 1_000
        context.thread_count = 1
        context.options = {
            "deadline": "realtime",
            "cpu-used": "8",
            "lag-in-frames": "0",
            "auto-alt-ref": "0",
            "error-resilient": "default",
            "static-thresh": "100",
            "g": "1000000",
            "minrate": str(max_bitrate_kbps * 1_000),
            "maxrate": str(max_bitrate_kbps * 1_000),
            "bufsize": str(max_bitrate_kbps * 1_000 // 4),
        }
        self._context = context
        self._picture_id = 0

    def encode(self, picture: VideoFrame, keyframe: bool) -> tuple[tuple[bytes, ...], bool]:
        """See :class:`gateway.encode.Encoder`."""
        picture.pict_type = PictureType.I if keyframe else PictureType.NONE
        try:
            packets = self._context.encode(picture)
        except (FFmpegError, ValueError) as error:
            raise EncodeError(f"libvpx: {error}") from error
        cut: list[bytes] = []
        for packet in packets:
            cut.extend(payloads(bytes(packet), self._picture_id))
            self._picture_id = (self._picture_id + 1) & 0x7FFF
        return tuple(cut), any(packet.is_keyframe for packet in packets)
