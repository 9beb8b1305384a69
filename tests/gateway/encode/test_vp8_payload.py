from aiortc.codecs.vpx import VpxPayloadDescriptor
from hypothesis import given
from hypothesis import strategies as st

from gateway.encode.h264_payload import MAX_PAYLOAD_BYTES
from gateway.encode.vp8_payload import payloads


@given(st.binary(min_size=1, max_size=20_000))
def test_aiortc_reads_the_frame_back(frame: bytes) -> None:
    read = b""
    for number, payload in enumerate(payloads(frame)):
        descriptor, data = VpxPayloadDescriptor.parse(payload)
        assert descriptor.partition_start == (1 if number == 0 else 0)
        assert descriptor.picture_id is None
        assert len(payload) <= MAX_PAYLOAD_BYTES
        read += data
    assert read == frame
