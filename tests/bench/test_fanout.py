"""What fanout makes of its steps."""

import dataclasses

import pytest

from bench.blaster import Blast
from bench.errors import NoMeasurement
from bench.fanout import Series, Step, figures, fitted, line_of
from bench.load import Window

WINDOW = Window(
    seconds=2.0,
    viewers=1,
    packets=320,
    lost=0,
    kbps_per_viewer=1_400.0,
    packets_per_s_per_viewer=160.0,
    packets_per_s_least=160.0,
    fps_min=30.0,
    fps_mean=30.0,
    generator_cpu_pct=5.0,
)


def step(viewers: int, cpu_pct: float, fps: float = 30.0, camera_fps: float = 30.0) -> Step:
    window = dataclasses.replace(WINDOW, viewers=viewers, fps_min=fps, fps_mean=fps)
    return Step(cpu_pct, camera_fps, window)


def series(name: str, *steps: Step, ended: str = "") -> Series:
    return Series(name, steps, ended, "SRTP_AES128_CM_SHA1_80")


def test_viewers_per_core_leaves_room_for_the_camera() -> None:
    line = fitted([step(1, 10.5), step(21, 20.5), step(41, 30.5)])
    assert line.cpu_per_viewer_pct == pytest.approx(0.5)
    assert line.fixed_pct == pytest.approx(10.0)
    assert line.viewers_per_core == 180


def test_step_holds_when_everybody_gets_what_the_camera_makes() -> None:
    assert step(1, 1.0).holds
    assert step(1, 1.0, fps=29.0).holds
    assert not step(1, 1.0, fps=28.5).holds
    assert step(1, 1.0, fps=27.0, camera_fps=27.0).holds


def test_line_leaves_out_the_step_that_did_not_hold() -> None:
    one = series("x", step(1, 11.0), step(11, 21.0), step(100, 50.0, fps=12.0), ended="too many")
    assert line_of(one).cpu_per_viewer_pct == pytest.approx(1.0)
    assert one.carried == 11


def test_line_takes_all_steps_rather_than_one() -> None:
    one = series("x", step(1, 20.0), step(3, 60.0, fps=20.0))
    assert line_of(one).cpu_per_viewer_pct == pytest.approx(20.0)
    assert one.carried == 1


def test_one_step_is_no_measurement() -> None:
    with pytest.raises(NoMeasurement, match="x: 3 of 64 joined"):
        line_of(series("x", step(1, 20.0), ended="3 of 64 joined"))


def test_figures_have_the_keys_others_read() -> None:
    alone = (dataclasses.replace(WINDOW, viewers=750), Blast(300_000, 0, 2.0))
    before = series("before", step(1, 20.0), step(3, 60.0))
    after = series("after", step(1, 10.0), step(101, 30.0))
    pages = series("pages", step(1, 10.0), step(11, 15.0, fps=29.5))
    other = series("other", step(1, 1.0), step(101, 51.0))
    found = figures(before, after, pages, other, None, alone)
    assert found["cpu_per_viewer_pct"] == pytest.approx(0.2)
    assert found["baseline_cpu_per_viewer_pct"] == pytest.approx(20.0)
    assert found["janus_cpu_per_viewer_pct"] == pytest.approx(0.5)
    assert found["cpu_per_page_viewer_pct"] == pytest.approx(0.5)
    assert found["ratio"] == pytest.approx(0.01)
    assert found["janus_ratio"] == pytest.approx(0.4)
    assert found["viewers_carried"] == 101
    assert found["fps_least"] == 29.5
    without = figures(before, after, pages, None, other, alone)
    assert without.keys() == found.keys()
    assert without["janus_cpu_per_viewer_pct"] is without["janus_ratio"] is None
    assert without["janus_default_cpu_per_viewer_pct"] == pytest.approx(0.5)
