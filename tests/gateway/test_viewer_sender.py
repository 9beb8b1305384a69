from gateway.datagrams import DatagramSender, Route
from gateway.rtp_writer import RtpWriter, Run
from gateway.srtp import Scratch
from gateway.units import AccessUnit, Codec
from gateway.viewer_sender import MOST_PATIENCE_S, RESEND_BURST, ViewerSender
from tests.gateway.test_rtp_writer import STREAM
from tests.support.srtp import protector
from tests.support.units import stage_times

SCRATCH = Scratch()


class Wire(DatagramSender):
    """Counts runs; ``full`` makes it behave like a socket without room."""

    def __init__(self) -> None:
        super().__init__(lambda: Route(None, ("192.0.2.1", 1)))
        self.full = False
        self.runs = 0

    def send(self, run: Run) -> bool:
        self.runs += not self.full
        return not self.full


class Bench:
    def __init__(self) -> None:
        self.wire = Wire()
        self.requests: list[int] = []
        self.shown = 0
        protects, _ = protector(SCRATCH)
        writer = RtpWriter(STREAM, protects, SCRATCH)
        self.sender = ViewerSender(writer, self.wire, lambda: self.requests.append(self.shown))

    def show(self, number: int, keyframe: bool = False) -> None:
        self.shown = number
        payloads = (b"x" * 50, b"y" * 50)
        self.sender.send(
            AccessUnit(
                Codec.H264, payloads, keyframe, number * 3_000, stage_times(number / 30), 640, 480
            )
        )


def test_starts_with_a_keyframe() -> None:
    bench = Bench()
    bench.show(0)
    assert (bench.wire.runs, bench.sender.dropped, bench.requests) == (0, 1, [0])
    bench.show(1, keyframe=True)
    bench.show(2)
    assert bench.wire.runs == 2
    assert bench.sender.newest_sent is not None
    assert bench.sender.newest_sent[1] == stage_times(2 / 30)


def test_a_full_socket_drops_to_the_next_keyframe() -> None:
    bench = Bench()
    bench.show(0, keyframe=True)
    bench.wire.full = True
    bench.show(1)
    bench.wire.full = False
    bench.show(2)
    assert bench.wire.runs == 1
    bench.show(3, keyframe=True)
    bench.show(4)
    assert bench.wire.runs == 3
    assert bench.sender.dropped == 2


def test_a_viewer_that_stays_full_asks_ever_more_seldom() -> None:
    bench = Bench()
    bench.show(0, keyframe=True)
    bench.wire.full = True
    wanted = False
    for number in range(1, 1_200):
        before = len(bench.requests)
        bench.show(number, keyframe=wanted)
        wanted = len(bench.requests) > before
    gaps = [
        (later - earlier) / 30
        for earlier, later in zip(bench.requests, bench.requests[1:], strict=False)
    ]
    assert len(bench.requests) < 20
    assert max(gaps) >= MOST_PATIENCE_S


def test_a_held_viewer_waits_for_a_keyframe_and_gets_nothing_old_again() -> None:
    bench = Bench()
    bench.sender._writer._sequence = 100
    bench.show(0, keyframe=True)
    bench.sender.hold()
    bench.show(1)
    bench.sender.resend(100)
    assert (bench.wire.runs, bench.sender.dropped, bench.sender.resent) == (1, 1, 0)
    bench.show(2, keyframe=True)
    bench.show(3)
    assert bench.wire.runs == 3


def test_lost_packets_are_sent_again() -> None:
    bench = Bench()
    bench.sender._writer._sequence = 100
    bench.show(0, keyframe=True)
    bench.sender.resend(101)
    bench.sender.resend(5_000)
    assert (bench.sender.resent, bench.sender.not_resent) == (1, 1)


def test_a_packet_that_is_on_its_way_is_not_sent_a_third_time() -> None:
    bench = Bench()
    bench.sender._writer._sequence = 100
    bench.show(0, keyframe=True)
    for _ in range(5):
        bench.sender.resend(100, round_trip_s=60.0)
    assert (bench.sender.resent, bench.sender.not_resent) == (1, 4)
    bench.sender.resend(101, round_trip_s=60.0)
    assert bench.sender.resent == 2
    bench.sender.resend(100, round_trip_s=0.0)
    assert bench.sender.resent == 3


def test_a_storm_of_requests_is_bounded_by_what_was_sent() -> None:
    bench = Bench()
    bench.sender._writer._sequence = 100
    bench.show(0, keyframe=True)
    for _ in range(10_000):
        bench.sender.resend(100)
    assert bench.sender.resent <= RESEND_BURST
    assert bench.sender.not_resent >= 10_000 - RESEND_BURST
    for number in range(1, 11):
        bench.show(number)
    before = bench.sender.resent
    for _ in range(1_000):
        bench.sender.resend(100)
    assert bench.sender.resent - before <= 10 * 2 * 0.5
