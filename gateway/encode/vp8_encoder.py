"""VP8 with libvpx, for viewers that offer no H.264."""

from av import VideoFrame

from gateway.encode.av_encoder import AvEncoder
from gateway.encode.vp8_payload import payloads


class Vp8Encoder:
    """Real-time VP8, keyframes only on demand."""

    def __init__(self, width: int, height: int, fps: float, max_bitrate_kbps: int) -> None:
        bitrate = max_bitrate_kbps * 1_000
        self._encoder = AvEncoder(
            "libvpx",
            width,
            height,
            fps,
            {
                "deadline": "realtime",
                "cpu-used": "8",
                "lag-in-frames": "0",
                "auto-alt-ref": "0",
                "error-resilient": "default",
                "static-thresh": "100",
                "g": "1000000",
                "b": str(bitrate),
                "minrate": str(bitrate),
                "maxrate": str(bitrate),
                "bufsize": str(bitrate // 4),
            },
        )

    def encode(self, picture: VideoFrame, keyframe: bool) -> tuple[tuple[bytes, ...], bool]:
        """See :class:`gateway.encode.Encoder`."""
        packets = self._encoder.encode(picture, keyframe)
        cut = [payload for packet in packets for payload in payloads(bytes(packet))]
        return tuple(cut), any(packet.is_keyframe for packet in packets)
