"""What a settings model says about the value at a path."""

import types
import typing
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

ANY_KEY = "*"
"""Stands for the keys that the user makes up, such as camera ids."""


def hint_at(root: type[BaseModel], path: Sequence[str | int]) -> Any:
    """Return the type that ``path`` expects below ``root``; None when there is no such key."""
    hint: Any = root
    for part in path:
        for choice in _choices(hint):
            below = _below(choice, part)
            if below is not None:
                hint = below
                break
        else:
            return None
    return hint


def model_at(root: type[BaseModel], path: Sequence[str | int]) -> type[BaseModel] | None:
    """Return the settings model at ``path``, if there is one."""
    for choice in _choices(hint_at(root, path)):
        if isinstance(choice, type) and issubclass(choice, BaseModel):
            return choice
    return None


def takes_text(root: type[BaseModel], path: Sequence[str | int]) -> bool:
    """Say whether any text does at ``path``, so that ``1234`` is text there and no number."""
    choices = _choices(hint_at(root, path))
    return any(choice in (str, Path) for choice in choices)


def known_paths(root: type[BaseModel]) -> set[tuple[str, ...]]:
    """Return the path of every key below ``root``; ``*`` stands for keys of the user's choice."""
    return set(_paths(root, ()))


def _paths(hint: Any, path: tuple[str, ...]) -> typing.Iterator[tuple[str, ...]]:
    for choice in _choices(hint):
        if isinstance(choice, type) and issubclass(choice, BaseModel):
            for name, field in choice.model_fields.items():
                yield (*path, name)
                yield from _paths(field.annotation, (*path, name))
        elif typing.get_origin(choice) is dict:
            yield from _paths(typing.get_args(choice)[1], (*path, ANY_KEY))
        elif typing.get_origin(choice) is tuple:
            yield from _paths(typing.get_args(choice)[0], path)


def _choices(hint: Any) -> list[Any]:
    """Take ``Annotated`` and unions apart."""
    origin = typing.get_origin(hint)
    if origin is typing.Annotated:
        return _choices(typing.get_args(hint)[0])
    if origin in (typing.Union, types.UnionType):
        return [choice for arg in typing.get_args(hint) for choice in _choices(arg)]
    return [hint]


def _below(hint: Any, part: str | int) -> Any:
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        field = hint.model_fields.get(part) if isinstance(part, str) else None
        return field.annotation if field else None
    if typing.get_origin(hint) is dict and isinstance(part, str):
        return typing.get_args(hint)[1]
    if typing.get_origin(hint) is tuple and isinstance(part, int):
        return typing.get_args(hint)[0]
    return None
