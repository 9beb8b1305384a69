"""The ladder of qualities."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gateway.quality import SMALLEST_BITRATE_BPS, Quality, ladder, scaled


def test_three_rungs_at_the_default_bitrate() -> None:
    rungs = ladder(1_500)
    assert [rung.quality for rung in rungs] == [Quality.HIGH, Quality.MEDIUM, Quality.LOW]
    assert [rung.max_bitrate_bps for rung in rungs] == [1_500_000, 600_000, 195_000]


@given(st.integers(50, 20_000))
def test_each_rung_is_less_than_the_one_above(kbps: int) -> None:
    rungs = ladder(kbps)
    assert rungs[0].quality is Quality.HIGH
    assert rungs[0].max_bitrate_bps == kbps * 1_000
    for above, below in pairwise(rungs):
        assert below.max_bitrate_bps < above.max_bitrate_bps
        assert below.scale < above.scale
        assert below.max_bitrate_bps >= SMALLEST_BITRATE_BPS


@given(st.integers(1, 4_096), st.integers(1, 4_096), st.floats(0.1, 1.0))
def test_scaled_sizes_are_even(width: int, height: int, scale: float) -> None:
    for side in scaled((width, height), scale):
        assert side >= 2
        assert side % 2 == 0
