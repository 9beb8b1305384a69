"""From a camera's settings to the source that reads it."""

from collections.abc import Callable

from yarl import URL

from gateway.settings import CameraSettings, UplinkSettings
from gateway.source.av_source import AvSource
from gateway.source.base import Source
from gateway.source.http_mjpeg import HttpMjpegSource
from gateway.source.push import PushSource
from gateway.source.synthetic import SyntheticSource

_SOURCES: dict[str, Callable[[CameraSettings], Source]] = {
    "http": HttpMjpegSource,
    "https": HttpMjpegSource,
    "rtsp": AvSource,
    "rtsps": AvSource,
    "file": AvSource,
    "synthetic": SyntheticSource,
}


def open_source(settings: CameraSettings, signaling: UplinkSettings | None = None) -> Source:
    """Return a source for ``settings.source``, which does nothing until it is run.

    ``signaling`` is where the pictures of cameras are that push them there.

    Raises :class:`gateway.source.errors.BadSource`, a ValueError, when the URL asks for what its
    source does not have.
    """
    scheme = URL(settings.source).scheme
    return PushSource(settings, signaling) if scheme == "push" else _SOURCES[scheme](settings)
