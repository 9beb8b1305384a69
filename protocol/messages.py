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
Axis = Annotated[float, Range(-1.0, 1.0)]
ClockMs = Annotated[float, Range(0.0, 1e14)]

CameraStateName = Literal["idle", "connecting", "live", "stalled", "offline", "error"]
MotionLevel = Literal["NONE", "LOW", "MEDIUM", "HIGH"]
ClientRole = Literal["viewer", "driver", "admin"]
Quality = Literal["high", "medium", "low"]
DriveState = Literal["disarmed", "arming", "armed", "neutral", "stopped"]
DriveReason = Literal[
    "not-driving",
    "old",
    "expired",
    "board-offline",
    "stopped",
    "not-armed",
    "stale-video",
    "slow-video",
    "board-limit",
]
What = Literal["unknown", "person", "object", "light"]
CallKind = Literal["board", "driver", "viewer"]


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
    car: Id | None = None


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


@dataclass(frozen=True)
class Heard:
    """Proof of how old a command can be, on the clock of whoever receives it.

    ``at_ms`` is the newest time of the receiver's clock that the sender had heard, ``held_ms``
    how long before sending. What the receiver's clock has run since then, less ``held_ms``, is
    the round trip: the command is no older than that.
    """

    at_ms: ClockMs
    held_ms: Ms


@dataclass(frozen=True)
class BoardCapabilities:
    """What a control board can do beside throttle and steering."""

    lights: bool = False
    horn: bool = False
    pan: bool = False
    tilt: bool = False
    reverse: bool = True


@dataclass(frozen=True)
class BoardLimits:
    """The most throttle that a board gives its motor, and when it goes neutral by itself."""

    forward: Fraction = 1.0
    reverse: Fraction = 1.0
    failsafe_ms: Annotated[float, Range(100.0, 500.0)] = 250.0


@dataclass(frozen=True)
class BoardHealth:
    """What a control board measures of itself."""

    battery_v: Annotated[float, Range(0.0, 100.0)] | None = None
    battery_percent: Percent | None = None
    rssi_dbm: Annotated[float, Range(-200.0, 50.0)] | None = None


# First messages, from whoever connects


@dataclass(frozen=True)
class Hello:
    """A browser introduces itself. Its token, where one is needed, decides its role."""

    TYPE: ClassVar[str] = "hello"
    v: int = VERSION
    token: Token | None = None


@dataclass(frozen=True)
class RegisterCamera:
    """A camera device says where its MJPEG stream is; one that pushes pictures need not."""

    TYPE: ClassVar[str] = "register"
    ROLE: ClassVar[str] = "camera"
    device_id: Id
    stream_url: Url | None = None
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
    boards: Annotated[tuple[Id, ...], Length(0, 256)] = ()


@dataclass(frozen=True)
class RegisterBoard:
    """A control board says what it can do. The same id again supersedes the old link."""

    TYPE: ClassVar[str] = "register"
    ROLE: ClassVar[str] = "board"
    device_id: Id
    v: int = VERSION
    token: Token | None = None
    capabilities: BoardCapabilities = BoardCapabilities()
    limits: BoardLimits = BoardLimits()
    model: Annotated[str, Length(1, 100)] | None = None
    firmware: Annotated[str, Length(1, 100)] | None = None


@dataclass(frozen=True)
class Join:
    """A browser that has no peer connection turns to ``camera``: to drive its car, or to see it."""

    TYPE: ClassVar[str] = "join"
    camera: Id
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
    """A browser asks to watch ``camera``. It makes up ``session``, unguessable.

    ``relay``: this attempt is to go through TURN, so the gateway needs a relay of its own, too.
    """

    TYPE: ClassVar[str] = "offer"
    session: Id
    camera: Id
    sdp: Sdp
    relay: bool = False


