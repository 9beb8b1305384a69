"""What the readings of a camera mean."""

import pytest

from gateway.source.errors import (
    BadSource,
    CameraBusy,
    CertificateRefused,
    NoAnswer,
    NotVideo,
    Redirects,
    SinglePicture,
    SourceError,
    SourceRefused,
    SourceStalled,
    SourceUnreachable,
    UnknownHost,
    WantsCredentials,
    WebPage,
)
from gateway.source.http_mjpeg import Wording
from peerlens.doctor import camera
from peerlens.doctor.camera_reading import CameraReading
from peerlens.doctor.finding import Finding, Level

ESP32 = Wording(
    "multipart/x-mixed-replace;boundary=1", {"content-length": "9", "x-timestamp": "1.5"}
)
PLAIN = Wording("multipart/x-mixed-replace;boundary=1", {})


def reading(
    *,
    fps: float | None = 25.0,
    picture_bytes: float = 20_000.0,
    broken: int = 0,
    wording: Wording | None = ESP32,
) -> CameraReading:
    return CameraReading(50, 40.0, fps, (640, 480), picture_bytes, broken, wording)


def by_id(findings: list[Finding]) -> dict[str, Finding]:
    return {each.id: each for each in findings}


def test_a_good_camera_is_one_line_with_its_figures() -> None:
    [found] = camera.judge("front", reading())
    assert found.level is Level.OK
    assert "640x480, 25.0 pictures/s, 20 kB each, the first after 40 ms" in found.what
    assert "parts with Content-Length, stamped by its clock" in found.what
    assert found.figures["x_timestamp"] is True
    assert found.figures["fps"] == 25.0


def test_its_dialect_is_told() -> None:
    [found] = camera.judge("front", reading(wording=PLAIN))
    assert "without Content-Length, no X-Timestamp" in found.what
    assert found.figures["content_length"] is False


def test_what_a_gateway_passes_on_tells_nothing_of_the_dialect() -> None:
    [found] = camera.judge("front", reading(wording=PLAIN), through_gateway=True)
    assert "through the running gateway" in found.what
    assert "content_type" not in found.figures


@pytest.mark.parametrize(("fps", "slow"), [(7.9, True), (8.1, False), (None, False)])
def test_slow(fps: float | None, slow: bool) -> None:
    assert ("camera.slow" in by_id(camera.judge("front", reading(fps=fps)))) is slow


@pytest.mark.parametrize(("broken", "told"), [(0, False), (1, False), (2, True)])
def test_broken_pictures(broken: int, told: bool) -> None:
    found = by_id(camera.judge("front", reading(broken=broken)))
    assert ("camera.broken-pictures" in found) is told


def test_heavy() -> None:
    found = by_id(camera.judge("front", reading(picture_bytes=150_000.0)))
    assert found["camera.heavy"].level is Level.NOTE
    assert found["camera.heavy"].figures["kbps"] == 30_000


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (SourceUnreachable, "unreachable"),
        (SourceRefused, "unreachable"),
        (NoAnswer, "no-answer"),
        (UnknownHost, "unknown-host"),
        (CameraBusy, "busy"),
        (WantsCredentials, "credentials"),
        (CertificateRefused, "certificate"),
        (NotVideo, "not-video"),
        (WebPage, "web-page"),
        (SinglePicture, "single-picture"),
        (Redirects, "redirects"),
        (BadSource, "bad-source"),
    ],
)
def test_each_end_has_its_finding(kind: type[SourceError], name: str) -> None:
    [found] = camera.judge("front", CameraReading(error=kind("because")))
    assert (found.id, found.level) == (f"camera.{name}", Level.PROBLEM)
    assert "because" in found.what
    assert found.why
    assert found.do
    assert "{" not in found.do


def test_a_stall_differs_from_a_camera_that_never_began() -> None:
    stalled = SourceStalled("no complete picture for 2 s")
    [found] = camera.judge("front", CameraReading(pictures=1, error=stalled))
    assert found.id == "camera.stalls"
    assert "1 picture came" in found.what
    [found] = camera.judge("front", CameraReading(error=stalled))
    assert found.id == "camera.silent"
