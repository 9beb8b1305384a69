"""H.264 with x264, tuned so that a frame leaves as soon as it has come."""

from av import VideoFrame

from gateway.encode.av_encoder import AvEncoder
from gateway.encode.h264_payload import payloads

QUALITY_CRF = 22
"""Constant quality where the bitrate limit allows: a still picture costs next to nothing."""

VBV_SECONDS = 1 / 8
"""Encoder buffer: how long a burst (an IDR) may take on a link of the maximum bitrate."""


class H264Encoder:
    """Constrained baseline, no B-frames, IDR only on demand."""

    def __init__(self, width: int, height: int, fps: float, max_bitrate_kbps: int) -> None:
        buffer_kbit = max(1, round(max_bitrate_kbps * VBV_SECONDS))
        self._encoder = AvEncoder(
            "libx264",
            width,
            height,
            fps,
            {
                "preset": "ultrafast",
                "tune": "zerolatency",
                "profile": "baseline",
                "forced-idr": "1",
                "crf": str(QUALITY_CRF),
                "x264-params": (
                    "keyint=infinite:scenecut=0:repeat-headers=1"
                    f":vbv-maxrate={max_bitrate_kbps}:vbv-bufsize={buffer_kbit}"
                ),
            },
        )

    def encode(self, picture: VideoFrame, keyframe: bool) -> tuple[tuple[bytes, ...], bool]:
        """See :class:`gateway.encode.Encoder`."""
        packets = self._encoder.encode(picture, keyframe)
        cut = [payload for packet in packets for payload in payloads(bytes(packet))]
        return tuple(cut), any(packet.is_keyframe for packet in packets)
