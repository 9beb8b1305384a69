"""Environment names of older deployments, and which settings they mean today.

They beat the file, as all of the environment does; ``PEERLENS_`` names beat them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from peerlens.config_model import ANY_KEY, hint_at, takes_text
from peerlens.config_overrides import Layers
from peerlens.config_yaml import parse_value
from peerlens.errors import ConfigError


@dataclass(frozen=True)
class OldName:
    """``path`` is the setting; ``*`` stands for every camera."""

    path: tuple[str, ...]
    switch: bool = False
    """Whether it says yes or no, in whatever words."""


OLD_NAMES = {
    "MOTION_THRESHOLD": OldName(("cameras", ANY_KEY, "motion", "threshold")),
    "SAVE_SNAPSHOTS": OldName(("events", "snapshots"), switch=True),
    "SNAPSHOT_DIR": OldName(("events", "path")),
    "ENABLE_AI": OldName(("ai", "enabled"), switch=True),
    "AI_COOLDOWN": OldName(("ai", "cooldown_s")),
    "OPENAI_API_KEY": OldName(("ai", "api_key")),
}
_YES, _NO = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off"})


def apply_old_names(layers: Layers, root: type[BaseModel], environ: Mapping[str, str]) -> None:
    """Lay what old names say over ``layers``; those that mean nothing to ``root`` are ignored."""
    for name, old in OLD_NAMES.items():
        text = environ.get(name, "")
        if text == "" or hint_at(root, old.path) is None:
            continue
        value = _value(root, old, name, text)
        for path in _paths(layers, old.path):
            layers.put(path, value, name)


def _paths(layers: Layers, path: tuple[str, ...]) -> list[tuple[str, ...]]:
    if path[:2] != ("cameras", ANY_KEY):
        return [path]
    cameras = layers.content.get("cameras")
    known = cameras if isinstance(cameras, dict) else {}
    # A camera that is no mapping is told of when the whole is looked at.
    return [("cameras", key, *path[2:]) for key, value in known.items() if isinstance(value, dict)]


def _value(root: type[BaseModel], old: OldName, name: str, text: str) -> object:
    if old.switch:
        word = text.strip().lower()
        if word not in _YES | _NO:
            raise ConfigError(f"{name}: expected true or false, given {text!r}")
        return word in _YES
    return text if takes_text(root, old.path) else parse_value(text, name)
