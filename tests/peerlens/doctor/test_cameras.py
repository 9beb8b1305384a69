"""Cameras that cannot be asked: they push, or somebody else has them."""

import pytest

from gateway.source.errors import SourceUnreachable
from peerlens.doctor import cameras
from peerlens.doctor.camera_reading import CameraReading
from peerlens.doctor.finding import Level


@pytest.mark.parametrize(
    ("reading", "finding_id", "level"),
    [
        (None, "camera.pushes", Level.NOTE),
        (CameraReading(pictures=50, fps=25.0), "camera.pictures", Level.OK),
        (CameraReading(error=SourceUnreachable("no cam-1")), "camera.not-pushing", Level.PROBLEM),
    ],
)
def test_a_camera_that_pushes(reading: CameraReading | None, finding_id: str, level: Level) -> None:
    [found] = cameras.judge_push("front", reading)
    assert (found.id, found.level) == (finding_id, level)


def test_what_a_signaling_server_knows() -> None:
    listed = {
        "front": {"state": "idle"},
        "back": {"state": "offline", "detail": None},
        "side": {"state": "error", "detail": "wrong password"},
    }
    found = cameras.judge_listing(listed)
    assert [(each.figures["camera"], each.level) for each in found] == [
        ("front", Level.OK),
        ("back", Level.WARNING),
        ("side", Level.WARNING),
    ]
    assert "wrong password" in found[2].what
    [empty] = cameras.judge_listing({})
    assert empty.id == "camera.none"
