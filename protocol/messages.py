"""Every message of the contract, one frozen dataclass each, one union per direction.

Python names are snake_case; on the wire the same names are camelCase. A field with
a default may be left out. ``README.md`` gives order, limits and meaning.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from protocol import VERSION
from protocol.fields import Length, Pattern, Range

Id = Annotated[
    str,
    Pattern(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", "1-64 of A-Z a-z 0-9 . _ -, first alphanumeric"),
]
Token = Annotated[str, Length(1, 512)]
Sdp = Annotated[str, Length(1, 48_000)]
Text = Annotated[str, Length(0, 500)]
Url = Annotated[str, Length(1, 2_000)]
Fraction = Annotated[float, Range(0.0, 1.0)]
Percent = Annotated[float, Range(0.0, 100.0)]
EpochMs = Annotated[float, Range(0.0, 1e14)]
Uint32 = Annotated[int, Range(0, 0xFFFFFFFF)]
Pixels = Annotated[int, Range(1, 16_384)]
Count = Annotated[int, Range(0, 2**53)]
Ms = Annotated[float, Range(0.0, 1e7)]
Kbps = Annotated[float, Range(0.0, 1e9)]

CameraStateName = Literal["idle", "connecting", "live", "stalled", "offline", "error"]
MotionLevel = Literal["NONE", "LOW", "MEDIUM", "HIGH"]
ClientRole = Literal["viewer", "driver", "admin"]
Quality = Literal["high", "medium", "low"]


# Parts of messages


@dataclass(frozen=True)
class IceServer:
    """One entry of ``RTCConfiguration.iceServers`` (W3C)."""

    urls: Annotated[tuple[Url, ...], Length(1, 8)]
    username: Annotated[str, Length(0, 512)] | None = None
    credential: Annotated[str, Length(0, 512)] | None = None


@dataclass(frozen=True)
class CameraInfo:
    """What the outside knows of one camera; ``detail``: why it is not live, or what it lacks."""

    id: Id
    name: Annotated[str, Length(1, 100)]
    state: CameraStateName
    detail: Text | None = None
    width: Pixels | None = None
    height: Pixels | None = None
    fps: Annotated[float, Range(0.0, 1000.0)] | None = None
    viewers: Annotated[int, Range(0, 1_000_000)] = 0
    motion: bool = False


@dataclass(frozen=True)
class Region:
    """A rectangle as fractions of the picture, origin at the top left."""

    x: Fraction
    y: Fraction
    width: Fraction
    height: Fraction


@dataclass(frozen=True)
class FrameTimes:
    """When one frame of a viewer's video left each stage, by the gateway's wall clock.

    ``rtp_timestamp`` (90 kHz) is the frame's in this viewer's stream.
    """

    rtp_timestamp: Uint32
    capture_ms: EpochMs
    received_ms: EpochMs
    decoded_ms: EpochMs
    encoded_ms: EpochMs
    sent_ms: EpochMs


@dataclass(frozen=True)
class Delivery:
    """How a viewer's video gets there, as the gateway measures it.

    ``lost`` is the share of packets in the viewer's last report, ``estimate_kbps`` what it says
    that its network carries, ``path`` the kinds of the two ends' candidates (``host/prflx``).
    ``resent`` counts packets, ``dropped`` pictures that this viewer was too slow to take.
    """

    quality: Quality
    resent: Count
    dropped: Count
    round_trip_ms: Ms | None = None
    lost: Fraction | None = None
    jitter_ms: Ms | None = None
    estimate_kbps: Kbps | None = None
    path: Annotated[str, Length(1, 64)] | None = None


# First messages, from whoever connects


@dataclass(frozen=True)
class Hello:
    """A browser introduces itself. Its token, where one is needed, decides its role."""

    TYPE: ClassVar[str] = "hello"
    v: int = VERSION
    token: Token | None = None


@dataclass(frozen=True)
class RegisterCamera:
    """A camera device says where its MJPEG stream is."""

    TYPE: ClassVar[str] = "register"
    ROLE: ClassVar[str] = "camera"
    device_id: Id
    stream_url: Url
    v: int = VERSION
    token: Token | None = None
    model: Annotated[str, Length(1, 100)] | None = None
    firmware: Annotated[str, Length(1, 100)] | None = None


@dataclass(frozen=True)
class RegisterGateway:
    """A gateway says which cameras it serves. The same id again supersedes the old link."""

    TYPE: ClassVar[str] = "register"
    ROLE: ClassVar[str] = "gateway"
    gateway_id: Id
    cameras: Annotated[tuple[CameraInfo, ...], Length(0, 256)] = ()
    v: int = VERSION
    token: Token | None = None


# Answers to the first message


@dataclass(frozen=True)
class Welcome:
    """To a browser: its name and role, the relays to use, and the cameras there are."""

    TYPE: ClassVar[str] = "welcome"
    peer: Id
    role: ClientRole
    heartbeat_s: Annotated[float, Range(0.1, 600.0)]
    ice_servers: Annotated[tuple[IceServer, ...], Length(0, 16)] = ()
    cameras: Annotated[tuple[CameraInfo, ...], Length(0, 256)] = ()
    v: int = VERSION


@dataclass(frozen=True)
class Registered:
    """To a gateway or a device: its registration stands."""

    TYPE: ClassVar[str] = "registered"
    heartbeat_s: Annotated[float, Range(0.1, 600.0)]
    ice_servers: Annotated[tuple[IceServer, ...], Length(0, 16)] = ()
    v: int = VERSION


# Sessions: one browser watching one camera


@dataclass(frozen=True)
class Offer:
    """A browser asks to watch ``camera``. It makes up ``session``, unguessable."""

    TYPE: ClassVar[str] = "offer"
    session: Id
    camera: Id
    sdp: Sdp


@dataclass(frozen=True)
class RoutedOffer:
    """An offer on its way to the gateway: signaling adds who asks."""

    TYPE: ClassVar[str] = "offer"
    session: Id
    camera: Id
    sdp: Sdp
    peer: Id
    role: ClientRole


@dataclass(frozen=True)
class Answer:
    """The gateway's answer, complete with its candidates."""

    TYPE: ClassVar[str] = "answer"
    session: Id
    sdp: Sdp


