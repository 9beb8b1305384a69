"""Counting RTP without parsing it."""

import struct

import pytest

from bench.light_viewer import Received, RtpCounter

SSRC = 0x12345678


def rtp(sequence: int, *, marker: bool = False, payload_type: int = 97, size: int = 100) -> bytes:
    second = payload_type | (0x80 if marker else 0)
    return struct.pack("!BBHII", 0x80, second, sequence & 0xFFFF, 0, SSRC) + bytes(size - 12)


async def test_packets_bytes_and_frames_are_counted() -> None:
    counter = RtpCounter()
    for sequence in range(65_530, 65_560):
        assert counter.take(rtp(sequence, marker=sequence % 3 == 0))
    assert counter.received == Received(packets=30, bytes=3_000, frames=10, expected=30)
    assert counter.ssrc == SSRC
    assert counter.began.is_set()


async def test_gaps_are_expected_but_not_received() -> None:
    counter = RtpCounter()
    for sequence in (10, 11, 15, 14, 16):
        counter.take(rtp(sequence))
    assert counter.received.packets == 5
    assert counter.received.expected == 7


async def test_retransmissions_and_rtcp_do_not_count_as_media() -> None:
    counter = RtpCounter()
    counter.take(rtp(1))
    assert counter.take(rtp(900, payload_type=98))
    assert counter.take(bytes([0x80, 200]) + bytes(26))
    assert counter.received.packets == 1


@pytest.mark.parametrize("first", [0, 1, 20, 63, 64, 127, 192, 255])
async def test_stun_and_dtls_are_left_to_others(first: int) -> None:
    counter = RtpCounter()
    assert not counter.take(bytes([first]) + bytes(40))
    assert counter.received == Received()


def test_received_since() -> None:
    earlier = Received(1, 10, 1, 1)
    assert Received(5, 50, 3, 6).since(earlier) == Received(4, 40, 2, 5)
