from aiortc.codecs.vpx import VpxPayloadDescriptor
from hypothesis import given
from hypothesis import strategies as st

from gateway.encode.h264_payload import MAX_PAYLOAD_BYTES
from gateway.encode.vp8_payload import payloads


@given(st.binary(min_size=1, max_size=20_000), st.integers(min_value=0, max_value=0x7FFF))
def test_aiortc_reads_the_frame_back(frame: bytes, picture_id: int) -> None:
    cut = payloads(frame, picture_id)
    read = b""
    for number, payload in enumerate(cut):
        descriptor, data = VpxPayloadDescriptor.parse(payload)
        assert descriptor.partition_start == (1 if number == 0 else 0)
        assert descriptor.picture_id == picture_id
        assert len(payload) <= MAX_PAYLOAD_BYTES
        read += data
    assert read == frame
