"""What the reading of one camera means."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from gateway.source.errors import (
    BadSource,
    CameraBusy,
    CertificateRefused,
    NoAnswer,
    NotVideo,
    Redirects,
    SinglePicture,
    SourceError,
    SourceStalled,
    UnknownHost,
    WantsCredentials,
    WebPage,
)
from gateway.source.http_mjpeg import Wording
from peerlens.doctor.camera_reading import CameraReading
from peerlens.doctor.finding import Finding, note, ok, problem, warning

SLOW_FPS = 8.0
BROKEN_SHARE = 0.02
WIFI_KBPS = 20_000
"""More than this is hard on an ESP32's Wi-Fi."""


class _Ending(NamedTuple):
    name: str
    why: str
    do: str


_NO_PICTURES = "the gateway has nothing to show"
ENDINGS: Mapping[type[SourceError], _Ending] = {
    BadSource: _Ending("bad-source", _NO_PICTURES, "correct cameras.{camera}.source"),
    WantsCredentials: _Ending(
        "credentials",
        "the camera lets nobody in without the right name and password, or token",
        "set cameras.{camera}.auth to what the camera was given",
    ),
    WebPage: _Ending(
        "web-page",
        "the address is that of the camera's page for people, not of its video",
        "find the address of the stream: on an ESP32 http://ADDRESS:81/stream, or :8080/stream",
    ),
    SinglePicture: _Ending(
        "single-picture",
        "one picture is no video",
        "find the address of the stream instead of that of the snapshot",
    ),
    NotVideo: _Ending(
        "not-video", _NO_PICTURES, "check the path in cameras.{camera}.source, and the firmware"
    ),
    Redirects: _Ending(
        "redirects",
        "a camera that sends the gateway elsewhere could send it anywhere",
        "put the final address into cameras.{camera}.source",
    ),
    CertificateRefused: _Ending(
        "certificate",
        "who answers could be anybody",
        "renew the camera's certificate, or use http:// in a network that you trust",
    ),
    CameraBusy: _Ending(
        "busy",
        "most cameras of this kind serve one stream, or two",
        "close other programs and browser tabs that watch it, then restart the camera",
    ),
    UnknownHost: _Ending(
        "unknown-host",
        _NO_PICTURES,
        "check the name for typing errors, or use the camera's IP address",
    ),
    NoAnswer: _Ending(
        "no-answer",
        "nothing comes back from that address: it is off, elsewhere, or behind a firewall",
        "ping it from this machine; look up its address in the router; check power and Wi-Fi",
    ),
}
UNREACHABLE = _Ending(
    "unreachable",
    _NO_PICTURES,
    "check that it is on and that the port is right: open the address in a browser on this machine",
)


def judge(camera: str, reading: CameraReading, *, through_gateway: bool = False) -> list[Finding]:
    """Say how ``camera`` does. ``through_gateway``: a running gateway holds it and passed it on."""
    if reading.error is not None:
        return [_ending(camera, reading)]
    findings = [_pictures(camera, reading, through_gateway)]
    if reading.fps is not None and reading.fps < SLOW_FPS:
        findings.append(
            warning(
                "camera.slow",
                f"{camera} sends only {reading.fps:.1f} pictures a second",
                "movements look jerky, and driving by it is dangerous",
                "lower its resolution or JPEG quality, raise XCLK to 20 MHz, and check its Wi-Fi",
                camera=camera,
                fps=round(reading.fps, 1),
            )
        )
    if reading.broken > BROKEN_SHARE * (reading.pictures + reading.broken):
        findings.append(
            warning(
                "camera.broken-pictures",
                f"{reading.broken} of {reading.pictures + reading.broken} pictures of {camera}"
                " are damaged",
                "each is left out, so the video stutters",
                "use a better power supply and cable, or a smaller resolution",
                camera=camera,
                broken=reading.broken,
            )
        )
    kbps = _kbps(reading)
    if kbps is not None and kbps > WIFI_KBPS and not through_gateway:
        findings.append(
            note(
                "camera.heavy",
                f"{camera} sends {kbps / 1_000:.0f} Mbit/s",
                "more than the Wi-Fi of a small camera carries for long",
                "lower its JPEG quality if the picture stutters: viewers get video of their own"
                " quality anyway",
                camera=camera,
                kbps=round(kbps),
            )
        )
    return findings


def _pictures(camera: str, reading: CameraReading, through_gateway: bool) -> Finding:
    parts = []
    if reading.size is not None:
        parts.append("{}x{}".format(*reading.size))
    if reading.fps is not None:
        parts.append(f"{reading.fps:.1f} pictures/s")
    if reading.picture_bytes is not None:
        parts.append(f"{reading.picture_bytes / 1_000:.0f} kB each")
    if reading.first_ms is not None:
        parts.append(f"the first after {reading.first_ms:.0f} ms")
    what = f"{camera} gives pictures: {', '.join(parts)}"
    if through_gateway:
        what += " (through the running gateway, which holds the camera's connection)"
    elif reading.wording is not None:
        what += f"; {dialect(reading.wording)}"
    width, height = reading.size or (None, None)
    figures: dict[str, Any] = {
        "camera": camera,
        "width": width,
        "height": height,
        "fps": None if reading.fps is None else round(reading.fps, 1),
        "picture_bytes": None if reading.picture_bytes is None else round(reading.picture_bytes),
        "first_ms": None if reading.first_ms is None else round(reading.first_ms),
        "through_gateway": through_gateway,
    }
    if reading.wording is not None and not through_gateway:
        headers = reading.wording.part_headers
        figures |= {
            "content_type": reading.wording.content_type[:200],
            "content_length": "content-length" in headers,
            "x_timestamp": "x-timestamp" in headers,
        }
    return ok("camera.pictures", what, **figures)


def dialect(wording: Wording) -> str:
    """Describe how the camera words its stream."""
    kind = wording.content_type.partition(";")[0].strip() or "no content type"
    length = "with" if "content-length" in wording.part_headers else "without"
    stamp = (
        "stamped by its clock"
        if "x-timestamp" in wording.part_headers
        else "no X-Timestamp, so the camera's own delay is not known"
    )
    return f"{kind}, parts {length} Content-Length, {stamp}"


def _kbps(reading: CameraReading) -> float | None:
    if reading.fps is None or reading.picture_bytes is None:
        return None
    return reading.fps * reading.picture_bytes * 8 / 1_000


def _ending(camera: str, reading: CameraReading) -> Finding:
    error = reading.error
    if isinstance(error, SourceStalled) and reading.pictures:
        return problem(
            "camera.stalls",
            f"{camera} stalls: {_pictures_words(reading.pictures)} came, and then none ({error})",
            "viewers see a picture that stands still until the gateway has connected anew",
            "restart the camera; look at its power supply (brown-outs), its heat and its Wi-Fi"
            " signal",
            camera=camera,
            pictures=reading.pictures,
        )
    if isinstance(error, SourceStalled):
        return problem(
            "camera.silent",
            f"{camera} is connected but gives no picture ({error})",
            _NO_PICTURES,
            "restart the camera: it may serve somebody else, or its sensor has failed",
            camera=camera,
            pictures=0,
        )
    ending = next(
        (ending for kind, ending in ENDINGS.items() if isinstance(error, kind)), UNREACHABLE
    )
    return problem(
        f"camera.{ending.name}",
        f"{camera} gives no pictures: {error}",
        ending.why,
        ending.do.format(camera=camera),
        camera=camera,
        pictures=reading.pictures,
    )


def _pictures_words(count: int) -> str:
    return "1 picture" if count == 1 else f"{count} pictures"
