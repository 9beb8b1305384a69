"""The vectors are the contract's examples: this suite, the web's and the firmware's read them."""

import dataclasses
import json
import typing
from pathlib import Path
from typing import Any

import pytest

from protocol import codec, messages
from protocol.errors import InvalidField, MalformedMessage, ProtocolError, UnknownType

VECTORS = Path(codec.__file__).parent / "vectors"
DIRECTIONS = {
    "browserToSignaling": messages.BrowserToSignaling,
    "signalingToBrowser": messages.SignalingToBrowser,
    "gatewayToSignaling": messages.GatewayToSignaling,
    "signalingToGateway": messages.SignalingToGateway,
    "deviceToSignaling": messages.DeviceToSignaling,
    "signalingToDevice": messages.SignalingToDevice,
    "browserToGateway": messages.BrowserToGateway,
    "gatewayToBrowser": messages.GatewayToBrowser,
    "driverToGateway": messages.DriverToGateway,
    "gatewayToDriver": messages.GatewayToDriver,
    "boardToGateway": messages.BoardToGateway,
    "gatewayToBoard": messages.GatewayToBoard,
    "relayedToGateway": messages.RelayedToGateway,
    "gatewayToRelayed": messages.GatewayToRelayed,
    "pictureViewerToGateway": messages.PictureViewerToGateway,
    "gatewayToPictureViewer": messages.GatewayToPictureViewer,
}
PROBLEMS = {cls.slug for cls in (MalformedMessage, UnknownType, InvalidField)}


def load(direction: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((VECTORS / f"{direction}.json").read_text("utf-8"))
    return content


def cases(kind: str) -> list[Any]:
    return [
        pytest.param(direction, vector, id=f"{direction} {vector['name']}")
        for direction in DIRECTIONS
        for vector in load(direction)[kind]
    ]


@pytest.mark.parametrize(("direction", "vector"), cases("accept"))
def test_accepts_and_writes_canonically(direction: str, vector: dict[str, Any]) -> None:
    message: object = codec.decode(vector["text"], DIRECTIONS[direction])
    written = codec.encode(message)
    assert json.loads(written) == vector["message"]
    assert codec.decode(written, DIRECTIONS[direction]) == message


@pytest.mark.parametrize(("direction", "vector"), cases("refuse"))
def test_refuses_and_names_the_problem(direction: str, vector: dict[str, Any]) -> None:
    with pytest.raises(ProtocolError) as caught:
        codec.decode(vector["text"], DIRECTIONS[direction])
    assert caught.value.slug == vector["problem"]


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_files_have_the_agreed_form(direction: str) -> None:
    content = load(direction)
    assert set(content) == {"direction", "accept", "refuse"}
    assert content["direction"] == direction
    assert all(set(vector) == {"name", "text", "message"} for vector in content["accept"])
    assert all(set(vector) == {"name", "text", "problem"} for vector in content["refuse"])
    assert {vector["problem"] for vector in content["refuse"]} == PROBLEMS
    names = [vector["name"] for vector in content["accept"] + content["refuse"]]
    assert len(names) == len(set(names))


def test_there_is_one_file_for_each_direction() -> None:
    assert {path.stem for path in VECTORS.glob("*.json")} == set(DIRECTIONS)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_every_message_and_field_appears(direction: str) -> None:
    seen: dict[tuple[str, str | None], list[dict[str, Any]]] = {}
    choices = codec.choices(DIRECTIONS[direction])
    with_role = {cls.TYPE for cls in choices if hasattr(cls, "ROLE")}
    for vector in load(direction)["accept"]:
        message = vector["message"]
        role = message["role"] if message["type"] in with_role else None
        seen.setdefault((message["type"], role), []).append(message)
    assert set(seen) == {(cls.TYPE, getattr(cls, "ROLE", None)) for cls in choices}
    for cls in choices:
        assert_every_field_appears(cls, seen[cls.TYPE, getattr(cls, "ROLE", None)])


def assert_every_field_appears(cls: Any, wires: list[dict[str, Any]]) -> None:
    """Also in the objects inside, which a file may show in any of its messages of ``cls``."""
    assert {key for wire in wires for key in wire} == codec.wire_keys(cls), cls.__name__
    for name, hint in typing.get_type_hints(cls).items():
        inner = [each for each in (hint, *typing.get_args(hint)) if dataclasses.is_dataclass(each)]
        values = [wire[key] for wire in wires if (key := codec.wire_name(name)) in wire]
        lists = [value if isinstance(value, list) else [value] for value in values]
        for part in inner:
            assert_every_field_appears(part, [each for items in lists for each in items])


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_numbers_survive_every_language(direction: str) -> None:
    """JavaScript cannot tell 1.0 from 1 and has no exact integers beyond 2^53."""

    def numbers(value: object) -> list[int | float]:
        if isinstance(value, dict):
            return [number for each in value.values() for number in numbers(each)]
        if isinstance(value, list):
            return [number for each in value for number in numbers(each)]
        return [value] if isinstance(value, int | float) else []

    for vector in load(direction)["accept"]:
        for number in numbers(vector["message"]):
            assert abs(number) <= 2**53
            assert isinstance(number, int) or not number.is_integer()
