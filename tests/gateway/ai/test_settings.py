"""The settings, and what is said of bad ones."""

from pathlib import Path
from typing import Any

import pytest

from gateway.ai.settings import AiSettings
from peerlens.config import UpConfig, load
from peerlens.errors import ConfigError

KEY = "sk-nobody-is-to-see-this"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "peerlens.yaml"
    path.write_text('cameras: {front: {source: "synthetic:"}}\n', "utf-8")
    return path


def test_it_is_off_until_somebody_wants_it(file: Path) -> None:
    assert not load(UpConfig, file).ai.enabled


def test_the_names_of_older_deployments(file: Path) -> None:
    environ = {"ENABLE_AI": "true", "AI_COOLDOWN": "30", "OPENAI_API_KEY": KEY}
    settings = load(UpConfig, file, environ=environ).ai
    assert (settings.enabled, settings.cooldown_s, settings.api_key) == (True, 30.0, KEY)
    assert KEY not in repr(settings)


def test_a_key_is_shown_in_no_message(file: Path) -> None:
    for flags in (
        ["ai.api_key=[1, {KEY}]"],
        [f'ai.api_key="{KEY}\\n"'],
        ["ai.api_key=" + KEY * 99],
    ):
        with pytest.raises(ConfigError) as refusal:
            load(UpConfig, file, flags=[*flags, "ai.timeout_s=0"])
        assert KEY not in str(refusal.value)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"enabled": True}, "expected api_key"),
        ({"base_url": "ftp://a"}, "expected such as"),
        ({"base_url": "http://a/v1?key=b"}, "expected such as"),
        ({"base_url": "nonsense"}, "expected such as"),
        ({"timeout_s": 0.0}, "greater than 0"),
        ({"cooldown_s": -1.0}, "greater than or equal to 0"),
        ({"max_per_day": 0}, "greater than or equal to 1"),
        ({"api_key": "a\nb"}, "one line"),
    ],
)
def test_what_cannot_be(given: dict[str, Any], expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        AiSettings.model_validate(given)
