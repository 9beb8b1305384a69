"""RTP payload format for VP8 (RFC 7741) with a 15-bit picture id."""

from gateway.encode.h264_payload import MAX_PAYLOAD_BYTES

DESCRIPTOR_BYTES = 4
EXTENDED = 0x80
START_OF_PARTITION = 0x10
HAS_PICTURE_ID = 0x80
LONG_PICTURE_ID = 0x80


def payloads(frame: bytes, picture_id: int) -> tuple[bytes, ...]:
    """Cut one VP8 frame into RTP payloads of equal size, the last one shorter.

    ``picture_id`` counts frames and wraps at 2**15.
    """
    room = MAX_PAYLOAD_BYTES - DESCRIPTOR_BYTES
    count = max(1, -(-len(frame) // room))
    size = -(-len(frame) // count)
    picture = bytes((LONG_PICTURE_ID | (picture_id >> 8) & 0x7F, picture_id & 0xFF))
    first = bytes((EXTENDED | START_OF_PARTITION, HAS_PICTURE_ID)) + picture
    later = bytes((EXTENDED, HAS_PICTURE_ID)) + picture
    return tuple(
        (later if begin else first) + frame[begin : begin + size]
        for begin in range(0, len(frame), size)
    )
