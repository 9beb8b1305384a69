"""Is this HTTP answer a camera's video? If not, whose move is it?"""

from collections.abc import Mapping

from gateway.source.errors import (
    CameraBusy,
    NotVideo,
    Redirects,
    SinglePicture,
    WantsCredentials,
    WebPage,
)

_BUSY = frozenset({408, 425, 429})
_STREAM_TYPES = ("multipart/", "video/", "application/octet-stream")
_HINT = "an MJPEG stream is expected (on an ESP32: http://ADDRESS:81/stream)"


def check_answer(status: int, headers: Mapping[str, str], shown: str, has_auth: bool) -> bool:
    """Accept the answer of the camera at ``shown``, the URL without its secrets.

    Returns whether the body is JPEGs one after the other rather than multipart. Raises
    SourceUnreachable when trying again may help, SourceRefused when only a person can.
    """
    if status >= 500 or status in _BUSY:
        raise CameraBusy(f"{shown} answered {status}{_reason(status)}")
    if 300 <= status < 400:
        target = headers.get("Location", "nowhere")
        raise Redirects(
            f"{shown} redirects to {_without_secrets(target)}, which is not followed:"
            " give the camera's final address"
        )
    if status in (401, 403):
        raise WantsCredentials(_unauthorized(status, headers, shown, has_auth))
    if status != 200:
        raise NotVideo(f"{shown} answered {status}: {_HINT}")
    return _check_type(headers, shown)


def _check_type(headers: Mapping[str, str], shown: str) -> bool:
    kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind in ("image/jpeg", "image/jpg"):
        if "Content-Length" in headers:
            raise SinglePicture(single_picture(shown))
        return True
    # No type at all is forgiven: the pictures in it decide.
    if not kind or kind.startswith(_STREAM_TYPES):
        return False
    if kind == "text/html":
        raise WebPage(f"{shown} is a web page: {_HINT}")
    raise NotVideo(f"{shown} is {kind}: {_HINT}")


def single_picture(shown: str) -> str:
    return f"{shown} is a single picture: a multipart/x-mixed-replace stream is expected"


def _reason(status: int) -> str:
    reasons = {429: " (too many requests)", 503: " (busy: the camera may serve others already)"}
    return reasons.get(status, "")


def _unauthorized(status: int, headers: Mapping[str, str], shown: str, has_auth: bool) -> str:
    scheme = headers.get("WWW-Authenticate", "").partition(" ")[0]
    if scheme.lower() == "digest":
        return f"{shown} wants Digest authentication: only Basic and Bearer are supported"
    if has_auth:
        return f"{shown} answered {status}: it does not accept the credentials in auth"
    return f"{shown} answered {status}: it wants credentials, set auth"


def _without_secrets(url: str) -> str:
    """Return ``url`` as it may go to the log: no query, no user and password."""
    url = url.partition("?")[0].partition("#")[0][:200]
    scheme, slashes, rest = url.rpartition("//")
    host, slash, path = rest.partition("/")
    return f"{scheme}{slashes}{host.rpartition('@')[2]}{slash}{path}"
