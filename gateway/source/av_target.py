"""What FFmpeg is told to open for a camera's settings."""

import ssl
from dataclasses import dataclass, field
from urllib.parse import unquote

from yarl import URL

from gateway.settings import CameraSettings

_LIVE_OPTIONS = {
    # Over TCP: no lost packets to conceal, and no ports to open.
    "rtsp_transport": "tcp",
    "fflags": "nobuffer",
    "max_delay": "0",
    "reorder_queue_size": "0",
    # Finding the codec takes up to five seconds of video by default.
    "analyzeduration": "500000",
    # No detour over files or other protocols on the camera's word.
    "protocol_whitelist": "rtsp,rtsps,rtp,tcp,tls",
}


@dataclass(frozen=True, slots=True)
class AvTarget:
    """``shown`` is for people: without credentials and query."""

    url: str = field(repr=False)
    shown: str
    live: bool
    options: dict[str, str]


def av_target(settings: CameraSettings) -> AvTarget:
    """Return what to open for an ``rtsp(s)://`` or ``file:`` source.

    ``file:PATH`` is relative to the working directory, ``file:/PATH`` and ``file:///PATH`` are
    absolute. Percent signs are read as URL escapes.
    """
    url = URL(settings.source)
    if url.scheme == "file":
        # A playlist in a file must not make the gateway open addresses.
        path = unquote(URL(settings.source).raw_path)
        return AvTarget(f"file:{path}", f"file:{path}", False, {"protocol_whitelist": "file"})
    if settings.auth.username is not None:
        url = url.with_user(settings.auth.username).with_password(settings.auth.password)
    options = dict(_LIVE_OPTIONS)
    if url.scheme == "rtsps":
        options["tls_verify"] = "1"
        authorities = ssl.get_default_verify_paths().cafile
        if authorities is not None:
            options["ca_file"] = authorities
    shown = str(url.with_user(None).with_query(None).with_fragment(None))
    return AvTarget(str(url), shown, True, options)
