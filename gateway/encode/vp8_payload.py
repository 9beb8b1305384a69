"""RTP payload format for VP8 (RFC 7741), without picture ids.

A viewer moves between encoders, whose ids would not follow each other; without ids, receivers go
by sequence numbers.
"""

from gateway.encode.h264_payload import MAX_PAYLOAD_BYTES

START_OF_PARTITION = b"\x10"
CONTINUED = b"\x00"


def payloads(frame: bytes) -> tuple[bytes, ...]:
    """Cut one VP8 frame into RTP payloads of equal size, the last one shorter."""
    room = MAX_PAYLOAD_BYTES - len(CONTINUED)
    count = max(1, -(-len(frame) // room))
    size = -(-len(frame) // count)
    return tuple(
        (CONTINUED if begin else START_OF_PARTITION) + frame[begin : begin + size]
        for begin in range(0, len(frame), size)
    )
