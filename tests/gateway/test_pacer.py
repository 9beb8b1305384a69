"""Large runs in steps, small ones and those of good paths at once."""

import pytest

from gateway.pacer import SMALLEST_STEP_PACKETS, Pacer
from gateway.rtp_writer import Run
from tests.support.polling import until

SEGMENT = 100


class Wire:
    def __init__(self) -> None:
        self.full = False
        self.failures = 0
        self.sent = bytearray()
        self.calls = 0
        self.pacer = Pacer(self._send, self._fail)

    def _send(self, run: Run) -> bool:
        if not self.full:
            assert run.segment == SEGMENT
            self.sent += run.data
            self.calls += 1
        return not self.full

    def _fail(self) -> None:
        self.failures += 1


def packets(count: int, filling: int = 0) -> bytes:
    return b"".join(bytes([number % 250 + filling]) * SEGMENT for number in range(count))


def run_of(data: bytes) -> Run:
    return Run(memoryview(bytearray(data)), SEGMENT)


async def test_a_good_path_gets_everything_at_once() -> None:
    wire = Wire()
    assert wire.pacer.send(run_of(packets(50)), slowly=True)
    assert (wire.calls, bytes(wire.sent)) == (1, packets(50))


async def test_what_is_not_to_be_slow_is_not() -> None:
    wire = Wire()
    wire.pacer.rate_bps = 1.0
    assert wire.pacer.send(run_of(packets(50, 1)), slowly=False)
    assert (wire.calls, bytes(wire.sent)) == (1, packets(50, 1))


async def test_a_large_run_goes_in_steps_and_in_order_although_its_buffer_is_used_again() -> None:
    wire = Wire()
    wire.pacer.rate_bps = 8 * 5 * SEGMENT / 0.004
    data = bytearray(packets(50))
    assert wire.pacer.send(Run(memoryview(data), SEGMENT), slowly=True)
    data[:] = bytes(len(data))
    assert len(wire.sent) == 5 * SEGMENT
    await until(lambda: len(wire.sent) == 50 * SEGMENT, "the rest")
    assert bytes(wire.sent) == packets(50)
    assert wire.calls == 10


async def test_the_next_run_pushes_the_rest_out() -> None:
    wire = Wire()
    wire.pacer.rate_bps = 1.0
    wire.pacer.send(run_of(packets(10)), slowly=True)
    assert len(wire.sent) == SMALLEST_STEP_PACKETS * SEGMENT
    wire.pacer.send(run_of(packets(1, 5)), slowly=False)
    assert bytes(wire.sent) == packets(10) + packets(1, 5)


async def test_a_full_socket_is_told_of_at_once_and_later() -> None:
    wire = Wire()
    wire.full = True
    assert not wire.pacer.send(run_of(packets(3)), slowly=False)
    wire.pacer.rate_bps = 1.0
    assert not wire.pacer.send(run_of(packets(10)), slowly=True)
    assert wire.pacer._timer is None, "what has no beginning needs no rest"
    wire.full = False
    assert wire.pacer.send(run_of(packets(10)), slowly=True)
    wire.full = True
    await until(lambda: wire.failures == 1, "the failure")
    wire.full = False
    assert wire.pacer.send(run_of(packets(1)), slowly=False)


@pytest.mark.parametrize("times", [1, 2])
async def test_nothing_goes_out_after_closing(times: int) -> None:
    wire = Wire()
    wire.pacer.rate_bps = 1.0
    wire.pacer.send(run_of(packets(10)), slowly=True)
    for _ in range(times):
        wire.pacer.close()
    assert wire.pacer._timer is None
    assert len(wire.sent) == SMALLEST_STEP_PACKETS * SEGMENT
