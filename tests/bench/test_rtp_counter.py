"""Counting RTP without parsing it."""

import struct

import pytest

from bench.rtp_counter import Received, RtpCounter

SSRC = 0x12345678


def rtp(
    sequence: int,
    *,
    marker: bool = False,
    payload_type: int = 97,
    size: int = 100,
    timestamp: int = 0,
) -> bytes:
    second = payload_type | (0x80 if marker else 0)
    header = struct.pack("!BBHII", 0x80, second, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, SSRC)
    return header + bytes(size - 12)


def test_packets_bytes_and_frames_are_counted() -> None:
    counter = RtpCounter()
    assert counter.first_s is None
    for sequence in range(65_530, 65_560):
        assert counter.take(rtp(sequence, marker=sequence % 3 == 0))
    assert counter.received == Received(packets=30, bytes=3_000, frames=10, expected=30)
    assert counter.ssrc == SSRC
    assert counter.first_s is not None


def test_gaps_are_expected_but_not_received() -> None:
    counter = RtpCounter()
    for sequence in (10, 11, 15, 14, 16):
        counter.take(rtp(sequence))
    assert counter.received.packets == 5
    assert counter.received.expected == 7


def test_what_the_kernel_dropped_has_arrived() -> None:
    counter = RtpCounter()
    counter.take(rtp(4, marker=True), dropped=4)
    counter.take(rtp(9, marker=True), dropped=8)
    counter.take(rtp(14, marker=True), dropped=11)
    assert counter.received.packets == 10
    assert counter.received.expected == 11


def test_retransmissions_and_rtcp_do_not_count_as_media() -> None:
    counter = RtpCounter()
    counter.take(rtp(1))
    report = bytes([0x80, 200]) + bytes(26)
    assert counter.take(rtp(900, payload_type=98))
    assert counter.take(memoryview(report))
    assert counter.received.packets == 1
    assert counter.newest_rtcp is not None
    assert counter.newest_rtcp[0] == report


def test_media_time_goes_on_over_the_wrap() -> None:
    counter = RtpCounter()
    for index in range(4):
        counter.take(rtp(index, marker=True, timestamp=(1 << 32) - 4_000 + index * 3_000))
    assert counter.received.media_s == pytest.approx(0.1)
    assert counter.longest_gap_s > 0.0


@pytest.mark.parametrize("first", [0, 1, 20, 63, 64, 127, 192, 255])
def test_stun_and_dtls_are_left_to_others(first: int) -> None:
    counter = RtpCounter()
    assert not counter.take(bytes([first]) + bytes(40))
    assert counter.received == Received()


def test_received_adds_up_and_takes_away() -> None:
    earlier, later = Received(1, 10, 1, 1, 0.5), Received(5, 50, 3, 6, 1.5)
    assert later.since(earlier) == Received(4, 40, 2, 5, 1.0)
    assert later.since(earlier) + earlier == later
