"""Where the packets of an access unit lie in one buffer: worked out once for all viewers alike.

What differs between viewers (SSRC, sequence number, time of sending) is written over it, and the
encryption fills the gap behind each packet, so that a run of packets of one size lies end to end
as a segmented send wants it.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MAX_SEGMENTS = 64
"""Most packets in one segmented send (UDP_MAX_SEGMENTS of Linux before 6.9)."""

RTP_HEADER = struct.Struct("!BBHII")
"""Version and flags, marker and payload type, sequence number, timestamp, SSRC."""
RTP_HEADER_AND_WORDS = struct.Struct("!BBHIIII")
"""And the first two words of the extensions: their header, and abs-send-time."""
MARKER = 0x80
_ONE_BYTE_EXTENSIONS = 0xBEDE


@dataclass(frozen=True, slots=True)
class PacketShape:
    """What the packets of a viewer look like around the payload.

    ``extensions`` is the whole block of header extensions (RFC 8285), a multiple of four bytes;
    ``tag_bytes`` is what the encryption adds at the end.
    """

    extensions: bytes
    tag_bytes: int

    @property
    def header_bytes(self) -> int:
        return RTP_HEADER.size + len(self.extensions)


@dataclass(frozen=True, slots=True)
class RunLayout:
    """Packets that leave in one call: all of ``segment`` bytes when encrypted, the last maybe less.

    ``image`` is the buffer with everything but the headers in its place. ``packets`` gives for
    each where it begins and its size before encryption. ``ends_unit`` when the last one is the
    access unit's last.
    """

    image: bytes
    segment: int
    packets: tuple[tuple[int, int], ...]
    ends_unit: bool
    payload_bytes: int


def extension_block(elements: Sequence[tuple[int, bytes]]) -> bytes:
    """Write header extensions, ids 1-14 with 1-16 bytes each, in the one-byte form."""
    block = b"".join(bytes((key << 4 | len(data) - 1,)) + data for key, data in elements)
    block += bytes(-len(block) % 4)
    return struct.pack("!HH", _ONE_BYTE_EXTENSIONS, len(block) // 4) + block


def lay_out(
    payloads: Sequence[bytes], shape: PacketShape, max_run_bytes: int
) -> tuple[RunLayout, ...]:
    """Lay out ``payloads``, in order, in as few runs as segmented sending allows."""
    head, gap = bytes(RTP_HEADER.size) + shape.extensions, bytes(shape.tag_bytes)
    around = len(head) + len(gap)
    runs = []
    for first, behind in _runs([len(payload) for payload in payloads], around, max_run_bytes):
        run = payloads[first:behind]
        pieces: list[bytes] = []
        packets = []
        end = 0
        for payload in run:
            pieces += (head, payload, gap)
            packets.append((end, len(head) + len(payload)))
            end += around + len(payload)
        ends_unit = behind == len(payloads)
        payload_bytes = end - around * len(run)
        segment = around + len(run[0])
        runs.append(RunLayout(b"".join(pieces), segment, tuple(packets), ends_unit, payload_bytes))
    return tuple(runs)


def _runs(sizes: Sequence[int], around: int, max_run_bytes: int) -> Iterator[tuple[int, int]]:
    """Yield first and behind the last of each run: equal sizes, only the last one smaller."""
    first = run_bytes = 0
    for index, size in enumerate(sizes):
        full = index - first == MAX_SEGMENTS or run_bytes + around + size > max_run_bytes
        if index > first and (full or sizes[index - 1] < sizes[first] or size > sizes[first]):
            yield first, index
            first, run_bytes = index, 0
        run_bytes += around + size
    if sizes:
        yield first, len(sizes)
