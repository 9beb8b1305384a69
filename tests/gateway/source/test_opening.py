import pytest

from gateway.settings import CameraSettings
from gateway.source import open_source
from gateway.source.av_source import AvSource
from gateway.source.errors import SourceRefused
from gateway.source.http_mjpeg import HttpMjpegSource
from gateway.source.synthetic import SyntheticSource


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("http://camera:81/stream", HttpMjpegSource),
        ("https://me:pw@camera/stream", HttpMjpegSource),
        ("HTTP://camera/", HttpMjpegSource),
        ("rtsp://camera/live", AvSource),
        ("rtsps://camera/live", AvSource),
        ("file:film.mp4", AvSource),
        ("file:/film.mp4", AvSource),
        ("file:///film.mp4", AvSource),
        ("synthetic:", SyntheticSource),
    ],
)
async def test_chooses_by_scheme(source: str, kind: type) -> None:
    assert isinstance(open_source(CameraSettings(source=source)), kind)


def test_says_what_is_wrong_with_a_synthetic_source() -> None:
    with pytest.raises(ValueError, match="fps must be a number") as error:
        open_source(CameraSettings(source="synthetic:?fps=0"))
    assert isinstance(error.value, SourceRefused)