@dataclass(frozen=True)
class RoutedOffer:
    """An offer on its way to the gateway: signaling adds who asks, and the servers to use.

    ``ice_servers`` have credentials of their own, for this session.
    """

    TYPE: ClassVar[str] = "offer"
    session: Id
    camera: Id
    sdp: Sdp
    peer: Id
    role: ClientRole
    relay: bool = False
    ice_servers: Annotated[tuple[IceServer, ...], Length(0, 16)] = ()


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
class IceServers:
    """To a browser: the servers to use from now on; the credentials of the others end soon."""

    TYPE: ClassVar[str] = "iceServers"
    ice_servers: Annotated[tuple[IceServer, ...], Length(0, 16)]


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
class EventInfo:
    """One event of a camera, from the first motion to the last; kept with its pictures.

    ``level``, ``percent`` and ``regions`` are those of its peak. ``what`` moved, and how sure that
    is (``confidence``), may become known later. Without ``end_ms`` it goes on. ``snapshot`` and
    ``clip``: whether there is one to be had. ``zones``: the names of those that it touched.
    """

    id: Id
    camera: Id
    start_ms: EpochMs
    level: MotionLevel
    percent: Percent
    what: What = "unknown"
    end_ms: EpochMs | None = None
    confidence: Fraction | None = None
    regions: Annotated[tuple[Region, ...], Length(0, 32)] = ()
    zones: Annotated[tuple[Annotated[str, Length(1, 60)], ...], Length(0, 16)] = ()
    snapshot: bool = False
    clip: bool = False
    description: Text | None = None


@dataclass(frozen=True)
class EventChanged:
    """An event began, changed, ended, or (``deleted``) is no more."""

    TYPE: ClassVar[str] = "event"
    event: EventInfo
    deleted: bool = False


@dataclass(frozen=True)
class CameraChanged:
    """The state of the camera that this connection shows has changed."""

    TYPE: ClassVar[str] = "camera"
    camera: CameraInfo


# Driving: the lease and the state of the car, on the ``events`` channel


@dataclass(frozen=True)
class RequestLease:
    """Ask to drive; when somebody else does, wait in the queue."""

    TYPE: ClassVar[str] = "requestLease"


@dataclass(frozen=True)
class ReleaseLease:
    """Stop driving, or leave the queue."""

    TYPE: ClassVar[str] = "releaseLease"


@dataclass(frozen=True)
class PassLease:
    """Hand the lease over to the first in the queue."""

    TYPE: ClassVar[str] = "passLease"


@dataclass(frozen=True)
class RevokeLease:
    """Take the lease from whoever drives. For admins."""

    TYPE: ClassVar[str] = "revokeLease"


@dataclass(frozen=True)
class Stop:
    """Emergency stop. It latches until it is cleared."""

    TYPE: ClassVar[str] = "stop"


@dataclass(frozen=True)
class ClearStop:
    """Clear the emergency stop; the car must then be armed anew."""

    TYPE: ClassVar[str] = "clearStop"


@dataclass(frozen=True)
class Car:
    """The state of the car that this camera rides on, as one viewer may know it.

    ``session``, which only the driver learns, goes into its commands. ``left_ms``: how long
    the lease of whoever drives still runs. ``place``: this viewer's in the queue, from 1.
    ``health`` is told to the driver, twice a second.
    """

    TYPE: ClassVar[str] = "car"
    car: Id
    board: Literal["offline", "online"]
    state: DriveState
    you: Literal["watching", "queued", "driving"]
    may_drive: bool
    slow_above_ms: Ms
    refuse_above_ms: Ms
    driven: bool = False
    queue: Count = 0
    place: Count | None = None
    left_ms: Ms | None = None
    session: Id | None = None
    capabilities: BoardCapabilities | None = None
    health: BoardHealth | None = None


# Driving: the ``control`` data channel


