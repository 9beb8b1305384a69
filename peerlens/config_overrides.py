"""What the environment and ``--set`` lay over the file, and where each value came from."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from peerlens.config_model import takes_text
from peerlens.config_yaml import KeyPath, YamlDocument, dotted, parse_value
from peerlens.errors import ConfigError

ENVIRONMENT_PREFIX = "PEERLENS_"
_SEGMENT = re.compile(r'"([^"]+)"|([^."]+)')


@dataclass
class Layers:
    """The settings of all origins, laid over each other.

    ``origins`` names, for a path set by an override, the variable or flag that set it.
    """

    content: dict[str, Any] = field(default_factory=dict)
    lines: dict[KeyPath, int] = field(default_factory=dict)
    origins: dict[KeyPath, str] = field(default_factory=dict)
    file: Path | None = None

    @classmethod
    def from_file(cls, file: Path | None, document: YamlDocument) -> "Layers":
        return cls(content=document.content, lines=document.lines, file=file)

    def where(self, path: KeyPath) -> str:
        """Return the file with its line, the variable or the flag that ``path`` came from."""
        if path and path not in self.origins and path not in self.lines:
            for below in self.origins:
                if below[: len(path)] == path:
                    return self.origins[below]
        for length in range(len(path), -1, -1):
            if path[:length] in self.origins:
                return self.origins[path[:length]]
            if path[:length] in self.lines and self.file is not None:
                # The line of the whole document says nothing.
                return f"{self.file}:{self.lines[path[:length]]}" if length else str(self.file)
        return str(self.file) if self.file is not None else "configuration"

    def line(self, path: KeyPath) -> int:
        """Return the line of ``path`` or of the nearest key above it; 0 where none is known."""
        above = (path[:length] for length in range(len(path), -1, -1))
        return next((self.lines[each] for each in above if each in self.lines), 0)

    def put(self, path: tuple[str, ...], value: object, origin: str) -> None:
        """Set ``path`` to ``value``, making the mappings on the way. Raises ConfigError."""
        target = self.content
        for depth, key in enumerate(path[:-1]):
            below = target.get(key)
            if below is None:
                below = target[key] = {}
            if not isinstance(below, dict):
                above = dotted(path[: depth + 1])
                raise ConfigError(f"{origin}: {above} has no keys below it; set it as a whole")
            target = below
        target[path[-1]] = value
        for known in (self.origins, self.lines):
            for stale in [old for old in known if old[: len(path)] == path]:
                del known[stale]
        self.origins[path] = origin


def apply_environment(layers: Layers, root: type[BaseModel], environ: Mapping[str, str]) -> None:
    """Lay every ``PEERLENS_KEY__PATH`` variable over ``layers``; empty ones count as unset."""
    for name in sorted(environ):
        if not name.upper().startswith(ENVIRONMENT_PREFIX) or environ[name] == "":
            continue
        segments = name[len(ENVIRONMENT_PREFIX) :].split("__")
        if not all(segments):
            raise ConfigError(f"{name}: expected {ENVIRONMENT_PREFIX}KEY__PATH")
        path = _spelled_as_in(layers.content, segments)
        layers.put(path, _parsed(root, path, environ[name], name), name)


def _spelled_as_in(content: object, segments: list[str]) -> tuple[str, ...]:
    """Give each segment the spelling of the key it means, lower case where there is none.

    Variables cannot spell ``-`` and ``.``: an underscore stands for them too.
    """
    path: list[str] = []
    for segment in segments:
        known = content if isinstance(content, dict) else {}
        meant = [key for key in known if _folded(key) == _folded(segment)]
        key = meant[0] if meant else segment.lower()
        path.append(key)
        content = known.get(key)
    return tuple(path)


def _folded(key: str) -> str:
    return key.lower().replace("-", "_").replace(".", "_")


def apply_flags(layers: Layers, root: type[BaseModel], flags: Iterable[str]) -> None:
    """Lay every ``key.path=value`` over ``layers``; a later flag beats an earlier one."""
    for flag in flags:
        written, equals, text = flag.partition("=")
        path = _split(written)
        if not equals or not path:
            raise ConfigError(f"--set {written}: expected KEY.PATH=VALUE")
        origin = f"--set {written}"
        layers.put(path, _parsed(root, path, text, origin), origin)


def _split(written: str) -> tuple[str, ...]:
    """Split at the dots outside quotes; nothing where that is not possible."""
    path: list[str] = []
    position = 0
    while match := _SEGMENT.match(written, position):
        path.append(match[1] or match[2])
        position = match.end()
        if position == len(written):
            return tuple(path)
        if written[position] != ".":
            break
        position += 1
    return ()


def _parsed(root: type[BaseModel], path: tuple[str, ...], text: str, origin: str) -> Any:
    # A token of digits only must stay text.
    return text if takes_text(root, path) else parse_value(text, origin)
