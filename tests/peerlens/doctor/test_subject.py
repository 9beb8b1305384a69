"""Which command a configuration is for."""

import json
from pathlib import Path
from typing import Any

import pytest

from peerlens.doctor.subject import ServerRole, load_subject, role_by_keys
from peerlens.errors import ConfigError


@pytest.mark.parametrize(
    ("keys", "role"),
    [
        ({"cameras"}, ServerRole.UP),
        ({"cameras", "signaling", "http"}, ServerRole.GATEWAY),
        ({"http", "auth", "limits"}, ServerRole.SIGNALING),
        (set(), ServerRole.UP),
    ],
)
def test_the_keys_tell(keys: set[str], role: ServerRole) -> None:
    assert role_by_keys(keys) is role


def write(folder: Path, content: dict[str, Any]) -> Path:
    file = folder / "any.yaml"
    file.write_text(json.dumps(content))
    return file


CAMERAS: dict[str, Any] = {"cameras": {"front": {"source": "synthetic:"}}}


def test_overrides_count_too(tmp_path: Path) -> None:
    file = write(tmp_path, CAMERAS)
    flag = ["signaling.url=ws://127.0.0.1/ws"]
    assert load_subject(file, None, environ={}, flags=flag).role is ServerRole.GATEWAY
    environ = {"PEERLENS_SIGNALING__URL": "ws://127.0.0.1/ws", "PATH": "/bin"}
    assert load_subject(file, None, environ=environ, flags=[]).role is ServerRole.GATEWAY
    empty = {"PEERLENS_SIGNALING__URL": ""}
    assert load_subject(file, None, environ=empty, flags=[]).role is ServerRole.UP


def test_who_asks_for_a_role_gets_it(tmp_path: Path) -> None:
    file = write(tmp_path, {"http": {"port": 0}})
    subject = load_subject(file, ServerRole.SIGNALING, environ={}, flags=[])
    assert subject.role is ServerRole.SIGNALING
    assert subject.words == f"{file}, for peerlens signaling"
    with pytest.raises(ConfigError, match="no cameras"):
        load_subject(file, ServerRole.UP, environ={}, flags=[])


def test_a_configuration_that_cannot_be_is_refused_as_everywhere(tmp_path: Path) -> None:
    file = write(tmp_path, {"cameras": {"front": {"sorce": "http://a/"}}})
    with pytest.raises(ConfigError, match="sorce"):
        load_subject(file, None, environ={}, flags=[])
