"""The text between two pictures of an MJPEG stream, read as the headers of a part."""

from collections.abc import Mapping
from dataclasses import dataclass

MAX_HEADER_BYTES = 8_192
"""Text before a picture that is kept; anything longer is not a part header."""

_MIN_DELIMITER, _MAX_DELIMITER = 4, 256


@dataclass(frozen=True, slots=True)
class PartHeaders:
    """What the text before a picture says about it.

    ``fields`` has names in lower case. ``length`` is how many bytes from the picture's start
    its part ends, if Content-Length says so. ``delimiter`` is the line that opened the part,
    with the line feed before it, so that searching for it in binary data cannot match by chance.
    """

    fields: Mapping[str, str]
    length: int | None
    delimiter: bytes | None


def parse_headers(text: bytes) -> PartHeaders:
    """Read the last header block in ``text``, which ends where a picture begins."""
    fields: dict[str, str] = {}
    delimiter: bytes | None = None
    body_at: int | None = None
    at = 0
    for raw in text.split(b"\n"):
        at += len(raw) + 1
        line = raw.strip()
        if line.startswith(b"--"):
            fields, body_at = {}, None
            if _MIN_DELIMITER <= len(line) <= _MAX_DELIMITER and line.isascii():
                delimiter = b"\n" + line
        elif not line:
            if fields and body_at is None and at <= len(text):
                body_at = at
        elif b":" in line:
            if body_at is not None:
                fields, body_at = {}, None
            name, _, value = line.partition(b":")
            fields[name.strip().decode("latin-1").lower()] = value.strip().decode("latin-1")
    length = None
    if body_at is not None:
        length = _length(fields.get("content-length", ""), len(text) - body_at)
    return PartHeaders(fields, length, delimiter)


def _length(value: str, before: int) -> int | None:
    """Return ``value`` less the bytes of the part that come ``before`` the picture."""
    if not (value.isascii() and value.isdigit() and len(value) <= 10):
        return None
    return int(value) - before if int(value) > before else None
