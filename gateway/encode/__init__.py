"""Video encoders and RTP payload formats. Everything here is synchronous and runs in a worker."""

from fractions import Fraction
from typing import Protocol

from av import VideoFrame

from gateway.encode.h264_encoder import H264Encoder
from gateway.encode.vp8_encoder import Vp8Encoder
from gateway.units import RTP_CLOCK_HZ, Codec

RTP_TIME_BASE = Fraction(1, RTP_CLOCK_HZ)


class Encoder(Protocol):
    """One encoder of one stream; its pictures all have the size given at construction."""

    def encode(self, picture: VideoFrame, keyframe: bool) -> tuple[tuple[bytes, ...], bool]:
        """Encode ``picture``, yuv420p with ``pts`` at 90 kHz.

        Returns its RTP payloads in order, and whether it is a keyframe.
        Raises :class:`gateway.errors.EncodeError`.
        """


def create_encoder(
    codec: Codec, width: int, height: int, fps: float, max_bitrate_kbps: int
) -> Encoder:
    """Open an encoder for pictures of ``width`` x ``height``, both even."""
    kind = H264Encoder if codec is Codec.H264 else Vp8Encoder
    return kind(width, height, fps, max_bitrate_kbps)
