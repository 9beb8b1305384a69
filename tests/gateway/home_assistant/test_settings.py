"""The broker's settings, and what is said of bad ones."""

import sys
from pathlib import Path
from typing import Any

import pytest

from gateway.home_assistant.settings import MqttSettings
from peerlens.config import UpConfig, load
from peerlens.errors import ConfigError

THREE_LINES = """
cameras: {front: {source: "synthetic:"}}
mqtt:
  host: homeassistant.local
  username: peerlens
  password: secret-of-the-broker
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "peerlens.yaml"
    path.write_text(THREE_LINES, "utf-8")
    return path


def test_three_lines_are_enough(file: Path) -> None:
    settings = load(UpConfig, file).mqtt
    assert settings is not None
    assert settings.port_in_use == 1883
    assert settings.discovery_prefix == "homeassistant"
    assert "secret-of-the-broker" not in repr(settings)


def test_tls_has_a_port_of_its_own_and_the_authority_is_beside_the_file(file: Path) -> None:
    settings = load(UpConfig, file, flags=["mqtt.tls=true", "mqtt.tls_ca=ca.pem"]).mqtt
    assert settings is not None
    assert settings.port_in_use == 8883
    assert settings.tls_ca == file.parent / "ca.pem"


def test_without_the_package_it_says_how_to_get_it(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "aiomqtt", None)
    with pytest.raises(ConfigError, match=r"mqtt: .*pip install 'peerlens\[mqtt\]'"):
        load(UpConfig, file)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"host": ""}, "at least 1"),
        ({"port": 0}, "greater than or equal to 1"),
        ({"username": None}, "expected username"),
        ({"tls_ca": "ca.pem"}, "expected tls: true"),
        ({"topic_prefix": "a/+/b"}, "beginning of a topic"),
        ({"topic_prefix": "/a"}, "beginning of a topic"),
        ({"discovery_prefix": "#"}, "beginning of a topic"),
        ({"discovery_prefix": "a" * 500}, "beginning of a topic"),
    ],
)
def test_what_cannot_be(given: dict[str, Any], expected: str) -> None:
    settings: dict[str, Any] = {"host": "broker", "username": "a", "password": "b"}
    with pytest.raises(ValueError, match=expected):
        MqttSettings.model_validate({**settings, **given})
