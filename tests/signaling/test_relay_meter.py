"""What is counted, and what goes over a limit."""

import logging

import pytest

from signaling.relay_meter import MAX_CAMERAS, OTHER, RelayMeter
from signaling.settings import SignalingLimits

PICTURE = 10_000


def test_bytes_are_counted_by_camera_and_direction() -> None:
    meter = RelayMeter(SignalingLimits())
    front, back = meter.of("front", 1.0), meter.of("back", 2.0)
    assert meter.came(front, 5, 0.0)
    for _ in range(3):
        assert meter.goes(front, 5, 0.0)
    meter.passed(back, 7)
    assert (front.bytes_in, front.bytes_out, front.since_ms) == (5, 15, 1.0)
    assert (back.bytes_in, back.bytes_out) == (7, 7)
    assert meter.of("front", 9.0) is front


def test_so_many_cameras_by_name_and_the_rest_together() -> None:
    meter = RelayMeter(SignalingLimits())
    for number in range(MAX_CAMERAS + 50):
        meter.passed(meter.of(f"cam-{number}", 0.0), 1)
    assert len(meter.cameras) == MAX_CAMERAS + 1
    assert meter.cameras[OTHER].bytes_in == 50


def passed(meter: RelayMeter, camera: str, fps: int, seconds: int) -> int:
    """Offer ``fps`` pictures a second; return how many went out."""
    traffic = meter.of(camera, 0.0)
    return sum(meter.goes(traffic, PICTURE, n / fps) for n in range(fps * seconds))


def test_a_limit_holds_on_average_whatever_is_offered() -> None:
    # 800 kbit/s are ten pictures a second.
    meter = RelayMeter(SignalingLimits(relay_kbps_per_camera=800))
    went = passed(meter, "front", 30, 20)
    assert 195 <= went <= 210
    front = meter.cameras["front"]
    assert front.bytes_out == went * PICTURE
    assert front.left_out["limit"] == 600 - went
    assert 195 <= passed(meter, "back", 30, 20) <= 210, "another camera has its own"


def test_a_picture_larger_than_the_burst_passes_too() -> None:
    meter = RelayMeter(SignalingLimits(relay_kbps_per_camera=8))
    traffic = meter.of("front", 0.0)
    assert meter.goes(traffic, 100_000, 0.0)
    assert not meter.goes(traffic, 100_000, 50.0)
    assert meter.goes(traffic, 100_000, 101.0)


def test_the_total_limits_all_together() -> None:
    meter = RelayMeter(SignalingLimits(relay_kbps=800))
    front, back = meter.of("front", 0.0), meter.of("back", 0.0)
    went = sum(
        meter.goes(traffic, PICTURE, n / 30) for n in range(600) for traffic in (front, back)
    )
    assert 195 <= went <= 210


def test_each_way_has_its_own_limit() -> None:
    meter = RelayMeter(SignalingLimits(relay_kbps_per_camera=800))
    passed(meter, "front", 30, 1)
    assert meter.came(meter.of("front", 0.0), PICTURE, 1.0)


def test_control_is_counted_and_never_held_up() -> None:
    meter = RelayMeter(SignalingLimits(relay_kbps_per_camera=8))
    traffic = meter.of("front", 0.0)
    for _ in range(1_000):
        meter.passed(traffic, 200)
    assert traffic.bytes_out == 200_000
    assert meter.goes(traffic, PICTURE, 0.0)


def test_a_limit_that_holds_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    meter = RelayMeter(SignalingLimits(relay_kbps_per_camera=800))
    passed(meter, "front", 30, 20)
    assert len(caplog.records) == 1
    assert "front" in caplog.text
