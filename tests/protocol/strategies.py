"""Hypothesis strategies for every message, derived from its type hints."""

import dataclasses
import types
import typing
from typing import Any

from hypothesis import strategies as st

from protocol.fields import Length, Pattern, Range

_TEXT = st.characters(codec="utf-8")


def messages(cls: Any) -> st.SearchStrategy[Any]:
    """Return instances of the dataclass ``cls`` that the contract allows."""
    hints = typing.get_type_hints(cls, include_extras=True)
    fields = {field.name: _values(hints[field.name]) for field in dataclasses.fields(cls)}
    return st.builds(cls, **fields)


def _values(hint: Any, *constraints: object) -> st.SearchStrategy[Any]:
    origin = typing.get_origin(hint)
    if origin is typing.Annotated:
        base, *inner = typing.get_args(hint)
        return _values(base, *inner, *constraints)
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*(_values(arg) for arg in typing.get_args(hint)))
    if origin is typing.Literal:
        return st.sampled_from(typing.get_args(hint))
    if origin is tuple:
        length = _one(constraints, Length) or Length(0, 8)
        # Long lists are in the vectors; here they would only be slow.
        most = min(length.at_most, length.at_least + 3)
        items = _values(typing.get_args(hint)[0])
        return st.lists(items, min_size=length.at_least, max_size=most).map(tuple)
    if dataclasses.is_dataclass(hint):
        return messages(hint)
    return _scalars(hint, constraints)


def _scalars(hint: Any, constraints: tuple[object, ...]) -> st.SearchStrategy[Any]:
    if hint is type(None):
        return st.none()
    if hint is bool:
        return st.booleans()
    if hint is int:
        bounds = _one(constraints, Range) or Range(-(2**53), 2**53)
        return st.integers(int(bounds.at_least), int(bounds.at_most))
    if hint is float:
        bounds = _one(constraints, Range) or Range(-1e300, 1e300)
        return st.floats(bounds.at_least, bounds.at_most)
    assert hint is str, hint
    pattern = _one(constraints, Pattern)
    if pattern:
        return st.from_regex(pattern.expression, fullmatch=True)
    length = _one(constraints, Length) or Length(0, 100)
    return st.text(_TEXT, min_size=length.at_least, max_size=min(length.at_most, 100))


def _one(constraints: tuple[object, ...], kind: type[Any]) -> Any:
    return next((each for each in constraints if isinstance(each, kind)), None)
