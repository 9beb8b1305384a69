from hypothesis import given
from hypothesis import strategies as st

from gateway.encode.h264_payload import MAX_PAYLOAD_BYTES, payloads, split_annex_b

SLICE = 0x65
SPS, PPS, SEI = 0x67, 0x68, 0x06

body = st.binary(min_size=1, max_size=5_000).map(
    # Inside a NAL unit emulation prevention keeps start codes away, and it never ends in zero.
    lambda data: data.replace(b"\x00", b"\x01")
)


def annex_b(*units: bytes, start: bytes = b"\x00\x00\x00\x01") -> bytes:
    return b"".join(start + unit for unit in units)


def reassemble(cut: tuple[bytes, ...]) -> list[bytes]:
    units: list[bytes] = []
    for payload in cut:
        if payload[0] & 0x1F != 28:
            units.append(payload)
        elif payload[1] & 0x80:
            units.append(bytes([(payload[0] & 0xE0) | (payload[1] & 0x1F)]) + payload[2:])
        else:
            units[-1] += payload[2:]
    return units


def test_splits_three_and_four_byte_start_codes() -> None:
    stream = b"\x00\x00\x00\x01\x67ab\x00\x00\x01\x68c\x00\x00\x00\x01\x65d"
    assert list(split_annex_b(stream)) == [b"\x67ab", b"\x68c", b"\x65d"]


def test_leaves_out_what_viewers_do_not_need() -> None:
    cut = payloads(annex_b(bytes([SPS, 1]), bytes([PPS, 2]), bytes([SEI, 3]), bytes([SLICE, 4])))
    assert cut == (bytes([SPS, 1]), bytes([PPS, 2]), bytes([SLICE, 4]))


def test_nothing_gives_nothing() -> None:
    assert payloads(b"") == ()
    assert payloads(b"\x00\x00\x01") == ()


@given(st.lists(body, min_size=1, max_size=4))
def test_payloads_reassemble_to_the_same_units(bodies: list[bytes]) -> None:
    units = [bytes([SLICE]) + data for data in bodies]
    cut = payloads(annex_b(*units))
    assert reassemble(cut) == units
    assert all(len(payload) <= MAX_PAYLOAD_BYTES for payload in cut)


@given(st.integers(min_value=MAX_PAYLOAD_BYTES + 1, max_value=60_000))
def test_fragments_are_of_equal_size_but_for_a_shorter_last(size: int) -> None:
    cut = payloads(annex_b(bytes([SLICE]) + b"\x7f" * (size - 1)))
    lengths = [len(payload) for payload in cut]
    assert len(set(lengths[:-1])) == 1
    assert lengths[-1] <= lengths[0]
    assert cut[0][1] & 0xC0 == 0x80
    assert cut[-1][1] & 0xC0 == 0x40
