"""The load generator against Peerlens: viewers, pages and storms."""

from collections.abc import Iterator

import pytest

from bench.load import generator
from bench.servers import CAMERA_FPS, Server, camera, peerlens
from bench.target import Target


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with camera() as source, peerlens(source) as running:
        yield running


@pytest.mark.parametrize("pages", [False, True])
def test_viewers_and_pages_are_counted(server: Server, pages: bool) -> None:
    with generator(server.target, server.reported_kbps, pages=pages) as load:
        crowd = load.join(3)
        window = load.measure(2.5)
    assert (crowd.viewers, crowd.failure) == (3, "")
    assert crowd.srtp.startswith("SRTP_")
    assert window.viewers == 3
    assert window.lost == 0
    assert window.fps_min == pytest.approx(CAMERA_FPS, rel=0.5)
    assert window.packets_per_s_least == pytest.approx(window.packets_per_s_per_viewer, rel=0.3)
    assert window.kbps_per_viewer > 300.0
    assert 0.0 < window.longest_gap_ms < 2_000.0


@pytest.mark.parametrize("per_s", [None, 20.0])
def test_storm_tells_how_long_each_took(server: Server, per_s: float | None) -> None:
    with generator(server.target, server.reported_kbps) as load:
        storm = load.storm(5, per_s)
        again = load.join(6)
    assert (storm.failed, storm.failure) == (0, "")
    assert len(storm.joined_s) == 5
    assert list(storm.joined_s) == sorted(storm.joined_s)
    assert 0.0 < storm.joined_s[-1] < storm.seconds
    assert storm.watching_s > 0.0
    assert again.viewers == 6


def test_joining_nobody_is_told(server: Server) -> None:
    elsewhere = Target("whep", server.target.endpoint.replace("/bench/", "/other/"), "")
    with generator(elsewhere, 1_400) as load:
        crowd = load.join(2)
    assert crowd.viewers == 0
    assert "404" in crowd.failure
