"""JPEGs and MJPEG streams in the dialects of real cameras."""

import struct
from collections.abc import Iterable, Sequence

import cv2
import numpy as np

BOUNDARY = "123456789000000000000987654321"


def pictures(count: int, width: int = 64, height: int = 48) -> list[bytes]:
    """Return ``count`` different small JPEGs, mostly compressed data."""
    rng = np.random.default_rng(5)
    found = []
    for _ in range(count):
        noise = rng.integers(0, 255, (height, width, 3), np.uint8)
        ok, data = cv2.imencode(".jpg", noise)
        assert ok
        found.append(data.tobytes())
    return found


def with_thumbnail(picture: bytes, thumbnail: bytes) -> bytes:
    """Return ``picture`` with a whole JPEG inside an APP1 segment, as Exif has it."""
    body = b"Exif\x00\x00" + thumbnail
    return picture[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + picture[2:]


def large(size: int, picture: bytes) -> bytes:
    """Return ``picture`` with comments that make it at least ``size`` bytes long."""
    comment = b"\xff\xfe" + struct.pack(">H", 60_002) + bytes(60_000)
    count = max(0, size - len(picture)) // len(comment) + 1
    return picture[:2] + comment * count + picture[2:]


def part(
    body: bytes,
    *,
    length: int | str | None = -1,
    boundary: str | None = BOUNDARY,
    newline: str = "\r\n",
    headers: Sequence[str] = (),
) -> bytes:
    """Return one part as CameraWebServer writes it; ``length`` -1 is the right one."""
    lines = ["", f"--{boundary}"] if boundary is not None else [""]
    lines.append("Content-Type: image/jpeg")
    if length is not None:
        lines.append(f"Content-Length: {len(body) if length == -1 else length}")
    lines += [*headers, "", ""]
    return newline.join(lines).encode() + body


def stream(bodies: Iterable[bytes], **options: object) -> bytes:
    """Return the parts of ``bodies`` one after the other."""
    return b"".join(part(body, **options) for body in bodies)  # type: ignore[arg-type]
