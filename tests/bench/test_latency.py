"""The latency benchmark over an emulated link: Chromium at one end, Peerlens at the other."""

from bench.latency import Times, over
from bench.network.profiles import LTE
from bench.servers import peerlens


def test_peerlens_reaches_chromium_over_an_emulated_link() -> None:
    row = over(LTE, peerlens, "lte", Times(settle_s=0.2, collect_s=1.5))
    assert row.shown.codec == "video/H264"
    assert min(row.shown.ages_ms) > LTE.down.delay_ms - LTE.down.jitter_ms
    assert row.note.startswith("link lost")
