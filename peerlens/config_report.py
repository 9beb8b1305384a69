"""Turning what pydantic found into lines for a person.

``peerlens.yaml:7: cameras.front.sorce: unknown key; did you mean "source"?``
"""

import difflib
import json
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from peerlens.config_model import hint_at, model_at
from peerlens.config_overrides import ENVIRONMENT_PREFIX, Layers
from peerlens.config_yaml import KeyPath, dotted
from peerlens.logs import redact, redact_addresses

SECRET_KEYS = frozenset({"api_key", "token", "password", "bearer", "credential", "secret"})
_LONGEST_SHOWN = 60
_EXPECTED = {
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "string_type": "text (numbers and true, false in quotes)",
    "path_type": "a path",
    "string_pattern_mismatch": "1-64 of A-Z a-z 0-9 . _ -, first a letter or digit",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "keys with values below it",
    "model_type": "keys with values below it",
    "model_attributes_type": "keys with values below it",
}
_BOUNDS = {
    "greater_than_equal": ("ge", "at least"),
    "greater_than": ("gt", "more than"),
    "less_than_equal": ("le", "at most"),
    "less_than": ("lt", "less than"),
}


def lines_of(
    error: ValidationError, layers: Layers, root: type[BaseModel], others: Iterable[type[BaseModel]]
) -> tuple[str, ...]:
    """Return one line per problem: where, which key, what was expected, what was given.

    ``others`` are the configurations of the other commands, to say where a key belongs.
    """
    found = error.errors(include_url=False)
    meant = {_meant(details, root) for details in found if details["type"] == "extra_forbidden"}
    # `sorce` explains why `source` is missing: one line is enough.
    found = [each for each in found if each["type"] != "missing" or each["loc"] not in meant]
    found.sort(key=lambda details: layers.line(_path(details)))
    return tuple(dict.fromkeys(_line(details, layers, root, others) for details in found))


def _path(details: ErrorDetails) -> KeyPath:
    path: KeyPath = details["loc"]
    return path[:-1] if path and path[-1] == "[key]" else path


def _meant(details: ErrorDetails, root: type[BaseModel]) -> KeyPath | None:
    path = _path(details)
    near = _nearest(path, root)
    return (*path[:-1], near) if near else None


def _nearest(path: KeyPath, root: type[BaseModel]) -> str | None:
    parent = model_at(root, path[:-1])
    known = list(parent.model_fields) if parent else []
    near = difflib.get_close_matches(str(path[-1]).lower(), known, n=1, cutoff=0.5)
    return near[0] if near else None


def _line(
    details: ErrorDetails,
    layers: Layers,
    root: type[BaseModel],
    others: Iterable[type[BaseModel]],
) -> str:
    path = _path(details)
    where = layers.where(path)
    # Some checks look at several keys and name them themselves.
    subject = f"{dotted(path)}: " if path else ""
    reason = _reason(details, path, where, root, others)
    if where.startswith("--set ") and where == f"--set {dotted(path)}":
        subject = ""
    return f"{where}: {subject}{reason}"


def _reason(
    details: ErrorDetails,
    path: KeyPath,
    where: str,
    root: type[BaseModel],
    others: Iterable[type[BaseModel]],
) -> str:
    kind = details["type"]
    context = details.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_key(path, where, root, others)
    if kind == "missing":
        return "missing; it has no default"
    if kind in ("value_error", "assertion_error"):
        return redact_addresses(str(context.get("error", details["msg"])))
    if kind == "too_long":
        return (
            f"expected {context['max_length']} at most, given {context['actual_length'] or 'more'}"
        )
    if kind == "literal_error":
        expected = str(context["expected"]).replace("'", "")
    elif kind in _BOUNDS:
        key, words = _BOUNDS[kind]
        expected = f"{words} {context[key]:g}"
    else:
        expected = _EXPECTED.get(kind) or _lower_first(details["msg"])
    return f"expected {expected}, given {_shown(path, details['input'])}"


def _lower_first(message: str) -> str:
    message = message.removeprefix("Input should ").removeprefix("be ")
    return message[:1].lower() + message[1:]


def _unknown_key(
    path: KeyPath, where: str, root: type[BaseModel], others: Iterable[type[BaseModel]]
) -> str:
    if any(hint_at(other, path) is not None for other in others):
        return "unknown key here; it belongs to the configuration of another command"
    parent = model_at(root, path[:-1])
    known = list(parent.model_fields) if parent else []
    given = str(path[-1])
    if where.startswith(ENVIRONMENT_PREFIX) and len(path) == 1:
        # PEERLENS_HTTP_PORT: one underscore too few
        for name in known:
            if given.startswith(f"{name}_"):
                meant = f"{ENVIRONMENT_PREFIX}{name}__{given[len(name) + 1 :]}".upper()
                return f"unknown key; did you mean {meant}?"
    near = _nearest(path, root)
    if near:
        return f'unknown key; did you mean "{near}"?'
    return "unknown key; known here: " + ", ".join(known)


def _shown(path: KeyPath, value: Any) -> str:
    if any(part in SECRET_KEYS for part in path):
        return "a value that is not shown here"
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "keys" if value else "{}"
    if isinstance(value, list | tuple):
        return "a list"
    text = redact(json.dumps(value, ensure_ascii=False))
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"
