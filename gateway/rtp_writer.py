"""One viewer's RTP stream: headers, sequence numbers, encryption, and what it was sent lately.

The payloads are shared by all viewers, and so is their layout by viewers of one shape; only
headers and encryption differ. Pure but for the encryption: no socket, no clock.
"""

import secrets
import struct
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from gateway.packet_layout import (
    MARKER,
    RTP_HEADER,
    RTP_HEADER_AND_WORDS,
    PacketShape,
    extension_block,
    lay_out,
)
from gateway.srtp import SCRATCH_BYTES, Protector, Scratch
from gateway.units import AccessUnit

HISTORY_UNITS = 64
"""Access units that can be sent again: two seconds at 30 frames a second."""

MAX_RUN_BYTES = SCRATCH_BYTES - 2_048
NO_PLAYOUT_DELAY = b"\x00\x00\x00"
"""playout-delay extension, 12 bits each of min and max in units of 10 ms: show at once."""

_FLAGS = 0x90
"""RTP version 2, with header extensions."""
_TWO_WORDS = struct.Struct("!II")
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


class Run(NamedTuple):
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
        self._shape = PacketShape(extension_block(_extensions(stream)), protector.tag_bytes)
        # abs-send-time is the first extension where there is one: it is written with the header.
        self._has_send_time = stream.abs_send_time_id is not None
        self._pack = (RTP_HEADER_AND_WORDS if self._has_send_time else RTP_HEADER).pack_into
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
        layouts = unit.layouts.get(self._shape)
        if layouts is None:
            layouts = lay_out(unit.payloads, self._shape, MAX_RUN_BYTES)
            unit.layouts[self._shape] = layouts
        self._history.append((self._sequence, unit))
        view, protect, pack = self._view, self._protector.protect, self._pack
        stream, timestamp = self.stream, self.timestamp(unit)
        payload_type, ssrc = stream.payload_type, stream.ssrc
        words = self._first_words(send_time)
        sequence = self._sequence
        for layout in layouts:
            end = len(layout.image)
            view[:end] = layout.image
            for begin, _ in layout.packets:
                pack(view, begin, _FLAGS, payload_type, sequence, timestamp, ssrc, *words)
                sequence = sequence + 1 & 0xFFFF
            if layout.ends_unit:
                view[layout.packets[-1][0] + 1] |= MARKER
            protect(layout.packets)
            self._sequence = sequence
            self.packets += len(layout.packets)
            self.payload_bytes += layout.payload_bytes
            yield Run(view[:end], layout.segment)

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
        stream, view = self.stream, self._view
        original = b""
        ssrc, payload_type, number = stream.ssrc, stream.payload_type, sequence
        if stream.rtx_ssrc is not None and stream.rtx_payload_type is not None:
            ssrc, payload_type = stream.rtx_ssrc, stream.rtx_payload_type
            number = self._rtx_sequence
            self._rtx_sequence = self._rtx_sequence + 1 & 0xFFFF
            original = sequence.to_bytes(2, "big")
        packet = bytes(RTP_HEADER.size) + self._shape.extensions + original + unit.payloads[index]
        view[: len(packet)] = packet
        kind = payload_type | (MARKER if index == len(unit.payloads) - 1 else 0)
        words = self._first_words(send_time)
        self._pack(view, 0, _FLAGS, kind, number, self.timestamp(unit), ssrc, *words)
        self._protector.protect([(0, len(packet))])
        end = len(packet) + self._shape.tag_bytes
        return Run(view[:end], end)

    def _first_words(self, send_time: int) -> tuple[int, ...]:
        """What goes behind the header, with the time of sending filled in."""
        if not self._has_send_time:
            return ()
        head, empty = _TWO_WORDS.unpack_from(self._shape.extensions)
        return head, empty | send_time & 0xFFFFFF

    def _sent_as(self, sequence: int) -> tuple[AccessUnit, int] | None:
        for first, unit in reversed(self._history):
            index = (sequence - first) & 0xFFFF
            if index < len(unit.payloads):
                return unit, index
        return None


def _extensions(stream: RtpStream) -> list[tuple[int, bytes]]:
    """The header extensions of every packet, that which changes first and still empty."""
    elements = []
    if stream.abs_send_time_id is not None:
        elements.append((stream.abs_send_time_id, bytes(3)))
    if stream.playout_delay_id is not None:
        elements.append((stream.playout_delay_id, NO_PLAYOUT_DELAY))
    if stream.mid_id is not None:
        elements.append((stream.mid_id, stream.mid.encode()))
    return elements
