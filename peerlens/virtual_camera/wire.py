"""How the virtual camera writes its stream: as CameraWebServer does, or in another dialect."""

from dataclasses import dataclass

BOUNDARY = "123456789000000000000987654321"
"""The one that the ESP32 examples use."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """The ways in which MJPEG cameras differ on the wire; the defaults are the ESP32's."""

    chunked: bool = True
    """HTTP chunks; otherwise plain bytes until the connection closes."""
    content_length: bool = True
    timestamp: bool = True
    line_feed_only: bool = False
    boundary: str = BOUNDARY
    """As written between the parts, behind ``--``."""
    declared_boundary: str | None = None
    """As announced in Content-Type, if that differs."""

    @property
    def content_type(self) -> str:
        return f"multipart/x-mixed-replace;boundary={self.declared_boundary or self.boundary}"

    def delimiter(self) -> bytes:
        return self._lines(f"\r\n--{self.boundary}\r\n")

    def part_header(self, length: int, device_s: float) -> bytes:
        """Return the header of a part with ``length`` bytes taken ``device_s`` after boot."""
        header = "Content-Type: image/jpeg\r\n"
        if self.content_length:
            header += f"Content-Length: {length}\r\n"
        if self.timestamp:
            seconds, micros = divmod(round(device_s * 1_000_000), 1_000_000)
            header += f"X-Timestamp: {seconds}.{micros:06d}\r\n"
        return self._lines(header + "\r\n")

    def _lines(self, text: str) -> bytes:
        return (text.replace("\r\n", "\n") if self.line_feed_only else text).encode("ascii")
