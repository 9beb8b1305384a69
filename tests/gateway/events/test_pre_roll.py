"""What is held for the beginning of a clip."""

from gateway.events.pre_roll import STALE_S, JpegRing, UnitRing
from gateway.units import AccessUnit, Codec, JpegFrame
from tests.support.units import stage_times


def jpeg(at_s: float, size: int = 10) -> JpegFrame:
    return JpegFrame(bytes(size), at_s, at_s)


def unit(at_s: float, keyframe: bool = False, size: int = 10, width: int = 320) -> AccessUnit:
    payloads = (bytes(size),)
    return AccessUnit(Codec.H264, payloads, keyframe, 0, stage_times(at_s), width, 240)


def filled(keyframes: set[int], until: int, seconds: float = 3.0) -> UnitRing:
    """A ring after a unit each 100 ms; ``keyframes`` are numbers of units."""
    ring = UnitRing(seconds)
    for number in range(until):
        ring.push(unit(number / 10, number in keyframes))
    return ring


def test_jpegs_are_bounded_by_time_and_by_bytes() -> None:
    ring = JpegRing(2.0, max_bytes=150)
    for number in range(10):
        ring.push(jpeg(number / 2))
    assert [kept.capture_s for kept in ring.between(0.0, 9.0)] == [2.5, 3.0, 3.5, 4.0, 4.5]
    for number in range(10, 30):
        ring.push(jpeg(number / 2, size=60))
    assert ring.bytes <= 150
    assert len(ring.between(0.0, 99.0)) == 2


def test_the_picture_nearest_to_a_moment() -> None:
    ring = JpegRing(9.0)
    assert ring.nearest(1.0) is None
    for at_s in (1.0, 2.0, 3.0):
        ring.push(jpeg(at_s))
    nearest = ring.nearest(2.2)
    assert nearest is not None
    assert nearest.capture_s == 2.0


def test_units_go_back_to_a_keyframe_and_no_further_than_needed() -> None:
    ring = filled({0, 20, 40, 60}, 75)
    kept = ring.since(4.4)
    assert kept[0].keyframe
    assert kept[0].capture_s == 4.0
    assert kept[-1].capture_s == 7.4
    assert ring.since(0.0)[0].capture_s == 4.0, "what is older is not needed any more"


def test_units_without_a_keyframe_are_not_kept() -> None:
    ring = filled(set(), 30)
    assert ring.bytes == 0
    assert ring.since(0.0) == ()


def test_units_are_bounded_by_bytes_however_long_no_keyframe_comes() -> None:
    ring = UnitRing(3.0, max_bytes=200)
    for number in range(100):
        ring.push(unit(number / 10, number in (0, 90)))
    assert ring.bytes <= 200
    assert ring.since(0.0)[0].capture_s == 9.0
    for number in range(100, 130):
        ring.push(unit(number / 10))
    assert ring.since(0.0) == (), "what followed a keyframe that was dropped is of no use"


def test_after_a_gap_or_in_another_size_it_begins_anew() -> None:
    ring = filled({0}, 10)
    ring.push(unit(1.0 + STALE_S, keyframe=False))
    assert ring.since(0.0) == ()
    ring = filled({0}, 10)
    ring.push(unit(1.0, keyframe=True, width=640))
    assert [kept.width for kept in ring.since(0.0)] == [640]


def test_it_is_fresh_while_units_come() -> None:
    ring = filled({0}, 10)
    assert ring.is_fresh(1.0)
    assert not ring.is_fresh(1.0 + STALE_S)
