"""RTCP as a sender of video needs it: reading feedback, writing sender reports. Pure code.

RFC 3550 (SR, RR, SDES, BYE), RFC 4585 (NACK, PLI), RFC 5104 (FIR) and REMB.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

VERSION = 0x80
COUNT_MASK = 0x1F
PADDING = 0x20

SENDER_REPORT = 200
RECEIVER_REPORT = 201
SOURCE_DESCRIPTION = 202
GOODBYE = 203
TRANSPORT_FEEDBACK = 205
PAYLOAD_FEEDBACK = 206

NACK = 1
PLI = 1
FIR = 4
APPLICATION = 15
REMB = b"REMB"

CNAME = 1

MAX_BITRATE_BPS = 10**12
"""Estimates above are cut: REMB can say 2**81."""

_HEADER = struct.Struct("!BBH")
_SENDER_INFO = struct.Struct("!IQIII")
_REPORT_BLOCK = struct.Struct("!IB3sIIII")
_REPORT_BLOCK_AT = {SENDER_REPORT: 24, RECEIVER_REPORT: 4}
_FEEDBACK = struct.Struct("!II")
_NACK_ITEM = struct.Struct("!HH")
_REMB = struct.Struct("!4sBBH")


class MalformedRtcp(ValueError):
    """A packet that breaks the format; what was read before it is lost."""


@dataclass(frozen=True, slots=True)
class Reception:
    """One report block: how a receiver gets the stream.

    ``fraction_lost`` (0..1) is since its last report, ``packets_lost`` since the beginning.
    ``highest_sequence`` has 32 bits, ``jitter`` counts at 90 kHz. ``last_report`` is the middle
    of the NTP time of the last sender report that came, ``delay`` the time since then, both in
    units of 1/65536 s; both are 0 before the first.
    """

    fraction_lost: float
    packets_lost: int
    highest_sequence: int
    jitter: int
    last_report: int
    delay: int


@dataclass(frozen=True, slots=True)
class Lost:
    """Packets asked for again, by their 16-bit sequence numbers (NACK)."""

    sequences: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class KeyframeWanted:
    """The receiver cannot go on without a keyframe (PLI, FIR)."""


@dataclass(frozen=True, slots=True)
class BitrateEstimate:
    """What the receiver thinks that its network carries, in bit/s (REMB)."""

    bps: int


Feedback = Reception | Lost | KeyframeWanted | BitrateEstimate


def is_rtcp(data: bytes) -> bool:
    """Whether a datagram on a connection that also carries RTP is RTCP (RFC 5761)."""
    return len(data) >= 8 and data[0] & 0xC0 == VERSION and 192 <= data[1] <= 223


def read(data: bytes, ssrc: int) -> list[Feedback]:
    """Read a compound packet, decrypted; only what is about the stream ``ssrc``.

    Raises :class:`MalformedRtcp`. Types that a sender has no use for are left out.
    """
    feedback: list[Feedback] = []
    for kind, count, body in _packets(data):
        if kind in _REPORT_BLOCK_AT:
            feedback.extend(_receptions(kind, count, body, ssrc))
        elif kind == TRANSPORT_FEEDBACK and count == NACK:
            feedback.extend(_lost(body, ssrc))
        elif kind == PAYLOAD_FEEDBACK:
            feedback.extend(_payload_feedback(count, body, ssrc))
    return feedback


def _packets(data: bytes) -> Iterator[tuple[int, int, memoryview]]:
    """Yield type, count (or format) and body of each packet, padding taken off."""
    view = memoryview(data)
    begin = 0
    while begin < len(view):
        if len(view) - begin < _HEADER.size:
            raise MalformedRtcp(f"{len(view) - begin} bytes left: expected a header of 4")
        first, kind, words = _HEADER.unpack_from(view, begin)
        end = begin + _HEADER.size + 4 * words
        if first & 0xC0 != VERSION:
            raise MalformedRtcp(f"version {first >> 6}: expected 2")
        if end > len(view):
            raise MalformedRtcp(f"a packet of {end - begin} bytes in {len(view) - begin}")
        body = view[begin + _HEADER.size : end]
        if first & PADDING:
            if not body or not 0 < body[-1] <= len(body):
                raise MalformedRtcp("padding that does not fit the packet")
            body = body[: -body[-1]]
        yield kind, first & COUNT_MASK, body
        begin = end


def _receptions(kind: int, count: int, body: memoryview, ssrc: int) -> Iterator[Reception]:
    at = _REPORT_BLOCK_AT[kind]
    if len(body) < at + count * _REPORT_BLOCK.size:
        raise MalformedRtcp(f"{len(body)} bytes: too short for {count} report blocks")
    for _ in range(count):
        source, fraction, lost, highest, jitter, last, delay = _REPORT_BLOCK.unpack_from(body, at)
        at += _REPORT_BLOCK.size
        if source == ssrc:
            packets_lost = int.from_bytes(lost, "big", signed=True)
            yield Reception(fraction / 256, packets_lost, highest, jitter, last, delay)


def _feedback_target(body: memoryview) -> int:
    if len(body) < _FEEDBACK.size:
        raise MalformedRtcp(f"feedback of {len(body)} bytes: expected 8 or more")
    target: int = _FEEDBACK.unpack_from(body)[1]
    return target


def _lost(body: memoryview, ssrc: int) -> Iterator[Lost]:
    if _feedback_target(body) != ssrc:
        return
    items = body[_FEEDBACK.size :]
    if len(items) % _NACK_ITEM.size:
        raise MalformedRtcp(f"NACK items of {len(items)} bytes: expected a multiple of 4")
    # A dict keeps the order and takes out what is asked for twice.
    sequences: dict[int, None] = {}
    for first, following in _NACK_ITEM.iter_unpack(items):
        sequences[first] = None
        for offset in range(16):
            if following >> offset & 1:
                sequences[(first + offset + 1) & 0xFFFF] = None
    if sequences:
        yield Lost(tuple(sequences))


def _payload_feedback(kind: int, body: memoryview, ssrc: int) -> Iterator[Feedback]:
    target = _feedback_target(body)
    rest = body[_FEEDBACK.size :]
    if kind == PLI:
        if target == ssrc:
            yield KeyframeWanted()
    elif kind == FIR:
        # The entries name the stream, the header does not (RFC 5104, 4.3.1.2).
        entries = [int.from_bytes(rest[at : at + 4], "big") for at in range(0, len(rest), 8)]
        if ssrc in entries:
            yield KeyframeWanted()
    elif kind == APPLICATION and len(rest) >= _REMB.size and rest[:4] == REMB:
        yield from _estimate(rest, ssrc)


def _estimate(rest: memoryview, ssrc: int) -> Iterator[BitrateEstimate]:
    _, count, scale, mantissa = _REMB.unpack_from(rest)
    sources = rest[_REMB.size :]
    if len(sources) < 4 * count:
        raise MalformedRtcp(f"REMB for {count} streams in {len(sources)} bytes")
    if any(int.from_bytes(sources[4 * n : 4 * n + 4], "big") == ssrc for n in range(count)):
        bps = ((scale & 0x03) << 16 | mantissa) << (scale >> 2)
        yield BitrateEstimate(min(bps, MAX_BITRATE_BPS))


def sender_report(
    ssrc: int, ntp_time: int, timestamp: int, packets: int, payload_bytes: int, cname: str
) -> bytes:
    """Write a sender report with its source description.

    ``timestamp`` is the RTP time at the moment ``ntp_time`` (64 bits: 32.32 seconds since 1900).
    """
    info = _SENDER_INFO.pack(
        ssrc, ntp_time, timestamp, packets & 0xFFFFFFFF, payload_bytes & 0xFFFFFFFF
    )
    name = cname.encode()[:255]
    item = struct.pack("!IBB", ssrc, CNAME, len(name)) + name
    # At least one zero ends the list of items; the chunk ends on a 32-bit boundary.
    chunk = item + bytes(4 - len(item) % 4)
    return _packet(SENDER_REPORT, 0, info) + _packet(SOURCE_DESCRIPTION, 1, chunk)


def goodbye(ssrc: int) -> bytes:
    """Write a BYE, behind the empty report that a compound packet begins with."""
    source = struct.pack("!I", ssrc)
    return _packet(RECEIVER_REPORT, 0, source) + _packet(GOODBYE, 1, source)


def _packet(kind: int, count: int, body: bytes) -> bytes:
    return _HEADER.pack(VERSION | count, kind, len(body) // 4) + body
