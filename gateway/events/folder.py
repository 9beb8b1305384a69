"""The folder of events: the database, and beside it the pictures and clips of each.

Names are made of ids only, which are made here, so no path leads out of it. Synchronous: for the
writer's thread, or another that may wait for a disk.
"""

import contextlib
import os
import time
from collections.abc import Container
from enum import StrEnum
from io import FileIO
from pathlib import Path

from gateway.events.event_id import is_event_id

DATABASE = "events.sqlite"
MEDIA = "media"
DRAFT = ".draft"


class Kind(StrEnum):
    """What there can be of an event, by the end of the file's name."""

    SNAPSHOT = ".jpg"
    THUMBNAIL = ".thumb.jpg"
    CLIP = ".mp4"


class EventFolder:
    """``path`` need not exist; nothing is made before :meth:`make`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.database = path / DATABASE
        self._media = path / MEDIA

    @property
    def exists(self) -> bool:
        return self.path.exists()

    def make(self) -> None:
        """Make the folders, readable by the owner only. Raises OSError."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._media.mkdir(mode=0o700, exist_ok=True)

    def file(self, event_id: str, kind: Kind) -> Path:
        """Return where a file of the event is, or would be. Raises ValueError for no id."""
        if not is_event_id(event_id):
            raise ValueError(f"{event_id!r} is no id of an event")
        return self._media / f"{event_id}{kind.value}"

    def has(self, event_id: str, kind: Kind) -> bool:
        """Whether there is such a file, a regular one."""
        path = self.file(event_id, kind)
        return path.is_file() and not path.is_symlink()

    def write(self, event_id: str, kind: Kind, data: bytes) -> None:
        """Write a file as a whole: whoever reads it finds the old one or the new one."""
        path = self.file(event_id, kind)
        draft = path.with_name(path.name + DRAFT)
        try:
            with self.create(draft) as file:
                file.write(data)
            draft.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                draft.unlink()
            raise

    @staticmethod
    def create(path: Path) -> FileIO:
        """Open a new file for its owner only, unbuffered; an old one gives way."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        return FileIO(os.open(path, flags, 0o600), "wb", closefd=True)

    def remove(self, event_id: str) -> None:
        """Remove all files of an event; those that are gone are no error."""
        for kind in Kind:
            self.file(event_id, kind).unlink(missing_ok=True)

    def size(self, event_id: str) -> int:
        """Return the bytes of all files of an event."""
        return sum(_size(self.file(event_id, kind)) for kind in Kind)

    def changed_ms(self, event_id: str, kind: Kind) -> float:
        """Return when a file was last written, in ms since 1970; 0 where there is none."""
        try:
            return self.file(event_id, kind).stat().st_mtime * 1000
        except OSError:
            return 0.0

    def database_size(self) -> int:
        """Return the bytes of the database with its log."""
        return sum(_size(path) for path in self._database_files())

    def remove_orphans(self, known: Container[str]) -> int:
        """Remove the media of events that are not ``known``; returns how many files."""
        removed = 0
        for path in self._media.iterdir():
            if path.name.partition(".")[0] not in known or path.name.endswith(DRAFT):
                path.unlink(missing_ok=True)
                removed += 1
        return removed

    def set_aside(self) -> Path:
        """Give database and media a new name, and keep them; returns the database's."""
        stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
        number = 0
        while True:
            end = f".corrupt-{stamp}" + (f"-{number}" if number else "")
            aside = self.path / (DATABASE + end)
            if not aside.exists():
                break
            number += 1
        for path in self._database_files():
            if path.exists():
                path.rename(path.with_name(path.name.replace(DATABASE, DATABASE + end)))
        if self._media.exists():
            self._media.rename(self.path / (MEDIA + end))
        self.make()
        return aside

    def _database_files(self) -> tuple[Path, ...]:
        return tuple(self.path / (DATABASE + end) for end in ("", "-wal", "-shm"))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
