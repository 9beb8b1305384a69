"""Packets as they leave, decrypted with libsrtp and read by aiortc."""

from dataclasses import replace

import pytest
from aiortc.rtp import HeaderExtensionsMap, RtpPacket, unpack_header_extensions, unwrap_rtx
from hypothesis import given
from hypothesis import strategies as st

from gateway.packet_layout import MAX_SEGMENTS
from gateway.rtp_writer import HISTORY_UNITS, RtpStream, RtpWriter
from gateway.srtp import Scratch
from gateway.units import AccessUnit, Codec
from tests.support.srtp import DEFAULT_PROFILE, PROFILES, protector
from tests.support.units import stage_times

STREAM = RtpStream(
    ssrc=1_111,
    cname="peerlens",
    payload_type=108,
    rtx_ssrc=2_222,
    rtx_payload_type=109,
    mid="0",
    mid_id=9,
    abs_send_time_id=2,
    playout_delay_id=5,
)
SCRATCH = Scratch()


def unit(payloads: list[bytes], rtp_time: int = 90_000, keyframe: bool = True) -> AccessUnit:
    return AccessUnit(Codec.H264, tuple(payloads), keyframe, rtp_time, stage_times(1.0), 640, 480)


class Link:
    """A writer, and what the other end reads of it."""

    def __init__(self, stream: RtpStream = STREAM, profile: int = DEFAULT_PROFILE) -> None:
        protects, self.receiving = protector(SCRATCH, profile)
        self.writer = RtpWriter(stream, protects, SCRATCH)
        self.runs: list[int] = []

    def send(self, sent: AccessUnit, send_time: int = 0) -> list[RtpPacket]:
        packets = []
        for run in self.writer.runs(sent, send_time):
            self.runs.append(len(run.data))
            for begin in range(0, len(run.data), run.segment):
                packets.append(self.read(bytes(run.data[begin : begin + run.segment])))
        return packets

    def read(self, data: bytes) -> RtpPacket:
        return RtpPacket.parse(self.receiving.unprotect(data), HeaderExtensionsMap())


@pytest.mark.parametrize("profile", list(PROFILES))
def test_packets_are_what_was_negotiated(profile: int) -> None:
    link = Link(profile=profile)
    payloads = [b"a" * 900, b"b" * 900, b"c" * 400]
    packets = link.send(unit(payloads))
    assert [packet.payload for packet in packets] == payloads
    assert [packet.marker for packet in packets] == [0, 0, 1]
    assert {packet.ssrc for packet in packets} == {1_111}
    assert {packet.payload_type for packet in packets} == {108}
    assert {packet.timestamp for packet in packets} == {link.writer.timestamp(unit([], 90_000))}
    first = packets[0].sequence_number
    assert [packet.sequence_number for packet in packets] == [first, first + 1, first + 2]
    assert len(link.runs) == 1, "equal sizes and a shorter last one leave in one call"
    assert (link.writer.packets, link.writer.payload_bytes) == (3, 2_200)


def test_extensions_carry_mid_send_time_and_no_playout_delay() -> None:
    protects, receiving = protector(SCRATCH)
    writer = RtpWriter(STREAM, protects, SCRATCH)
    [run] = writer.runs(unit([b"x"]), send_time=0x123456)
    packet = receiving.unprotect(bytes(run.data))
    profile = int.from_bytes(packet[12:14], "big")
    length = int.from_bytes(packet[14:16], "big") * 4
    found = dict(unpack_header_extensions(profile, packet[16 : 16 + length]))
    assert found == {9: b"0", 2: b"\x12\x34\x56", 5: b"\x00\x00\x00"}


def test_works_without_any_extension() -> None:
    bare = replace(STREAM, mid_id=None, abs_send_time_id=None, playout_delay_id=None)
    [packet] = Link(bare).send(unit([b"x"]))
    assert packet.payload == b"x"


def test_a_size_that_grows_starts_a_new_run() -> None:
    link = Link()
    payloads = [b"s" * 20, b"p" * 6, *[b"f" * 1_100] * 5, b"l" * 300, b"t" * 300]
    assert [packet.payload for packet in link.send(unit(payloads))] == payloads
    assert len(link.runs) == 3


@given(st.lists(st.integers(1, 1_200), min_size=1, max_size=200))
def test_every_payload_arrives_once_in_order_whatever_the_sizes(sizes: list[int]) -> None:
    link = Link()
    payloads = [bytes([number & 0xFF]) * size for number, size in enumerate(sizes)]
    packets = link.send(unit(payloads))
    assert [packet.payload for packet in packets] == payloads
    assert max(link.runs) <= 65_507
    assert sum(packet.marker for packet in packets) == packets[-1].marker == 1


def test_a_run_has_no_more_segments_than_the_kernel_takes() -> None:
    link = Link()
    link.send(unit([b"x" * 100] * (2 * MAX_SEGMENTS + 1)))
    assert len(link.runs) == 3


def test_sequence_numbers_wrap() -> None:
    link = Link()
    link.writer._sequence = 0xFFFE
    packets = link.send(unit([b"x"] * 4))
    assert [packet.sequence_number for packet in packets] == [0xFFFE, 0xFFFF, 0, 1]
    assert link.writer.again(0, 0) is not None


def test_timestamps_wrap_with_the_long_rtp_time() -> None:
    writer = Link().writer
    early, late = unit([], 5), unit([], 5 + (1 << 32))
    assert writer.timestamp(early) == writer.timestamp(late)


def again(link: Link, sequence: int) -> RtpPacket:
    run = link.writer.again(sequence, 0)
    assert run is not None
    return link.read(bytes(run.data))


def test_a_lost_packet_goes_out_in_the_retransmission_stream() -> None:
    link = Link()
    sent = link.send(unit([b"a" * 50, b"b" * 50]))
    link.send(unit([b"c" * 50], 93_000, keyframe=False))
    for original in sent:
        packet = again(link, original.sequence_number)
        assert (packet.ssrc, packet.payload_type) == (2_222, 109)
        restored = unwrap_rtx(packet, payload_type=108, ssrc=1_111)
        assert restored.sequence_number == original.sequence_number
        assert restored.payload == original.payload
        assert restored.timestamp == original.timestamp
        assert restored.marker == original.marker


def test_without_retransmission_stream_the_same_packet_goes_out() -> None:
    link = Link(replace(STREAM, rtx_ssrc=None, rtx_payload_type=None))
    sent = list(link.writer.runs(unit([b"a" * 50]), 0))
    first = bytes(sent[0].data)
    sequence = RtpPacket.parse(link.receiving.unprotect(first), HeaderExtensionsMap())
    run = link.writer.again(sequence.sequence_number, 0)
    assert run is not None
    assert bytes(run.data) == first


def test_history_is_bounded() -> None:
    link = Link()
    [first] = link.send(unit([b"x"], 0))
    for number in range(1, HISTORY_UNITS):
        link.send(unit([b"x"], number))
    assert link.writer.again(first.sequence_number, 0) is not None
    link.send(unit([b"x"], HISTORY_UNITS))
    assert link.writer.again(first.sequence_number, 0) is None
    assert link.writer.again(0xFFFF, 0) is None
