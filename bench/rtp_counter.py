"""Counting the RTP packets of one stream without parsing more than 12 bytes of any."""

import time
from collections.abc import Callable
from dataclasses import dataclass

CLOCK_HZ = 90_000


@dataclass(frozen=True)
class Received:
    """What has come in so far, or between two moments.

    ``packets`` arrived at the socket, of ``expected`` by their sequence numbers; ``frames``
    are marker bits, ``media_s`` is the time that their RTP timestamps span. ``bytes`` is only of
    packets that were read, see :class:`bench.light_socket.LightTransport`.
    """

    packets: int = 0
    bytes: int = 0
    frames: int = 0
    expected: int = 0
    media_s: float = 0.0

    def __add__(self, other: "Received") -> "Received":
        return Received(
            self.packets + other.packets,
            self.bytes + other.bytes,
            self.frames + other.frames,
            self.expected + other.expected,
            self.media_s + other.media_s,
        )

    def since(self, earlier: "Received") -> "Received":
        return Received(
            self.packets - earlier.packets,
            self.bytes - earlier.bytes,
            self.frames - earlier.frames,
            self.expected - earlier.expected,
            self.media_s - earlier.media_s,
        )


class RtpCounter:
    """Counts one stream (RFC 3550, section 5.1); packets of other payload types are passed over.

    Where the kernel drops all but the last packet of each frame, ``dropped`` of
    :meth:`take` is how many it has dropped so far: they arrived.
    """

    def __init__(self) -> None:
        self.ssrc: int | None = None
        self.began: Callable[[], None] = lambda: None
        """Called at the first packet."""
        self.first_s: float | None = None
        """When the first packet was seen, on ``time.perf_counter``."""
        self.newest_rtcp: tuple[bytes, float] | None = None
        """As it came, encrypted, and when."""
        self.longest_gap_s = 0.0
        """Between two frames, since this was last set to zero."""
        self._payload_type: int | None = None
        self._sequence = 0
        self._timestamp = 0
        self._dropped = 0
        self._frame_s = 0.0
        self._packets = self._bytes = self._frames = self._expected = self._ticks = 0

    @property
    def received(self) -> Received:
        return Received(
            self._packets, self._bytes, self._frames, self._expected, self._ticks / CLOCK_HZ
        )

    @property
    def sequence(self) -> int:
        return self._sequence

    def take(self, data: bytes | memoryview, dropped: int = 0) -> bool:
        """Count ``data`` if it is RTP or RTCP; false for anything else (STUN, DTLS)."""
        if not 128 <= data[0] <= 191:
            return False
        second = data[1]
        if 192 <= second <= 223:
            self.newest_rtcp = (bytes(data), time.perf_counter())
            return True
        if self.ssrc is None:
            self._begin(data, dropped)
        if second & 0x7F != self._payload_type:
            return True
        self._packets += 1 + dropped - self._dropped
        self._dropped = dropped
        self._bytes += len(data)
        step = ((data[2] << 8 | data[3]) - self._sequence) & 0xFFFF
        if step < 0x8000:
            self._expected += step
            self._sequence = (self._sequence + step) & 0xFFFF
        if second & 0x80:
            self._frame(int.from_bytes(data[4:8], "big"))
        return True

    def _frame(self, timestamp: int) -> None:
        now_s = time.perf_counter()
        if self._frames:
            ticks = (timestamp - self._timestamp) & 0xFFFFFFFF
            self._ticks += ticks if ticks < 1 << 31 else 0
            self.longest_gap_s = max(self.longest_gap_s, now_s - self._frame_s)
        self._frames += 1
        self._timestamp = timestamp
        self._frame_s = now_s

    def _begin(self, data: bytes | memoryview, dropped: int) -> None:
        self.first_s = time.perf_counter()
        self.ssrc = int.from_bytes(data[8:12], "big")
        self._payload_type = data[1] & 0x7F
        self._sequence = (int.from_bytes(data[2:4], "big") - 1) & 0xFFFF
        self._dropped = dropped
        self.began()
