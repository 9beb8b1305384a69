"""The benchmark of the relay, over one emulated link."""

from bench.latency import Times
from bench.network.profiles import LAN
from bench.relay import Carried, over


def test_bytes_are_per_minute_whatever_the_time() -> None:
    before = Carried(messages=1_000, relayed=0, at_s=10.0)
    after = Carried(messages=2_000, relayed=500, at_s=25.0)
    assert after.per_minute_since(before) == 6_000


def test_both_paths_reach_chromium_and_only_one_goes_through_signaling() -> None:
    row = over("lan", LAN, Times(settle_s=0.2, collect_s=2.0))
    assert row.relayed.codec == "image/jpeg"
    assert row.direct.codec == "video/H264"
    assert min(row.relayed.ages_ms) > LAN.down.delay_ms
    assert 0 < row.direct_bytes < 0.05 * row.relayed_bytes
