"""RTCP against aiortc's own reader and writer, and against whatever Hypothesis thinks of."""

import contextlib
import struct

import pytest
from aiortc import rtp
from hypothesis import given
from hypothesis import strategies as st

from gateway.rtcp import (
    MAX_BITRATE_BPS,
    BitrateEstimate,
    Feedback,
    KeyframeWanted,
    Lost,
    MalformedRtcp,
    Reception,
    goodbye,
    is_rtcp,
    read,
    sender_report,
)

SSRC = 0xCAFE0001
OTHER = 7


def receiver_report(*sources: int) -> bytes:
    reports = [
        rtp.RtcpReceiverInfo(
            ssrc=source,
            fraction_lost=64,
            packets_lost=-3,
            highest_sequence=0x10042,
            jitter=90,
            lsr=0x11112222,
            dlsr=65_536,
        )
        for source in sources
    ]
    return bytes(rtp.RtcpRrPacket(ssrc=OTHER, reports=reports))


def nack(*lost: int, media_ssrc: int = SSRC) -> bytes:
    return bytes(
        rtp.RtcpRtpfbPacket(
            fmt=rtp.RTCP_RTPFB_NACK, ssrc=OTHER, media_ssrc=media_ssrc, lost=list(lost)
        )
    )


def payload_feedback(fmt: int, fci: bytes = b"", media_ssrc: int = SSRC) -> bytes:
    return bytes(rtp.RtcpPsfbPacket(fmt=fmt, ssrc=OTHER, media_ssrc=media_ssrc, fci=fci))


def remb(bps: int, *ssrcs: int) -> bytes:
    return payload_feedback(rtp.RTCP_PSFB_APP, rtp.pack_remb_fci(bps, list(ssrcs)), 0)


RECEPTION = Reception(0.25, -3, 0x10042, 90, 0x11112222, 65_536)


def test_a_receiver_report_is_read_for_the_own_stream_only() -> None:
    assert read(receiver_report(OTHER, SSRC), SSRC) == [RECEPTION]
    assert read(receiver_report(OTHER), SSRC) == []


def test_report_blocks_in_a_sender_report_count_too() -> None:
    info = rtp.RtcpSenderInfo(ntp_timestamp=1, rtp_timestamp=2, packet_count=3, octet_count=4)
    blocks = rtp.RtcpRrPacket.parse(receiver_report(SSRC)[4:], 1).reports
    packet = bytes(rtp.RtcpSrPacket(ssrc=OTHER, sender_info=info, reports=blocks))
    assert read(packet, SSRC) == [RECEPTION]


def test_lost_packets_are_read_across_the_wrap_and_once_each() -> None:
    assert read(nack(5, 6, 21, 22), SSRC) == [Lost((5, 6, 21, 22))]
    wrapping = struct.pack("!BBHIIHH", 0x81, 205, 3, OTHER, SSRC, 65_534, 0b10_0000_0000_0011)
    assert read(wrapping, SSRC) == [Lost((65_534, 65_535, 0, 12))]
    assert read(nack(5, media_ssrc=OTHER), SSRC) == []
    twice = struct.pack("!BBHIIHHHH", 0x81, 205, 4, OTHER, SSRC, 9, 0, 9, 0)
    assert read(twice, SSRC) == [Lost((9,))]


def test_requests_for_a_keyframe() -> None:
    assert read(payload_feedback(rtp.RTCP_PSFB_PLI), SSRC) == [KeyframeWanted()]
    assert read(payload_feedback(rtp.RTCP_PSFB_PLI, media_ssrc=OTHER), SSRC) == []
    entry = struct.pack("!IBxxx", SSRC, 1)
    assert read(payload_feedback(rtp.RTCP_PSFB_FIR, entry, 0), SSRC) == [KeyframeWanted()]
    assert read(payload_feedback(rtp.RTCP_PSFB_FIR, b"", 0), SSRC) == []


@pytest.mark.parametrize("bps", [0, 1, 30_000, 262_143, 1_400_000])
def test_estimates(bps: int) -> None:
    [estimate] = read(remb(bps, OTHER, SSRC), SSRC)
    assert isinstance(estimate, BitrateEstimate)
    assert estimate.bps == pytest.approx(bps, rel=1e-4)
    assert read(remb(bps, OTHER), SSRC) == []


def test_an_estimate_of_more_than_a_terabit_is_cut() -> None:
    fci = b"REMB" + bytes((1, 0xFF, 0xFF, 0xFF)) + SSRC.to_bytes(4, "big")
    assert read(payload_feedback(15, fci), SSRC) == [BitrateEstimate(MAX_BITRATE_BPS)]


