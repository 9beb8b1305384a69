"""The table of events, in SQLite.

Synchronous. One :class:`EventDatabase` writes, in one thread; any number of connections that
:func:`connect_to_read` gives may read meanwhile (WAL). What was committed outlives the process, and
the machine (``synchronous=FULL``).
"""

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from gateway.events.errors import CorruptDatabase, NewerDatabase
from gateway.events.event_id import first_id
from protocol.messages import EventInfo, MotionLevel, Region, What

SCHEMA_VERSION = 1
BUSY_TIMEOUT_S = 5.0
LOG_PAGES = 100
"""Of 4 KiB: so large the log beside the database becomes, which counts as part of it."""
_SCHEMA = """
CREATE TABLE events (
    id TEXT PRIMARY KEY,
    camera TEXT NOT NULL,
    start_ms REAL NOT NULL,
    last_ms REAL NOT NULL,
    end_ms REAL,
    level TEXT NOT NULL,
    percent REAL NOT NULL,
    regions TEXT NOT NULL,
    zones TEXT NOT NULL,
    what TEXT NOT NULL,
    confidence REAL,
    description TEXT,
    amended INTEGER NOT NULL DEFAULT 0,
    snapshot INTEGER NOT NULL DEFAULT 0,
    clip INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX events_of_camera ON events (camera, id);
"""
# What somebody who looked at the pictures said (amended) is not overwritten by the detector.
_SAVE = """
INSERT INTO events
    (id, camera, start_ms, last_ms, end_ms, level, percent, regions, zones, what, confidence)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET
    last_ms = excluded.last_ms, end_ms = excluded.end_ms,
    level = excluded.level, percent = excluded.percent,
    regions = excluded.regions, zones = excluded.zones,
    what = CASE amended WHEN 1 THEN what ELSE excluded.what END,
    confidence = CASE amended WHEN 1 THEN confidence ELSE excluded.confidence END
"""
_INFO = (
    "id, camera, start_ms, end_ms, level, percent, regions, zones, what, confidence, description,"
    " snapshot, clip"
)


@dataclass(frozen=True, slots=True)
class EventQuery:
    """Which events are wanted; empty means any. ``before`` is the id that the last page ended at.

    ``since_ms`` and ``until_ms`` bound the beginning, the first inclusive.
    """

    cameras: tuple[str, ...] = ()
    whats: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    since_ms: float | None = None
    until_ms: float | None = None
    before: str | None = None
    limit: int = 50


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Raise :class:`CorruptDatabase` for what SQLite says of a file that is none of its own."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (
            sqlite3.SQLITE_CORRUPT,
            sqlite3.SQLITE_NOTADB,
        ):
            raise CorruptDatabase(str(error)) from error
        raise