@dataclass(frozen=True)
class Candidate:
    """One trickled ICE candidate; ``candidate`` null or empty ends them."""

    TYPE: ClassVar[str] = "candidate"
    session: Id
    candidate: Annotated[str, Length(0, 1000)] | None
    sdp_mid: Annotated[str, Length(0, 32)] | None = None
    sdp_m_line_index: Annotated[int, Range(0, 31)] | None = None


@dataclass(frozen=True)
class Bye:
    """Either end leaves a session."""

    TYPE: ClassVar[str] = "bye"
    session: Id
    reason: Text | None = None


# At any time


@dataclass(frozen=True)
class Cameras:
    """The cameras as they are now: all of a gateway's, or all that a browser may see."""

    TYPE: ClassVar[str] = "cameras"
    cameras: Annotated[tuple[CameraInfo, ...], Length(0, 256)]


@dataclass(frozen=True)
class Error:
    """Something was refused. ``problem`` is a stable type (RFC 9457)."""

    TYPE: ClassVar[str] = "error"
    problem: Annotated[str, Length(1, 200)]
    detail: Text
    session: Id | None = None


@dataclass(frozen=True)
class Ping:
    TYPE: ClassVar[str] = "ping"
    id: Uint32


@dataclass(frozen=True)
class Pong:
    TYPE: ClassVar[str] = "pong"
    id: Uint32


# The ``events`` data channel


@dataclass(frozen=True)
class Sync:
    """Browser to gateway: heartbeat, clock comparison (as NTP), and question for the rest."""

    TYPE: ClassVar[str] = "sync"
    sent_ms: EpochMs


@dataclass(frozen=True)
class Synced:
    """The gateway's reply: the browser's clock returned, and its own at both ends.

    ``frame`` is the newest one that was sent to this viewer, ``delivery`` how it fares.
    """

    TYPE: ClassVar[str] = "synced"
    sent_ms: EpochMs
    received_ms: EpochMs
    replied_ms: EpochMs
    frame: FrameTimes | None = None
    delivery: Delivery | None = None


@dataclass(frozen=True)
class Motion:
    """What moved in the frame captured at ``capture_ms``; level NONE ends an event."""

    TYPE: ClassVar[str] = "motion"
    camera: Id
    capture_ms: EpochMs
    level: MotionLevel
    percent: Percent
    regions: Annotated[tuple[Region, ...], Length(0, 32)] = ()


@dataclass(frozen=True)
class CameraChanged:
    """The state of the camera that this connection shows has changed."""

    TYPE: ClassVar[str] = "camera"
    camera: CameraInfo


# Directions

Introduction = Hello | RegisterCamera | RegisterGateway
BrowserToSignaling = Hello | Offer | Candidate | Bye | Ping | Pong
SignalingToBrowser = Welcome | Cameras | Answer | Candidate | Bye | Error | Ping | Pong
GatewayToSignaling = RegisterGateway | Cameras | Answer | Candidate | Bye | Error | Ping | Pong
SignalingToGateway = Registered | RoutedOffer | Candidate | Bye | Error | Ping | Pong
DeviceToSignaling = RegisterCamera | Ping | Pong
SignalingToDevice = Registered | Error | Ping | Pong
BrowserToGateway = Sync
GatewayToBrowser = Synced | Motion | CameraChanged
