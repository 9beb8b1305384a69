"""Environment names of older deployments."""

from pathlib import Path

import pytest

from peerlens.config import SignalingConfig, UpConfig, load
from peerlens.errors import ConfigError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "peerlens.yaml"
    path.write_text(
        "cameras:\n"
        "  front: {source: 'synthetic:'}\n"
        "  Back.1: {source: 'synthetic:', motion: {threshold: 0.3}}\n"
        "events: {snapshots: true}\n",
        "utf-8",
    )
    return path


def test_they_set_what_they_used_to(file: Path) -> None:
    environ = {
        "MOTION_THRESHOLD": "0.05",
        "SAVE_SNAPSHOTS": "0",
        "SNAPSHOT_DIR": "/var/lib/snapshots",
    }
    config = load(UpConfig, file, environ=environ)
    assert {camera.motion.threshold for camera in config.cameras.values()} == {0.05}
    assert config.events.snapshots is False
    assert config.events.path == Path("/var/lib/snapshots")


def test_they_configure_who_describes_pictures(file: Path) -> None:
    environ = {"ENABLE_AI": "true", "AI_COOLDOWN": "30", "OPENAI_API_KEY": "123456"}
    ai = load(UpConfig, file, environ=environ).ai
    assert (ai.enabled, ai.cooldown_s, ai.api_key) == (True, 30.0, "123456")


def test_new_names_and_flags_beat_them(file: Path) -> None:
    environ = {
        "MOTION_THRESHOLD": "0.05",
        "PEERLENS_CAMERAS__FRONT__MOTION__THRESHOLD": "0.2",
        "SAVE_SNAPSHOTS": "no",
    }
    config = load(UpConfig, file, environ=environ, flags=["events.snapshots=true"])
    assert config.cameras["front"].motion.threshold == 0.2
    assert config.cameras["Back.1"].motion.threshold == 0.05
    assert config.events.snapshots is True


@pytest.mark.parametrize("word", ["True", "YES", "on", "1"])
def test_yes_may_be_said_in_many_ways(file: Path, word: str) -> None:
    flags = ["events.max_mb=10"]
    config = load(UpConfig, file, environ={"SAVE_SNAPSHOTS": word}, flags=flags)
    assert config.events.snapshots is True


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("SAVE_SNAPSHOTS", "perhaps", "SAVE_SNAPSHOTS: expected true or false"),
        ("MOTION_THRESHOLD", "2", "MOTION_THRESHOLD: cameras.front.motion.threshold"),
        ("MOTION_THRESHOLD", "high", "MOTION_THRESHOLD: cameras.front.motion.threshold"),
    ],
)
def test_a_wrong_value_names_the_variable(
    file: Path, name: str, value: str, complaint: str
) -> None:
    with pytest.raises(ConfigError, match=complaint):
        load(UpConfig, file, environ={name: value})


def test_empty_ones_and_those_of_others_do_not_count(tmp_path: Path, file: Path) -> None:
    assert load(UpConfig, file, environ={"SNAPSHOT_DIR": ""}).events.path is None
    empty = tmp_path / "signaling.yaml"
    empty.write_text("{}", "utf-8")
    load(SignalingConfig, empty, environ={"SNAPSHOT_DIR": "/x", "MOTION_THRESHOLD": "9"})
