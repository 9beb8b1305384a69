"""One camera in one codec: when its encoder is replaced."""

from collections.abc import Iterable

from gateway.stream import RATE_INTERVAL_S, EncodedStream
from gateway.units import AccessUnit, Codec, RawFrame
from tests.support.pictures import picture


def yuv(number: int, capture_s: float) -> RawFrame:
    decoded = picture(number).reformat(format="yuv420p")
    return RawFrame(decoded, capture_s, capture_s, capture_s)


def encoded(stream: EncodedStream, times: Iterable[float], fps: float) -> list[AccessUnit]:
    units = (stream.encode(yuv(0, time), round(time * 90_000), fps) for time in times)
    return [unit for unit in units if unit is not None]


def seconds(start: float, duration: float, fps: float) -> list[float]:
    return [start + number / fps for number in range(round(duration * fps))]


def new() -> EncodedStream:
    return EncodedStream(Codec.H264, 1_000, lambda: None)


def test_one_keyframe_while_the_rate_holds() -> None:
    units = encoded(new(), seconds(0, 2 * RATE_INTERVAL_S, 30), 30.0)
    assert [unit.keyframe for unit in units].count(True) == 1
    assert units[0].keyframe


def test_other_rate_gets_another_encoder_but_not_often() -> None:
    stream = new()
    encoded(stream, seconds(0, 1, 30), 30.0)
    units = encoded(stream, seconds(1, 2 * RATE_INTERVAL_S, 10), 10.0)
    keyframes = [unit.capture_s for unit in units if unit.keyframe]
    assert keyframes == [RATE_INTERVAL_S]


def test_small_changes_of_rate_are_left_alone() -> None:
    stream = new()
    encoded(stream, seconds(0, RATE_INTERVAL_S + 1, 30), 30.0)
    units = encoded(stream, seconds(RATE_INTERVAL_S + 1, 1, 30), 24.0)
    assert not any(unit.keyframe for unit in units)
