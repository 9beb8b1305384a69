"""One picture, as it travels over ``/ws/viewer`` and the sockets like it."""

import functools
import math
import struct
from dataclasses import dataclass

_CAPTURE = struct.Struct(">d")


@dataclass(frozen=True)
class Picture:
    """A JPEG, and when it was taken: ms since 1970 by the wall clock of whoever hands it out."""

    jpeg: bytes
    capture_ms: float

    @functools.cached_property
    def message(self) -> bytes:
        """Both as one binary message; all who are sent this picture share it."""
        return _CAPTURE.pack(self.capture_ms) + self.jpeg

    @classmethod
    def parse(cls, message: bytes) -> "Picture":
        """Read a message. Raises ValueError when it is not a time and a picture."""
        if len(message) <= _CAPTURE.size:
            raise ValueError("expected a time and a picture")
        (capture_ms,) = _CAPTURE.unpack_from(message)
        if not math.isfinite(capture_ms):
            raise ValueError("expected a finite time")
        return cls(bytes(memoryview(message)[_CAPTURE.size :]), capture_ms)
