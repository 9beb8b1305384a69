"""RTP payload format for H.264 (RFC 6184), packetization mode 1."""

from collections.abc import Iterable, Iterator

MAX_PAYLOAD_BYTES = 1_200
"""Leaves room for RTP header, extensions, SRTP tag and a TURN channel in a 1,280-byte path."""

NAL_SEI = 6
NAL_AUD = 9
FU_A = 28
START = 0x80
END = 0x40
START_CODE = b"\x00\x00\x00\x01"


def split_annex_b(stream: bytes) -> Iterator[bytes]:
    """Yield the NAL units of ``stream`` (H.264 Annex B), without start codes."""
    begin = stream.find(b"\x00\x00\x01")
    while begin >= 0:
        begin += 3
        following = stream.find(b"\x00\x00\x01", begin)
        unit = stream[begin:] if following < 0 else stream[begin:following]
        # A four-byte start code, or trailing_zero_8bits, leaves zeros that are not the unit's.
        unit = unit.rstrip(b"\x00")
        if unit:
            yield unit
        begin = following


def payloads(access_unit: bytes) -> tuple[bytes, ...]:
    """Cut one access unit (Annex B) into RTP payloads of at most MAX_PAYLOAD_BYTES.

    Fragments of one NAL unit are of equal size but for the last, which may be shorter,
    so that a run of them can leave in one segmented system call. SEI and access unit
    delimiters carry nothing that a viewer needs and are left out.
    """
    cut: list[bytes] = []
    for unit in split_annex_b(access_unit):
        if unit[0] & 0x1F not in (NAL_SEI, NAL_AUD):
            cut.extend([unit] if len(unit) <= MAX_PAYLOAD_BYTES else _fragments(unit))
    return tuple(cut)


def _fragments(unit: bytes) -> Iterator[bytes]:
    indicator = (unit[0] & 0xE0) | FU_A
    kind = unit[0] & 0x1F
    body = memoryview(unit)[1:]
    room = MAX_PAYLOAD_BYTES - 2
    count = -(-len(body) // room)
    size = -(-len(body) // count)
    for begin in range(0, len(body), size):
        header = kind
        if begin == 0:
            header |= START
        if begin + size >= len(body):
            header |= END
        yield bytes((indicator, header)) + body[begin : begin + size]


def to_annex_b(payloads: Iterable[bytes]) -> bytes:
    """Put the payloads of one access unit together again, with start codes before NAL units."""
    parts: list[bytes] = []
    for payload in payloads:
        if payload[0] & 0x1F != FU_A:
            parts += (START_CODE, payload)
            continue
        indicator, header = payload[0], payload[1]
        if header & START:
            parts += (START_CODE, bytes(((indicator & 0xE0) | (header & 0x1F),)))
        parts.append(payload[2:])
    return b"".join(parts)
