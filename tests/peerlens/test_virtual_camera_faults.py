import asyncio
import contextlib

import pytest

from gateway.decode import JpegDecoder
from gateway.errors import DecodeError
from gateway.units import JpegFrame
from peerlens.camera_fault import Fault
from peerlens.virtual_camera.faults import Faults, now_and_then
from tests.support.mjpeg import pictures
from tests.support.polling import until

A, B = pictures(2)


def sent(fault: Fault, count: int) -> list[bytes | None]:
    faults = Faults(fault)
    faults.impair(A)
    return [faults.impair(B) for _ in range(count)]


def test_none_sends_the_picture_as_it_is() -> None:
    assert sent(Fault.NONE, 2) == [B, B]


@pytest.mark.parametrize("fault", [Fault.STALL, Fault.DROP])
def test_stall_and_drop_send_nothing(fault: Fault) -> None:
    assert sent(fault, 3) == [None] * 3


def test_slow_sends_every_fifth() -> None:
    assert sent(Fault.SLOW, 10).count(B) == 2


def test_joined_sends_the_one_before_too() -> None:
    assert sent(Fault.JOINED, 2) == [A + B, B + B]


def test_truncated_has_no_end() -> None:
    cut = B[: len(B) * 2 // 3]
    assert sorted(sent(Fault.TRUNCATED, 4), key=len) == [cut, cut, B, B]  # type: ignore[arg-type]


def test_corrupt_keeps_length_and_tables() -> None:
    for data in sent(Fault.CORRUPT, 20):
        assert data is not None
        assert data != B
        assert len(data) == len(B)
        assert data[:300] == B[:300]
        assert data[-2:] == B[-2:]


def test_corrupt_never_harms_the_decoder() -> None:
    decoder = JpegDecoder()
    whole = decoder.decode(JpegFrame(B, 0.0, 0.0)).picture
    for data in sent(Fault.CORRUPT, 20):
        assert data is not None
        with contextlib.suppress(DecodeError):
            assert decoder.decode(JpegFrame(data, 0.0, 0.0)).picture.width == whole.width
    assert decoder.decode(JpegFrame(A, 0.0, 0.0)).picture.width == whole.width


def test_setting_a_fault_is_told() -> None:
    told: list[Fault] = []
    faults = Faults()
    faults.on_change = told.append
    faults.set("stall")
    faults.clear()
    assert told == [Fault.STALL, Fault.NONE]
    with pytest.raises(ValueError, match="flood"):
        faults.set("flood")


async def test_a_fault_comes_and_goes() -> None:
    told: list[Fault] = []
    faults = Faults()
    faults.on_change = told.append
    task = asyncio.create_task(now_and_then(faults, Fault.SLOW, good_s=0.01, bad_s=0.01))
    await until(lambda: len(told) >= 4, "two rounds")
    assert told[:4] == [Fault.SLOW, Fault.NONE, Fault.SLOW, Fault.NONE]
    faults.set(Fault.STALL)
    count = len(told)
    await asyncio.sleep(0.05)
    assert faults.fault is Fault.STALL
    assert len(told) == count
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
