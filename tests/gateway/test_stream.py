"""One camera in one codec: when its encoder is replaced."""

from collections.abc import Iterable

from gateway.quality import Rung, ladder
from gateway.stream import RATE_INTERVAL_S, EncodedStream
from gateway.units import AccessUnit, Codec, RawFrame
from tests.support.pictures import picture

RUNGS = ladder(1_000)


def yuv(number: int, capture_s: float) -> RawFrame:
    decoded = picture(number).reformat(format="yuv420p")
    return RawFrame(decoded, capture_s, capture_s, capture_s)


def encoded(stream: EncodedStream, times: Iterable[float], fps: float) -> list[AccessUnit]:
    units = (stream.encode(yuv(0, time), round(time * 90_000), fps) for time in times)
    return [unit for unit in units if unit is not None]


def seconds(start: float, duration: float, fps: float) -> list[float]:
    return [start + number / fps for number in range(round(duration * fps))]


def new(rung: Rung = RUNGS[0]) -> EncodedStream:
    return EncodedStream(Codec.H264, rung, lambda: None)


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


def test_lesser_qualities_are_smaller_and_slower() -> None:
    for rung, size, frames in zip(
        RUNGS, [(320, 240), (240, 180), (160, 120)], [30, 30, 15], strict=True
    ):
        stream = new(rung)
        with stream.hub.subscribed(lambda unit: None):
            times = [time for time in seconds(0, 1, 30) if taken(stream, time)]
        assert len(times) == frames
        [unit, *_] = encoded(new(rung), times, 30.0)
        assert (unit.width, unit.height) == size


def taken(stream: EncodedStream, capture_s: float) -> bool:
    takes = stream.takes(capture_s)
    if takes:
        encoded(stream, [capture_s], 30.0)
    return takes


def test_is_encoded_only_while_somebody_takes_it_or_waits_for_it() -> None:
    stream = new()
    assert not stream.takes(0.0)
    with stream.hub.subscribed(lambda unit: None):
        assert stream.takes(0.0)
    with stream.waiting.subscribed(lambda unit: None):
        assert stream.takes(0.0)
    assert not stream.takes(0.0)


def test_who_waits_gets_keyframes_first_and_nothing_else() -> None:
    stream, got = new(), list[tuple[str, bool]]()
    units = encoded(stream, seconds(0, 0.1, 30), 30.0)
    with (
        stream.hub.subscribed(lambda unit: got.append(("hub", unit.keyframe))),
        stream.waiting.subscribed(lambda unit: got.append(("waiting", unit.keyframe))),
    ):
        for unit in units:
            stream.publish(unit)
    assert got == [("waiting", True), ("hub", True), ("hub", False), ("hub", False)]


def test_who_joins_a_moment_after_a_keyframe_can_begin_with_it() -> None:
    stream = new()
    units = encoded(stream, seconds(100.0, 0.5, 30), 30.0)
    assert stream.since_keyframe(100.0) == ()
    for unit in units[:4]:
        stream.publish(unit)
    assert stream.since_keyframe(100.1) == tuple(units[:4])
    assert stream.since_keyframe(100.3) == ()
    for unit in units[4:]:
        stream.publish(unit)
    assert stream.since_keyframe(100.1) == (), "frames between are not kept for ever"
