"""YAML for configuration: a small, predictable part of it, with the line of every key.

Only ``true`` and ``false`` are booleans, keys are always text, a key may not repeat, and
there are no dates and no tags for other types.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from peerlens.errors import ConfigError

KeyPath = tuple[str | int, ...]

_BOOLEANS = {"true": True, "false": False}
_NULLS = frozenset({"", "~", "null"})
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_NUMBER = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)([eE][-+]?[0-9]+)?")
_LONGEST_NUMBER = 40
_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}"
    for name in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp", "value", "merge")
)
"""What plain YAML gets by itself; the text decides what it becomes here."""


@dataclass
class YamlDocument:
    """The content of a file; ``lines`` has the line, from 1, of every key and item."""

    content: dict[str, Any] = field(default_factory=dict)
    lines: dict[KeyPath, int] = field(default_factory=dict)


def read_file(path: Path) -> YamlDocument:
    """Read a mapping from ``path``; an empty file is an empty mapping.

    Raises :class:`ConfigError`.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: no such file") from error
    except IsADirectoryError as error:
        raise ConfigError(f"{path}: expected a file, given a folder") from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not YAML: expected UTF-8 text") from error
    return _read_text(text, str(path))


def _read_text(text: str, name: str) -> YamlDocument:
    document = YamlDocument()
    root = _compose(text, name)
    if root is None:
        return document
    if not isinstance(root, yaml.MappingNode):
        kind = "a list" if isinstance(root, yaml.SequenceNode) else "a single value"
        raise ConfigError(f"{name}:{_line(root)}: expected keys at the top level, given {kind}")
    content = _Reader(name, document.lines).value(root, ())
    document.content = content
    return document


def parse_value(text: str, name: str) -> Any:
    """Parse what stands behind ``=`` in an override. Raises :class:`ConfigError`."""
    root = _compose(text, name)
    return None if root is None else _Reader(name, {}).value(root, ())


def _compose(text: str, name: str) -> yaml.Node | None:
    try:
        root: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{name}:{mark.line + 1}" if mark else name
        raise ConfigError(f"{where}: not YAML: {error.problem or error.context}") from error
    except yaml.YAMLError as error:
        reason = str(error).splitlines()[0]
        raise ConfigError(f"{name}: not YAML: {reason}") from error
    except RecursionError as error:
        raise ConfigError(f"{name}: not YAML that can be used: nested too deeply") from error
    return root


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


class _Reader:
    """Turns nodes into values; ``lines`` fills up on the way."""

    def __init__(self, name: str, lines: dict[KeyPath, int]) -> None:
        self._name = name
        self._lines = lines
        self._open: set[int] = set()

    def value(self, node: yaml.Node, path: KeyPath) -> Any:
        self._lines.setdefault(path, _line(node))
        if node.tag not in _TAGS:
            raise self._error(node, f"the tag {node.tag} is not supported")
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        if id(node) in self._open:
            raise self._error(node, "an alias that contains itself")
        self._open.add(id(node))
        try:
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node, path)
            assert isinstance(node, yaml.SequenceNode)
            return [self.value(item, (*path, i)) for i, item in enumerate(node.value)]
        finally:
            self._open.discard(id(node))

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise self._error(key_node, "expected text as key")
            key = str(key_node.value)
            where = (*path, key)
            if key in values:
                what = f"duplicate {'camera' if path == ('cameras',) else 'key'} {key}"
                raise self._error(
                    key_node, f"{dotted(where)}: {what}, first on line {self._lines[where]}"
                )
            self._lines[where] = _line(key_node)
            values[key] = self.value(value_node, where)
        return values

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        text = str(node.value)
        if node.style is not None:
            return text
        if text.lower() in _NULLS:
            return None
        if text.lower() in _BOOLEANS:
            return _BOOLEANS[text.lower()]
        if len(text) <= _LONGEST_NUMBER:
            if _INTEGER.fullmatch(text):
                return int(text)
            if _NUMBER.fullmatch(text):
                return float(text)
        return text

    def _error(self, node: yaml.Node, reason: str) -> ConfigError:
        return ConfigError(f"{self._name}:{_line(node)}: {reason}")


def dotted(path: KeyPath) -> str:
    """Return ``path`` as a person writes it: ``webrtc.ice_servers[0].urls``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            written = f'"{part}"' if "." in part else part
            text += f".{written}" if text else written
    return text
