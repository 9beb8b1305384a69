"""The units that stages of the media path hand to each other."""

from dataclasses import dataclass
from enum import StrEnum

from av import VideoFrame

RTP_CLOCK_HZ = 90_000


@dataclass(frozen=True, slots=True)
class JpegFrame:
    """One complete JPEG image.

    ``capture_s`` is the moment of capture on this machine's monotonic clock
    (``time.monotonic``), in seconds, as near as the source can tell.
    """

    data: bytes
    capture_s: float


@dataclass(frozen=True, slots=True)
class RawFrame:
    """One decoded picture, any pixel format PyAV knows; ``capture_s`` as in JpegFrame."""

    picture: VideoFrame
    capture_s: float


class Codec(StrEnum):
    """Video codecs that can be sent, by the name in ``a=rtpmap``."""

    H264 = "H264"
    VP8 = "VP8"


@dataclass(frozen=True, slots=True)
class AccessUnit:
    """One encoded picture, already cut into RTP payloads (no headers), in sending order.

    ``rtp_time`` counts at 90 kHz from the camera's first frame and does not wrap.
    """

    codec: Codec
    payloads: tuple[bytes, ...]
    keyframe: bool
    rtp_time: int
    capture_s: float
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class MotionRegion:
    """A rectangle as fractions of the picture, origin at the top left."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class MotionEvent:
    """What moved in one frame: ``level`` NONE, LOW, MEDIUM or HIGH, ``percent`` of the picture."""

    capture_s: float
    level: str
    percent: float
    regions: tuple[MotionRegion, ...]
