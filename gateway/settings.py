"""Settings of the gateway: its cameras, and how it speaks WebRTC."""

import re
from typing import Annotated

from pydantic import Field, field_validator, model_validator
from yarl import URL

from edge.ice_servers import IceSettings
from edge.settings import Frozen
from gateway.motion_settings import MotionSettings

CAMERA_ID = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
RESERVED_CAMERA_IDS = frozenset(
    {
        *("api", "assets", "camera", "doctor", "drive", "events", "healthz", "metrics", "readyz"),
        *("snapshot.jpg", "stream", "whep", "ws"),
    }
)
"""Path segments that the HTTP server and the page use themselves.

``/camera/ID`` and ``/drive/ID`` are pages, ``/ID/stream`` is a camera's: none may look like
another.
"""

MAX_CAMERAS = 256
"""As many as one registration may hold."""


class VideoSettings(Frozen):
    max_bitrate_kbps: Annotated[int, Field(ge=50, le=20_000)] = 1_500


class SourceAuthSettings(Frozen):
    """Credentials for the camera: either a Bearer token, or a name and a password (Basic)."""

    bearer: str | None = None
    username: str | None = None
    password: str | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> "SourceAuthSettings":
        if self.bearer is not None and self.username is not None:
            raise ValueError("expected either bearer, or username and password, not both")
        if (self.username is None) != (self.password is None):
            raise ValueError("expected username and password together")
        return self


MAX_OUTPUTS = 4
MAX_TOKEN = 4_096


class WhipSettings(Frozen):
    """A media server to publish to over WHIP (RFC 9725)."""

    whip: str
    token: str | None = None
    """Sent as Bearer, to the origin of ``whip`` alone."""

    @field_validator("whip")
    @classmethod
    def _web_address(cls, whip: str) -> str:
        # Some servers have a secret in the path: the address is not repeated.
        try:
            url = URL(whip)
            port = url.port
        except ValueError:
            raise ValueError("not a URL: expected http://… or https://…") from None
        if url.scheme not in ("http", "https") or not url.host or not port:
            raise ValueError("expected http://HOST/PATH or https://HOST/PATH")
        if url.user is not None or url.password is not None:
            raise ValueError("expected no name and password in the address: use token")
        return whip

    @field_validator("token")
    @classmethod
    def _fits_a_header(cls, token: str | None) -> str | None:
        if token is None:
            return None
        if not 1 <= len(token) <= MAX_TOKEN or not all("!" <= each <= "~" for each in token):
            raise ValueError(f"expected 1 to {MAX_TOKEN} ASCII characters without spaces")
        return token


class CameraSettings(Frozen):
    """One camera.

    ``source`` is an http(s) MJPEG URL, an rtsp(s) URL, ``file:PATH``, ``synthetic:``, or
    ``push:DEVICE_ID`` for a camera that pushes its pictures to signaling.
    """

    source: str
    name: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    auth: SourceAuthSettings = SourceAuthSettings()
    warm: bool = False
    """Stay connected to the camera when nobody watches."""
    connect_timeout_s: Annotated[float, Field(gt=0)] = 1.2
    stall_timeout_s: Annotated[float, Field(gt=0)] = 2.0
    max_part_bytes: Annotated[int, Field(ge=1_024)] = 4_000_000
    motion: MotionSettings = MotionSettings()
    video: VideoSettings = VideoSettings()
    outputs: Annotated[tuple[WhipSettings, ...], Field(max_length=MAX_OUTPUTS)] = ()
    """Media servers that carry it to more viewers than one gateway can."""

    @field_validator("source")
    @classmethod
    def _known_scheme(cls, source: str) -> str:
        try:
            scheme, host = URL(source).scheme, URL(source).host
        except ValueError as error:
            raise ValueError(f"not a URL: {error}") from error
        if scheme in ("http", "https", "rtsp", "rtsps"):
            if not host:
                raise ValueError(f"{source!r} names no host")
        elif scheme == "push":
            if not re.fullmatch(CAMERA_ID, source.partition(":")[2]):
                raise ValueError(
                    f"{source!r}: expected push:DEVICE_ID, the id that it registers as"
                )
        elif scheme not in ("file", "synthetic"):
            raise ValueError(
                f"{source!r}: expected http://, https://, rtsp://, rtsps://, push:, file: or"
                " synthetic:"
            )
        return source


class WebrtcSettings(IceSettings):
    max_viewers: Annotated[int, Field(ge=1)] = 500
    gather_timeout_s: Annotated[float, Field(gt=0)] = 1.0
    connect_timeout_s: Annotated[float, Field(gt=0)] = 15.0
    close_timeout_s: Annotated[float, Field(gt=0)] = 5.0
    silence_timeout_s: Annotated[float, Field(gt=0)] = 8.0
    """A viewer whose heartbeat is silent for this long is dropped."""


class UplinkSettings(Frozen):
    """The signaling server that a gateway registers with."""

    url: str
    token: str | None = None
    gateway_id: Annotated[str, Field(pattern=CAMERA_ID)] = "home"

    @field_validator("url")
    @classmethod
    def _websocket(cls, url: str) -> str:
        if URL(url).scheme not in ("ws", "wss") or not URL(url).host:
            raise ValueError(f"{url!r}: expected ws://HOST/ws or wss://HOST/ws")
        return url
