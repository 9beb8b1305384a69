"""The benchmark of the camera's firmware, short."""

import pytest

from bench import firmware, twin
from bench.figures import percentile
from bench.firmware import PUSH_FPS, gaps_ms, pushed, rate, served
from bench.stream_reader import Arrival
from bench.twin import FPS, twin_camera
from tests.support.twin_build import built


@pytest.fixture(autouse=True)
def compiled_for_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    program = str(built("twin-camera"))
    for module in (twin, firmware):
        monkeypatch.setattr(module, "twin_program", lambda: program)
    monkeypatch.setattr(firmware, "SETTLE_S", 0.8)


def test_rates_and_gaps_are_those_of_the_arrivals() -> None:
    stream = [Arrival(at_s, b"") for at_s in (10.0, 10.1, 10.2, 10.5)]
    assert rate(stream) == pytest.approx(6.0)
    assert max(gaps_ms(stream)) == pytest.approx(300.0)


def test_two_streams_keep_their_rate_while_status_is_polled() -> None:
    row = served(twin_camera, 2.0)
    assert min(row.fps) > 0.9 * FPS
    assert 0 < percentile(row.ages_ms, 50) < 100
    assert len(row.status_ms) >= 10


def test_half_the_bitrate_makes_fewer_pictures_and_not_older_ones() -> None:
    thin = pushed(firmware.firmware, 3.0)
    assert 0.3 * PUSH_FPS < thin.fps < 0.7 * PUSH_FPS
    assert percentile(thin.departures_ms, 90) < 2 * 1_000 / PUSH_FPS
