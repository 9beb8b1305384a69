"""Errors of the media path.

GatewayError
├── MediaError               one frame is lost, the stream goes on
│   ├── DecodeError
│   └── EncodeError
├── NoPicture                the camera gives none, and will not soon
├── UnknownBoard             no car has it
├── BadMotionSettings        somebody asked for settings that cannot be
├── BoardTaken               the same board is here already, and nearer
└── ViewerRefused            one viewer gets no session; carries the problem slug
    ├── InvalidSdp
    ├── NoCommonCodec
    ├── UnknownCamera
    ├── UnknownSession
    ├── SessionExists
    ├── TooManyViewers
    └── GatewayClosing
"""


class GatewayError(Exception):
    """Base of everything the gateway raises on purpose."""


class MediaError(GatewayError):
    """A frame that could not be processed. The stream goes on without it."""


class DecodeError(MediaError):
    pass


class EncodeError(MediaError):
    pass


class NoPicture(GatewayError):
    """The camera cannot be had just now; the text says why."""


class UnknownBoard(GatewayError):
    """A control board registered that belongs to no car."""


class BadMotionSettings(GatewayError):
    """Motion settings that cannot be; the text says which, and what was expected."""


class BoardTaken(GatewayError):
    """A control board of this id is connected to the gateway itself."""


class ViewerRefused(GatewayError):
    """A viewer that gets no session, and why. ``slug`` and ``status`` go to the client."""

    slug = "refused"
    status = 500


class InvalidSdp(ViewerRefused):
    slug = "invalid-sdp"
    status = 400


class NoCommonCodec(ViewerRefused):
    slug = "no-common-codec"
    status = 406


class UnknownCamera(ViewerRefused):
    slug = "unknown-camera"
    status = 404


class UnknownSession(ViewerRefused):
    slug = "unknown-session"
    status = 404


class SessionExists(ViewerRefused):
    slug = "session-exists"
    status = 409


class TooManyViewers(ViewerRefused):
    slug = "too-many-viewers"
    status = 503


class GatewayClosing(ViewerRefused):
    slug = "gateway-offline"
    status = 503
