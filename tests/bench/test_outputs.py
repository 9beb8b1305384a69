"""Outputs beside viewers: the arithmetic, and one real look at both ends."""

import pytest

from bench.outputs import Plan, Step, _with_outputs, figures


def steps(per_one: float, fps: float) -> list[Step]:
    return [Step(count, 15.0 + per_one * count, 30.0, fps) for count in (1, 16, 64)]


def test_both_are_slopes() -> None:
    said = figures(steps(0.12, 29.5), steps(0.1, 30.0))
    assert said["cpu_per_output_pct"] == pytest.approx(0.12)
    assert said["cpu_per_viewer_pct"] == pytest.approx(0.1)
    assert said["ratio"] == pytest.approx(1.2)
    assert (said["fps_least"], said["camera_fps_least"]) == (29.5, 30.0)


def test_a_gateway_publishes_to_a_sink() -> None:
    step = _with_outputs(6, Plan((6,), 0.2, 1.5))
    assert step.cpu_pct > 0.0
    assert step.fps_least > 3.0
