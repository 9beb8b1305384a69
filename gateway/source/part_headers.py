"""The text between two pictures of an MJPEG stream, read as the headers of a part."""

from collections.abc import Mapping

MAX_HEADER_BYTES = 8_192
"""Text before a picture that is kept; anything longer is not a part header."""

_EMPTY_LINE = (b"\n\n", b"\n\r\n")
_MIN_DELIMITER, _MAX_DELIMITER = 4, 256


def body_length(headers: Mapping[str, str], text: bytes) -> int | None:
    """Return the Content-Length in ``headers`` if the body begins right behind ``text``."""
    value = headers.get("content-length", "")
    is_count = value.isascii() and value.isdigit() and len(value) <= 10
    return int(value) if is_count and text.endswith(_EMPTY_LINE) else None


def parse_headers(text: bytes) -> tuple[dict[str, str], bytes | None]:
    """Return the last header block in ``text``, and how the line that opens a part looks.

    The delimiter comes with the line feed before it, so that searching for it in binary data
    cannot match by chance.
    """
    headers: dict[str, str] = {}
    delimiter: bytes | None = None
    ended = False
    for raw in text.split(b"\n"):
        line = raw.strip()
        if not line:
            ended = True
        elif line.startswith(b"--"):
            headers = {}
            if _MIN_DELIMITER <= len(line) <= _MAX_DELIMITER and line.isascii():
                delimiter = b"\n" + line
        else:
            name, colon, value = line.partition(b":")
            if not colon:
                continue
            if ended:
                headers = {}
            ended = False
            headers[name.strip().decode("latin-1").lower()] = value.strip().decode("latin-1")
    return headers, delimiter
