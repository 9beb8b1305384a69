"""Reads what a size report needs of a 32-bit object file (ELF, little-endian)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from pathlib import Path

ALLOCATED = 2
WRITABLE = 1
NO_BITS = 8  # a section of zeros, which takes no flash
SYMBOL_TABLE = 2
OBJECT = 1  # a symbol that is data


@dataclass
class ObjectFile:
    """Sizes in bytes; `data` is the size of each named variable."""

    code: int = 0
    constants: int = 0
    initialized: int = 0
    zeroed: int = 0
    undefined: set[str] = field(default_factory=set)
    data: dict[str, int] = field(default_factory=dict)

    @property
    def flash(self) -> int:
        return self.code + self.constants + self.initialized

    @property
    def ram(self) -> int:
        return self.initialized + self.zeroed


def read_object(path: Path) -> ObjectFile:
    content = path.read_bytes()
    if content[:6] != b"\x7fELF\x01\x01":
        raise ValueError(f"{path} is no 32-bit little-endian ELF file")
    (table,) = struct.unpack_from("<I", content, 32)
    size, count = struct.unpack_from("<HH", content, 46)
    sections = [struct.unpack_from("<10I", content, table + i * size) for i in range(count)]
    result = ObjectFile()
    for _, kind, flags, _, offset, length, link, *_ in sections:
        if flags & ALLOCATED:
            _add_section(result, kind, flags, length)
        if kind == SYMBOL_TABLE:
            _add_symbols(result, content[offset : offset + length], content[sections[link][4] :])
    return result


def _add_section(result: ObjectFile, kind: int, flags: int, length: int) -> None:
    if kind == NO_BITS:
        result.zeroed += length
    elif flags & WRITABLE:
        result.initialized += length
    elif flags & 4:
        result.code += length
    else:
        result.constants += length


def _add_symbols(result: ObjectFile, table: bytes, names: bytes) -> None:
    for at in range(0, len(table), 16):
        name_at, _, size, info, _, section = struct.unpack_from("<IIIBBH", table, at)
        name = names[name_at : names.index(b"\0", name_at)].decode()
        if section == 0 and name:
            result.undefined.add(name)
        elif info & 15 == OBJECT:
            result.data[name] = size
