"""The baseline with the benchmarks' own camera, load generator and page: real parts, briefly."""

from collections.abc import Iterator

import pytest

from bench.browser import chromium, viewer
from bench.figures import percentile
from bench.load import generator
from bench.servers import CAMERA_FPS, Server, baseline, camera


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with camera() as source, baseline(source) as running:
        yield running


def test_generator_counts_what_two_viewers_get(server: Server) -> None:
    with generator(server.target, server.reported_kbps) as load:
        assert load.join(2).viewers == 2
        window = load.measure(1.5)
    assert window.viewers == 2
    assert window.fps_min == pytest.approx(CAMERA_FPS, rel=0.5)
    assert window.packets > 2 * CAMERA_FPS
    assert window.lost == 0
    assert 0.0 < window.generator_cpu_pct < 100.0


def test_page_reads_the_age_of_frames(server: Server) -> None:
    with chromium() as browser, viewer(browser, server.target) as page:
        assert 0.0 < page.connect() < 20_000.0
        shown = page.collect(1.5)
    assert len(shown.ages_ms) > 5
    assert shown.unreadable < len(shown.ages_ms)
    assert 0.0 < percentile(shown.ages_ms, 50) < 5_000.0
    assert shown.codec == "video/VP8"
