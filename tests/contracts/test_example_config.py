"""The example file names every setting there is, and every default as it is."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from peerlens.config import ROOTS, GatewayConfig, SignalingConfig, UpConfig, load
from peerlens.config_model import ANY_KEY, known_paths, model_at

EXAMPLE = Path(__file__).parents[2] / "deploy" / "peerlens.example.yaml"
COMMENTED_OUT = re.compile(r"^( *)# ((signaling:|outputs:| +(- )?[a-z_]+: ).*)$", re.MULTILINE)
NOT_DEFAULTS = {
    ("cameras", "front", "source"),
    ("cameras", "front", "name"),
    ("cameras", "front", "motion", "zones", "name"),
    ("cameras", "front", "motion", "zones", "points"),
    ("cars", "car1", "camera"),
    ("mqtt", "host"),
    ("cars", "car1", "board"),
    ("cameras", "front", "outputs", "whip"),
    ("webrtc", "ice_servers", "urls"),
    ("webrtc", "turn", "urls"),
    ("webrtc", "turn", "secret"),
    ("signaling", "url"),
}
"""What only its user can know."""


def everything() -> dict[str, Any]:
    """Return the example with what is commented out switched on."""
    content = yaml.safe_load(COMMENTED_OUT.sub(r"\1\2", EXAMPLE.read_text("utf-8")))
    assert isinstance(content, dict)
    return content


def leaves(value: object, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], object]:
    """Return every value of the example by its path; lists do not show in paths."""
    if isinstance(value, dict) and value:
        inner = [leaves(below, (*path, key)) for key, below in value.items()]
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        inner = [leaves(item, path) for item in value]
    else:
        return {path: value}
    return {key: leaf for each in inner for key, leaf in each.items()}


def generic(path: tuple[str, ...]) -> tuple[str, ...]:
    made_up = len(path) > 1 and path[0] in ("cameras", "cars")
    return (path[0], ANY_KEY, *path[2:]) if made_up else path


def test_every_key_of_every_command_is_there() -> None:
    known = set().union(*(known_paths(root) for root in ROOTS))
    shown = {generic(path)[:n] for path in leaves(everything()) for n in range(1, len(path) + 1)}
    shown -= {("cameras", ANY_KEY), ("cars", ANY_KEY)}
    assert shown == known


def default(path: tuple[str, ...]) -> object:
    """Return the default of ``path``, from the model that has it."""
    root = next(root for root in ROOTS if path[0] in root.model_fields)
    above: tuple[str | int, ...] = path[:-1]
    if above[-1] in ("ice_servers", "outputs"):
        above = (*above, 0)
    model = model_at(root, above)
    assert model is not None
    value = model.model_fields[path[-1]].get_default(call_default_factory=True)
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, Path) else value


@pytest.mark.parametrize("path", sorted(set(leaves(everything())) - NOT_DEFAULTS), ids=".".join)
def test_what_it_shows_is_the_default(path: tuple[str, ...]) -> None:
    assert leaves(everything())[path] == default(path)


def test_it_loads_for_up() -> None:
    config = load(UpConfig, EXAMPLE)
    assert config.cameras["front"].source == "http://192.168.0.20:8080/stream"
    assert config.auth.state_dir == EXAMPLE.parent / ".peerlens"


def test_its_parts_load_for_signaling_and_for_the_gateway(tmp_path: Path) -> None:
    content = everything()
    content["auth"]["mode"] = "token"
    gateway = tmp_path / "gateway.yaml"
    keys = ("http", "auth", "cameras", "webrtc", "signaling")
    gateway.write_text(yaml.safe_dump({key: content[key] for key in keys}), "utf-8")
    assert load(GatewayConfig, gateway).signaling.gateway_id == "home"

    signaling = tmp_path / "signaling.yaml"
    content["webrtc"] = {key: content["webrtc"][key] for key in ("ice_servers", "turn")}
    keys = ("http", "auth", "cars", "webrtc", "limits")
    signaling.write_text(yaml.safe_dump({key: content[key] for key in keys}), "utf-8")
    assert load(SignalingConfig, signaling).limits.connections == 5_000