class EventDatabase:
    """The one connection that writes. Each call is one transaction, committed when it returns.

    Besides what is named, each may raise sqlite3.Error and :class:`CorruptDatabase`.
    """

    def __init__(self, path: Path) -> None:
        """Open, or make. Raises :class:`NewerDatabase`."""
        with translated():
            # Transactions are begun by hand; only the writer's thread comes here.
            self._connection = sqlite3.connect(
                path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
            )
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise

    def _prepare(self) -> None:
        query = self._connection.execute
        [version] = query("PRAGMA user_version").fetchone()
        if version > SCHEMA_VERSION:
            raise NewerDatabase(
                f"the database is of version {version}, made by a newer Peerlens: this one knows"
                f" versions up to {SCHEMA_VERSION} and leaves it alone"
            )
        [verdict] = query("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise CorruptDatabase(verdict)
        if version == 0:
            query("PRAGMA auto_vacuum=INCREMENTAL")
        [mode] = query("PRAGMA journal_mode=WAL").fetchone()
        if mode != "wal":
            raise sqlite3.OperationalError("this file system cannot hold a database in WAL mode")
        query("PRAGMA synchronous=FULL")
        query(f"PRAGMA wal_autocheckpoint={LOG_PAGES}")
        if version == 0:
            tables = f"BEGIN; {_SCHEMA} PRAGMA user_version={SCHEMA_VERSION}; COMMIT;"
            self._connection.executescript(tables)

    def close(self) -> None:
        """Close; a second time does nothing."""
        with contextlib.suppress(sqlite3.Error):
            self._connection.close()

    def save(self, info: EventInfo, last_ms: float) -> None:
        """Insert the event, or bring it up to date; not its ``snapshot``, ``clip``, description."""
        regions = json.dumps([[r.x, r.y, r.width, r.height] for r in info.regions])
        values = (
            *(info.id, info.camera, info.start_ms, last_ms, info.end_ms, info.level),
            *(info.percent, regions, json.dumps(info.zones), info.what, info.confidence),
        )
        self._write(_SAVE, values)

    def amend(self, event_id: str, what: str | None, confidence: float | None, text: str) -> None:
        """Set what somebody who looked at the pictures said."""
        self._write(
            "UPDATE events SET amended = 1, what = COALESCE(?, what),"
            " confidence = CASE WHEN ? IS NULL THEN confidence ELSE ? END, description = ?"
            " WHERE id = ?",
            (what, what, confidence, text, event_id),
        )

    def has_file(self, event_id: str, *, snapshot: bool = False, clip: bool = False) -> None:
        """Note that there is a snapshot or a clip."""
        self._write(
            "UPDATE events SET snapshot = snapshot OR ?, clip = clip OR ? WHERE id = ?",
            (snapshot, clip, event_id),
        )

    def weigh(self, event_id: str, size: int) -> None:
        """Note how many bytes its files have."""
        self._write("UPDATE events SET bytes = ? WHERE id = ?", (size, event_id))

    def delete(self, event_id: str) -> None:
        """Forget an event; one that is not there is no error."""
        self._write("DELETE FROM events WHERE id = ?", (event_id,))

    def shrink(self) -> None:
        """Give what deleted events leave back to the file system."""
        with translated():
            self._connection.execute("PRAGMA incremental_vacuum").fetchall()
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def running(self) -> list[str]:
        """Return the ids of events that nobody ended."""
        return [row[0] for row in self._read("SELECT id FROM events WHERE end_ms IS NULL")]

    def end(self, event_id: str, seen_ms: float) -> None:
        """End an event where it was last seen, be it at ``seen_ms``."""
        text = "UPDATE events SET end_ms = MAX(last_ms, ?) WHERE id = ? AND end_ms IS NULL"
        self._write(text, (seen_ms, event_id))

    def info(self, event_id: str) -> EventInfo | None:
        """Return an event as it is now."""
        with translated():
            return find(self._connection, event_id)

    def ids(self) -> set[str]:
        return {row[0] for row in self._read("SELECT id FROM events")}

    def total_bytes(self) -> int:
        """Return the bytes of all files of all events."""
        return int(self._read("SELECT COALESCE(SUM(bytes), 0) FROM events")[0][0])

    def ended_before(self, at_ms: float, limit: int) -> list[str]:
        """Return the ids of events that began before ``at_ms`` and have ended, oldest first."""
        text = "SELECT id FROM events WHERE id < ? AND end_ms IS NOT NULL ORDER BY id LIMIT ?"
        return [row[0] for row in self._read(text, (first_id(at_ms), limit))]

    def _write(self, text: str, values: Sequence[object] = ()) -> None:
        with translated():
            self._connection.execute(text, values)

    def _read(self, text: str, values: Sequence[object] = ()) -> list[Any]:
        with translated():
            return self._connection.execute(text, values).fetchall()


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Open a connection that cannot write. Raises sqlite3.Error."""
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro",
        uri=True,
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,
    )


def find(connection: sqlite3.Connection, event_id: str) -> EventInfo | None:
    """Return one event."""
    text = f"SELECT {_INFO} FROM events WHERE id = ?"
    row = connection.execute(text, (event_id,)).fetchone()
    return _info(row) if row is not None else None


def select(connection: sqlite3.Connection, query: EventQuery) -> list[EventInfo]:
    """Return the newest of the events that ``query`` asks for, newest first."""
    conditions, values = ["1"], list[object]()
    for column, wanted in (
        ("camera", query.cameras),
        ("what", query.whats),
        ("level", query.levels),
    ):
        if wanted:
            conditions.append(f"{column} IN ({', '.join('?' * len(wanted))})")
            values += wanted
    bounds: tuple[tuple[str, str | None], ...] = (
        ("id >= ?", first_id(query.since_ms) if query.since_ms is not None else None),
        ("id < ?", first_id(query.until_ms) if query.until_ms is not None else None),
        ("id < ?", query.before),
    )
    for condition, bound in bounds:
        if bound is not None:
            conditions.append(condition)
            values.append(bound)
    text = f"SELECT {_INFO} FROM events WHERE {' AND '.join(conditions)} ORDER BY id DESC LIMIT ?"
    return [_info(row) for row in connection.execute(text, (*values, query.limit))]


def _info(row: Sequence[Any]) -> EventInfo:
    (id_, camera, start, end, level, percent, regions, zones, what, sure, text, snapshot, clip) = (
        row
    )
    return EventInfo(
        id=id_,
        camera=camera,
        start_ms=start,
        level=cast(MotionLevel, level),
        percent=percent,
        what=cast(What, what),
        end_ms=end,
        confidence=sure,
        regions=tuple(Region(*region) for region in json.loads(regions)),
        zones=tuple(json.loads(zones)),
        snapshot=bool(snapshot),
        clip=bool(clip),
        description=text,
    )
