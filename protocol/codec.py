"""Strict JSON codec for the message dataclasses.

Nothing is guessed: unknown fields, duplicate keys, wrong types, ``NaN``, booleans
for numbers and strings that are not Unicode are refused with a message that names
the field and what was expected.
"""

import dataclasses
import functools
import json
import math
import re
import types
import typing
from typing import Any, TypeVar, Union, cast

from protocol.errors import InvalidField, MalformedMessage, UnknownType
from protocol.fields import Length, Pattern, Range

MAX_MESSAGE_BYTES = 65_536
"""Largest message either side may send, in bytes of UTF-8."""

M = TypeVar("M")


def encode(message: object) -> str:
    """Return ``message``, a dataclass of :mod:`protocol.messages`, as compact JSON.

    Fields that equal their default are left out, except ``v``.
    """
    return json.dumps(to_wire(message), separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def to_wire(message: object) -> dict[str, Any]:
    """Return ``message`` as the dictionary that its JSON stands for."""
    wire: dict[str, Any] = {}
    cls = type(message)
    for key in ("TYPE", "ROLE"):
        if hasattr(cls, key):
            wire[key.lower()] = getattr(cls, key)
    for field in dataclasses.fields(cast(Any, message)):
        value = getattr(message, field.name)
        if value == field.default and field.name != "v":
            continue
        wire[wire_name(field.name)] = _value_to_wire(value)
    return wire


def _value_to_wire(value: object) -> object:
    if dataclasses.is_dataclass(value):
        return to_wire(value)
    if isinstance(value, tuple):
        return [_value_to_wire(item) for item in value]
    return value


@functools.cache
def wire_name(name: str) -> str:
    """Return the camelCase name that ``name`` has on the wire."""
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)


def decode(text: str | bytes, direction: type[M] | object) -> M:
    """Parse one message of ``direction``, a union of :mod:`protocol.messages`.

    Raises :class:`MalformedMessage`, :class:`UnknownType` or :class:`InvalidField`.
    """
    return cast(M, from_wire(parse(text), direction))


def parse(text: str | bytes) -> dict[str, Any]:
    """Parse ``text`` to a JSON object, refusing what strict JSON does not allow."""
    size = len(text) if isinstance(text, bytes) else size_of(text)
    if size > MAX_MESSAGE_BYTES:
        raise MalformedMessage(f"message of {size} bytes: expected at most {MAX_MESSAGE_BYTES}")
    try:
        # json.loads would guess UTF-16 and UTF-32, drop a byte order mark and pass surrogates.
        text = text.decode("utf-8") if isinstance(text, bytes) else text
        wire = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_unique_keys)
    except (ValueError, RecursionError) as error:
        raise MalformedMessage(f"expected a JSON object: {error}") from error
    if not isinstance(wire, dict):
        raise MalformedMessage("expected a JSON object at the top level")
    return wire


