"""One viewer's RTP stream: headers, sequence numbers, encryption, and what it was sent lately.

The payloads are shared by all viewers; only the header, its extensions and the encryption
differ. Pure but for the encryption: no socket, no clock.
"""

import secrets
import struct
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.srtp import MAX_TAG_BYTES, SCRATCH_BYTES, Protector, Scratch
from gateway.units import AccessUnit

HISTORY_UNITS = 64
"""Access units that can be sent again: two seconds at 30 frames a second."""

MAX_SEGMENTS = 64
"""Most packets in one segmented send (UDP_MAX_SEGMENTS of Linux before 6.9)."""

MAX_RUN_BYTES = SCRATCH_BYTES - 2_048
NO_PLAYOUT_DELAY = b"\x00\x00\x00"
"""playout-delay extension, 12 bits each of min and max in units of 10 ms: show at once."""

_HEADER = struct.Struct("!BBHII")
_VERSION_AND_EXTENSION = 0x90
_MARKER = 0x80
_ONE_BYTE_EXTENSIONS = 0xBEDE
_MASK_32 = 0xFFFFFFFF


@dataclass(frozen=True)
class RtpStream:
    """What was negotiated for one viewer. ``rtx_*`` are None without retransmission stream.

    ``cname`` names the sender in its reports, as in the SDP.
    """

    ssrc: int
    cname: str
    payload_type: int
    rtx_ssrc: int | None
    rtx_payload_type: int | None
    mid: str
    mid_id: int | None
    abs_send_time_id: int | None
    playout_delay_id: int | None


@dataclass(frozen=True, slots=True)
class Run:
    """Packets in the scratch buffer: ``data`` holds one or more of ``segment`` bytes each.

    The last one may be shorter. Valid until the next packet is written.
    """

    data: memoryview
    segment: int


class RtpWriter:
    """Writes packets into ``scratch``; use it from one thread."""

    def __init__(self, stream: RtpStream, protector: Protector, scratch: Scratch) -> None:
        self.stream = stream
        self._protector = protector
        self._view = scratch.view
        self._extensions, self._send_time_at = _extension_block(stream)
        self._header_bytes = _HEADER.size + len(self._extensions)
        # The lower half keeps clear of a wrap while the encryption synchronises.
        self._sequence = secrets.randbelow(1 << 15)
        self._rtx_sequence = secrets.randbelow(1 << 15)
        self._origin = secrets.randbits(32)
        self._history: deque[tuple[int, AccessUnit]] = deque(maxlen=HISTORY_UNITS)
        self.packets = 0
        self.payload_bytes = 0

    def timestamp(self, unit: AccessUnit) -> int:
        """Return the RTP timestamp that ``unit`` has in this stream."""
        return (self._origin + unit.rtp_time) & _MASK_32

    def runs(self, unit: AccessUnit, send_time: int) -> Iterator[Run]:
        """Write ``unit``, one run of packets after the other; send each before the next.

        ``send_time`` is in the format of abs-send-time: 24 bits, 6.18 seconds.
        """
        self._set_send_time(send_time)
        stream, view, protect = self.stream, self._view, self._protector.protect
        timestamp = self.timestamp(unit)
        self._history.append((self._sequence, unit))
        last = len(unit.payloads) - 1
        end = count = segment = longest = 0
        full = False
        for index, payload in enumerate(unit.payloads):
            size = self._header_bytes + len(payload)
            full = full or count == MAX_SEGMENTS or end + size + MAX_TAG_BYTES > MAX_RUN_BYTES
            if count and (full or len(payload) > longest):
                yield Run(view[:end], segment)
                end = count = 0
                full = False
            kind = stream.payload_type | (_MARKER if index == last else 0)
            self._write_header(end, kind, self._sequence, timestamp, stream.ssrc)
            view[end + self._header_bytes : end + size] = payload
            written = protect(end, size)
            if count == 0:
                segment, longest = written, len(payload)
            # Only the last segment of a run may be shorter than the first.
            full = len(payload) < longest
            end += written
            count += 1
            self._sequence = (self._sequence + 1) & 0xFFFF
            self.packets += 1
            self.payload_bytes += len(payload)
        if count:
            yield Run(view[:end], segment)

    def forget(self) -> None:
        """Let nothing that was written so far be written again."""
        self._history.clear()

    def again(self, sequence: int, send_time: int) -> Run | None:
        """Write the packet that was sent as ``sequence`` once more; None when it is too old.

        Goes out in the retransmission stream (RFC 4588) where there is one.
        """
        found = self._sent_as(sequence)
        if found is None:
            return None
        unit, index = found
        stream, payload = self.stream, unit.payloads[index]
        self._set_send_time(send_time)
        marker = _MARKER if index == len(unit.payloads) - 1 else 0
        timestamp = self.timestamp(unit)
        if stream.rtx_ssrc is None or stream.rtx_payload_type is None:
            self._write_header(0, stream.payload_type | marker, sequence, timestamp, stream.ssrc)
            begin = self._header_bytes
        else:
            kind = stream.rtx_payload_type | marker
            self._write_header(0, kind, self._rtx_sequence, timestamp, stream.rtx_ssrc)
            self._rtx_sequence = (self._rtx_sequence + 1) & 0xFFFF
            begin = self._header_bytes + 2
            self._view[self._header_bytes : begin] = sequence.to_bytes(2, "big")
        size = begin + len(payload)
        self._view[begin:size] = payload
        written = self._protector.protect(0, size)
        return Run(self._view[:written], written)

    def _sent_as(self, sequence: int) -> tuple[AccessUnit, int] | None:
        for first, unit in reversed(self._history):
            index = (sequence - first) & 0xFFFF
            if index < len(unit.payloads):
                return unit, index
        return None

    def _set_send_time(self, send_time: int) -> None:
        if self._send_time_at is not None:
            at = self._send_time_at
            self._extensions[at : at + 3] = (send_time & 0xFFFFFF).to_bytes(3, "big")

    def _write_header(
        self, begin: int, kind: int, sequence: int, timestamp: int, ssrc: int
    ) -> None:
        _HEADER.pack_into(
            self._view, begin, _VERSION_AND_EXTENSION, kind, sequence, timestamp, ssrc
        )
        self._view[begin + _HEADER.size : begin + self._header_bytes] = self._extensions


def _extension_block(stream: RtpStream) -> tuple[bytearray, int | None]:
    """Return the header extensions (RFC 8285, one-byte form), and where abs-send-time goes."""
    elements = bytearray()
    send_time_at = None
    if stream.abs_send_time_id is not None:
        elements += bytes((stream.abs_send_time_id << 4 | 2, 0, 0, 0))
        send_time_at = 4 + 1
    if stream.playout_delay_id is not None:
        elements += bytes((stream.playout_delay_id << 4 | 2,)) + NO_PLAYOUT_DELAY
    if stream.mid_id is not None:
        mid = stream.mid.encode()
        elements += bytes((stream.mid_id << 4 | len(mid) - 1,)) + mid
    elements += bytes(-len(elements) % 4)
    return bytearray(struct.pack("!HH", _ONE_BYTE_EXTENSIONS, len(elements) // 4)) + elements, (
        send_time_at
    )