def test_a_compound_packet_is_read_in_order_and_what_is_of_no_use_left_out() -> None:
    sdes = bytes(rtp.RtcpSdesPacket(chunks=[rtp.RtcpSourceInfo(ssrc=1, items=[(1, b"x")])]))
    unknown = struct.pack("!BBHI", 0x80, 207, 1, 0)
    data = receiver_report(SSRC) + sdes + unknown + remb(1_000, SSRC) + nack(3)
    assert read(data, SSRC) == [RECEPTION, BitrateEstimate(1_000), Lost((3,))]


def test_padding_is_taken_off() -> None:
    packet = bytearray(nack(3) + bytes((0, 0, 0, 4)))
    packet[0] |= 0x20
    packet[3] += 1
    assert read(bytes(packet), SSRC) == [Lost((3,))]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x81", "1 bytes left"),
        (b"\x41\xc9\x00\x00", "version 1: expected 2"),
        (b"\x81\xc9\x00\x07" + bytes(8), "a packet of 32 bytes in 12"),
        (b"\x81\xc9\x00\x01" + bytes(4), "too short for 1 report blocks"),
        (b"\x81\xce\x00\x01" + bytes(4), "feedback of 4 bytes"),
        (b"\xa1\xc9\x00\x00", "padding"),
        (b"\xa0\xc9\x00\x01\x00\x00\x00\x09", "padding"),
        (b"\xa1\xcd\x00\x03" + SSRC.to_bytes(4, "big") * 2 + b"\0\0\0\1", "multiple of 4"),
        (payload_feedback(15, b"REMB\x09\x00\x00\x00"), "REMB for 9 streams"),
    ],
)
def test_what_breaks_the_format_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(MalformedRtcp, match=reason):
        read(data, SSRC)


def test_a_sender_report_is_what_aiortc_reads() -> None:
    data = sender_report(SSRC, 0xE0000000_80000000, 90_000, 2**32 + 5, 1_000, "cname")
    report, description = rtp.RtcpPacket.parse(data)
    assert isinstance(report, rtp.RtcpSrPacket)
    assert report.ssrc == SSRC
    assert report.sender_info == rtp.RtcpSenderInfo(0xE0000000_80000000, 90_000, 5, 1_000)
    assert isinstance(description, rtp.RtcpSdesPacket)
    assert description.chunks == [rtp.RtcpSourceInfo(ssrc=SSRC, items=[(1, b"cname")])]


@given(st.text(max_size=300))
def test_any_name_gives_a_packet_of_whole_words(cname: str) -> None:
    data = sender_report(SSRC, 1, 2, 3, 4, cname)
    assert len(data) % 4 == 0
    assert len(rtp.RtcpPacket.parse(data)) == 2


def test_goodbye_is_what_aiortc_reads() -> None:
    _, packet = rtp.RtcpPacket.parse(goodbye(SSRC))
    assert isinstance(packet, rtp.RtcpByePacket)
    assert packet.sources == [SSRC]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (goodbye(1), True),
        (b"", False),
        (b"\x80", False),
        (bytes((0x80, 96)) + bytes(10), False),
        (bytes((22, 254)) + bytes(20), False),
        (bytes((0, 1)) + bytes(20), False),
    ],
)
def test_rtcp_is_told_from_rtp_dtls_and_stun(data: bytes, expected: bool) -> None:
    assert is_rtcp(data) is expected


def check(feedback: list[Feedback]) -> None:
    for entry in feedback:
        if isinstance(entry, Reception):
            assert 0 <= entry.fraction_lost < 1
        elif isinstance(entry, Lost):
            assert all(0 <= sequence <= 0xFFFF for sequence in entry.sequences)
            assert len(set(entry.sequences)) == len(entry.sequences)
        elif isinstance(entry, BitrateEstimate):
            assert 0 <= entry.bps <= MAX_BITRATE_BPS


@given(st.binary(max_size=1_500))
def test_no_bytes_do_more_than_be_refused(data: bytes) -> None:
    with contextlib.suppress(MalformedRtcp):
        check(read(data, SSRC))


GOOD = receiver_report(SSRC, OTHER) + remb(10**6, SSRC) + nack(1, 5, 90) + payload_feedback(1)


@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=12))
def test_no_damage_to_a_good_packet_does_more_than_refuse_it(damage: list[tuple[int, int]]) -> None:
    data = bytearray(GOOD)
    for at, value in damage:
        data[at] = value
    with contextlib.suppress(MalformedRtcp):
        check(read(bytes(data), SSRC))


@given(st.integers(0, len(GOOD)))
def test_no_truncation_does_more_than_refuse(length: int) -> None:
    with contextlib.suppress(MalformedRtcp):
        check(read(GOOD[:length], SSRC))