def size_of(text: str) -> int:
    """Return the size of ``text`` in bytes of UTF-8."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = dict(pairs)
    if len(keys) != len(pairs):
        raise ValueError("an object repeats a key")
    return keys


def choices(direction: Any) -> tuple[Any, ...]:
    """Return the message classes of ``direction``, a union or a single message."""
    return typing.get_args(direction) or (direction,)


def wire_keys(cls: Any) -> set[str]:
    """Return every key that a message of ``cls`` may have on the wire."""
    keys = {wire_name(field.name) for field in dataclasses.fields(cls)}
    return keys | {key.lower() for key in ("TYPE", "ROLE") if hasattr(cls, key)}


def from_wire(wire: dict[str, Any], direction: object) -> object:
    """Turn a parsed JSON object into the message of ``direction`` that it names."""
    named = [cls for cls in choices(direction) if wire.get("type") == cls.TYPE]
    if not named:
        expected = ", ".join(sorted({cls.TYPE for cls in choices(direction)}))
        raise UnknownType(f"type {_shown(wire.get('type'))}: expected one of {expected}")
    with_role = [cls for cls in named if getattr(cls, "ROLE", None) is not None]
    if with_role:
        named = [cls for cls in with_role if wire.get("role") == cls.ROLE]
        if not named:
            expected = ", ".join(sorted(cls.ROLE for cls in with_role))
            raise UnknownType(f"role {_shown(wire.get('role'))}: expected one of {expected}")
    consumed = {"type", "role"} if with_role else {"type"}
    body = {key: value for key, value in wire.items() if key not in consumed}
    return _read_dataclass(named[0], body, "")


def _printable(text: str) -> str:
    """Shorten what a stranger sent to what a log and another message can carry."""
    text = text[:60]
    return text if text.isprintable() else ascii(text)[1:-1][:80]


def _shown(value: object) -> str:
    return (
        repr(value) if value is None or (isinstance(value, str) and len(value) <= 40) else "given"
    )


def _read_dataclass(cls: Any, wire: object, path: str) -> object:
    if not isinstance(wire, dict):
        raise InvalidField(path, "an object")
    values: dict[str, Any] = {}
    prefix = f"{path}." if path else ""
    unknown = set(wire) - {wire_name(field.name) for field in dataclasses.fields(cls)}
    if unknown:
        raise InvalidField(prefix + _printable(min(unknown)), "no such field")
    for field, hint in _fields(cls):
        key = wire_name(field.name)
        optional = field.default is not dataclasses.MISSING
        if key in wire and not (optional and wire[key] is None):
            values[field.name] = _read(hint, wire[key], prefix + key)
        elif not optional:
            raise InvalidField(prefix + key, "a value, but it is missing")
    return cls(**values)


@functools.cache
def _fields(cls: Any) -> list[tuple[dataclasses.Field[Any], Any]]:
    hints = typing.get_type_hints(cls, include_extras=True)
    return [(field, hints[field.name]) for field in dataclasses.fields(cls)]


def _read(hint: Any, value: object, path: str) -> object:
    origin = typing.get_origin(hint)
    if origin is typing.Annotated:
        base, *constraints = typing.get_args(hint)
        read = _read(base, value, path)
        for constraint in constraints:
            _check(constraint, read, path)
        return read
    if origin in (Union, types.UnionType):
        if value is None:
            return None
        (inner,) = (arg for arg in typing.get_args(hint) if arg is not type(None))
        return _read(inner, value, path)
    if origin is typing.Literal:
        if value not in typing.get_args(hint) or not isinstance(value, str):
            raise InvalidField(path, "one of " + ", ".join(typing.get_args(hint)))
        return value
    if origin is tuple:
        if not isinstance(value, list):
            raise InvalidField(path, "an array")
        item = typing.get_args(hint)[0]
        return tuple(_read(item, entry, f"{path}[{i}]") for i, entry in enumerate(value))
    if dataclasses.is_dataclass(hint):
        return _read_dataclass(hint, value, path)
    return _read_scalar(hint, value, path)


def _read_scalar(hint: Any, value: object, path: str) -> object:
    if hint is bool:
        if not isinstance(value, bool):
            raise InvalidField(path, "true or false")
        return value
    if hint is int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise InvalidField(path, "an integer")
        return value
    if hint is float:
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise InvalidField(path, "a number")
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise InvalidField(path, "a finite number")
        return number
    if not isinstance(value, str):
        raise InvalidField(path, "a string")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InvalidField(path, "Unicode text without lone surrogates") from error
    return value


def _check(constraint: object, value: Any, path: str) -> None:
    if isinstance(constraint, Length):
        if not constraint.at_least <= len(value) <= constraint.at_most:
            what = "items" if isinstance(value, tuple) else "characters"
            raise InvalidField(path, f"{constraint.at_least} to {constraint.at_most} {what}")
    elif isinstance(constraint, Range):
        if not constraint.at_least <= value <= constraint.at_most:
            raise InvalidField(path, f"{constraint.at_least:g} to {constraint.at_most:g}")
    elif isinstance(constraint, Pattern) and not re.fullmatch(constraint.expression, value):
        raise InvalidField(path, constraint.meaning)
