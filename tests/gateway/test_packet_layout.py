"""Packets of an access unit in one buffer."""

from aiortc.rtp import unpack_header_extensions
from hypothesis import given
from hypothesis import strategies as st

from gateway.packet_layout import MAX_SEGMENTS, PacketShape, extension_block, lay_out

SHAPE = PacketShape(extension_block([(2, b"\0\0\0"), (9, b"0")]), tag_bytes=16)
MAX_RUN_BYTES = 20_000


def test_extensions_are_read_back() -> None:
    block = extension_block([(2, b"abc"), (14, b"x"), (1, b"y" * 16)])
    assert len(block) % 4 == 0
    assert int.from_bytes(block[2:4], "big") * 4 == len(block) - 4
    found = unpack_header_extensions(int.from_bytes(block[:2], "big"), block[4:])
    assert found == [(2, b"abc"), (14, b"x"), (1, b"y" * 16)]


@given(
    st.lists(st.integers(1, 1_200), min_size=1, max_size=150),
    st.sampled_from([10, 16]),
)
def test_every_run_is_what_a_segmented_send_takes(sizes: list[int], tag_bytes: int) -> None:
    shape = PacketShape(SHAPE.extensions, tag_bytes)
    payloads = [bytes([number & 0xFF]) * size for number, size in enumerate(sizes)]
    layouts = lay_out(payloads, shape, MAX_RUN_BYTES)
    laid_out = []
    for layout in layouts:
        assert len(layout.image) <= MAX_RUN_BYTES
        assert len(layout.packets) <= MAX_SEGMENTS
        end = 0
        for begin, size in layout.packets:
            assert begin == end
            end = begin + size + tag_bytes
            laid_out.append(layout.image[begin + shape.header_bytes : begin + size])
        assert end == len(layout.image)
        *whole, (_, last) = layout.packets
        assert all(size + tag_bytes == layout.segment for _, size in whole)
        assert last + tag_bytes <= layout.segment
    assert laid_out == payloads
    assert sum(layout.payload_bytes for layout in layouts) == sum(sizes)
    assert [layout.ends_unit for layout in layouts] == [False] * (len(layouts) - 1) + [True]