@dataclass(frozen=True)
class Drive:
    """What the driver wants now. ``throttle`` -1 (back) to 1, ``steering`` -1 (left) to 1.

    ``sent_ms`` is of the driver's own clock. ``video_age_ms``: how old the picture on the
    driver's screen is; left out while there is none. ``brake`` beats ``throttle``.
    """

    TYPE: ClassVar[str] = "drive"
    session: Id
    seq: Uint32
    sent_ms: ClockMs
    ttl_ms: Annotated[float, Range(1.0, 1000.0)]
    throttle: Axis
    steering: Axis
    heard: Heard | None = None
    video_age_ms: Ms | None = None
    brake: bool = False
    lights: bool = False
    horn: bool = False
    pan: Axis = 0.0
    tilt: Axis = 0.0


@dataclass(frozen=True)
class Driven:
    """What became of the command ``seq``: what the board was told, and why if it is less.

    ``at_ms`` is of the gateway's clock, for the next command's ``heard``. ``board_ms``: the
    round trip between gateway and board.
    """

    TYPE: ClassVar[str] = "driven"
    seq: Uint32
    sent_ms: ClockMs
    at_ms: ClockMs
    state: DriveState
    throttle: Axis
    steering: Axis
    reason: DriveReason | None = None
    board_ms: Ms | None = None


# Driving: gateway and control board


@dataclass(frozen=True)
class Actuate:
    """What the board is to do now."""

    TYPE: ClassVar[str] = "actuate"
    seq: Uint32
    ttl_ms: Annotated[float, Range(1.0, 1000.0)]
    throttle: Axis
    steering: Axis
    heard: Heard
    brake: bool = False
    lights: bool = False
    horn: bool = False
    pan: Axis = 0.0
    tilt: Axis = 0.0


@dataclass(frozen=True)
class Acted:
    """What the board did with the command ``seq``; ``at_ms`` is of the board's clock."""

    TYPE: ClassVar[str] = "acted"
    seq: Uint32
    at_ms: Uint32
    state: DriveState
    throttle: Axis
    steering: Axis


@dataclass(frozen=True)
class Telemetry:
    """The board's state, at once after it registered and then twice a second."""

    TYPE: ClassVar[str] = "telemetry"
    at_ms: Uint32
    state: DriveState
    health: BoardHealth = BoardHealth()


# Without a peer connection


@dataclass(frozen=True)
class Next:
    """A viewer has room for one more picture."""

    TYPE: ClassVar[str] = "next"


@dataclass(frozen=True)
class Call:
    """Somebody who cannot reach the gateway waits at signaling, in ``/ws/relay/{call}``.

    A driver or a viewer for a camera, or a board: ``target`` is the id of that.
    """

    TYPE: ClassVar[str] = "call"
    call: Id
    kind: CallKind
    target: Id
    role: ClientRole | None = None


# Directions

Introduction = Hello | RegisterCamera | RegisterGateway
BrowserToSignaling = Hello | Offer | Candidate | Bye | Ping | Pong
SignalingToBrowser = (
    Welcome | Cameras | EventChanged | IceServers | Answer | Candidate | Bye | Error | Ping | Pong
)
GatewayToSignaling = (
    RegisterGateway | Cameras | EventChanged | Answer | Candidate | Bye | Error | Ping | Pong
)
SignalingToGateway = Registered | RoutedOffer | Candidate | Bye | Call | Error | Ping | Pong
DeviceToSignaling = RegisterCamera | Ping | Pong
SignalingToDevice = Registered | Error | Ping | Pong
LeaseRequest = RequestLease | ReleaseLease | PassLease | RevokeLease | Stop | ClearStop
BrowserToGateway = Sync | LeaseRequest
GatewayToBrowser = Synced | Motion | EventChanged | CameraChanged | Car | Error
DriverToGateway = Drive | Stop
GatewayToDriver = Driven
BoardToGateway = RegisterBoard | Acted | Telemetry | Ping | Pong
GatewayToBoard = Registered | Actuate | Stop | ClearStop | Error | Ping | Pong
RelayedToGateway = Join | Sync | LeaseRequest | Drive | Ping | Pong
PictureViewerToGateway = Join | Next | Sync | Ping | Pong
GatewayToPictureViewer = Synced | Error | Ping | Pong
GatewayToRelayed = Synced | Car | Driven | Error | Ping | Pong
