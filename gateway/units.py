"""The units that stages of the media path hand to each other."""

from dataclasses import dataclass, field
from enum import StrEnum

from av import VideoFrame

from gateway.packet_layout import PacketShape, RunLayout

RTP_CLOCK_HZ = 90_000


@dataclass(frozen=True, slots=True)
class JpegFrame:
    """One complete JPEG image.

    ``capture_s`` is the moment of capture on this machine's monotonic clock
    (``time.monotonic``), in seconds, as near as the source can tell; ``received_s`` is when
    its last byte was here.
    """

    data: bytes
    capture_s: float
    received_s: float


@dataclass(frozen=True, slots=True)
class RawFrame:
    """One decoded picture, any pixel format PyAV knows; the times are as in StageTimes."""

    picture: VideoFrame
    capture_s: float
    received_s: float
    decoded_s: float


@dataclass(frozen=True, slots=True)
class StageTimes:
    """When a frame left each stage, on this machine's monotonic clock, in seconds.

    Waiting for a stage counts as part of it.
    """

    capture_s: float
    received_s: float
    decoded_s: float
    encoded_s: float


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
    times: StageTimes
    width: int
    height: int
    layouts: dict[PacketShape, tuple[RunLayout, ...]] = field(
        default_factory=dict, compare=False, repr=False
    )
    """Its packets without headers, as laid out for the first viewer of each shape."""

    @property
    def capture_s(self) -> float:
        return self.times.capture_s


@dataclass(frozen=True, slots=True)
class MotionRegion:
    """A rectangle as fractions of the picture, origin at the top left."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class MotionTrack:
    """Something that moves, followed from frame to frame.

    ``since_s`` is the capture time at which it was first seen. ``travelled`` is how far it has
    come since, as a part of the picture's width, and ``zones`` the names of those it is in.
    """

    number: int
    region: MotionRegion
    since_s: float
    travelled: float = 0.0
    zones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MotionEvent:
    """What moved in one frame: ``level`` NONE, LOW, MEDIUM or HIGH, ``percent`` of the picture.

    ``regions`` are those of ``tracks``, in the same order, largest first. ``light`` says that the
    light has just changed, so that what seems to move may be that. ``what`` and ``confidence``
    are a vote of the classifier, which is slower than the detector: most frames have none, and
    it may come with a frame that has nothing else to tell (level NONE).
    """

    capture_s: float
    level: str
    percent: float
    regions: tuple[MotionRegion, ...]
    tracks: tuple[MotionTrack, ...] = ()
    light: bool = False
    what: str | None = None
    confidence: float | None = None

    @property
    def zones(self) -> tuple[str, ...]:
        """Names of the zones in which something moves, in the order of the tracks."""
        return tuple(dict.fromkeys(zone for track in self.tracks for zone in track.zones))
