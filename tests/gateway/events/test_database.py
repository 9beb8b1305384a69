"""The table of events: a real SQLite file."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest

from gateway.events import reader as reader_module
from gateway.events.database import (
    SCHEMA_VERSION,
    EventDatabase,
    EventQuery,
    connect_to_read,
    find,
    select,
)
from gateway.events.errors import CorruptDatabase, NewerDatabase, StoreUnavailable
from gateway.events.folder import EventFolder, Kind
from gateway.events.reader import MAX_WAITING, EventReader
from tests.support.events import event


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.sqlite"


@pytest.fixture
def database(path: Path) -> "EventDatabase":
    return EventDatabase(path)


def test_an_event_comes_back_as_it_was_saved(database: EventDatabase, path: Path) -> None:
    info = event(1_000.5, what="person", confidence=0.75, zones=("door",))
    database.save(info, 1_500.0)
    database.close()
    connection = connect_to_read(path)
    assert find(connection, info.id) == info
    with pytest.raises(sqlite3.OperationalError):
        connection.execute("DELETE FROM events")
    connection.close()


def test_a_query_narrows_by_each_of_its_conditions(database: EventDatabase, path: Path) -> None:
    events = [
        event(1_000, "front", what="person", level="HIGH"),
        event(2_000, "front", what="light"),
        event(3_000, "yard", what="person"),
    ]
    for info in events:
        database.save(info, info.start_ms)
    connection = connect_to_read(path)

    def starts(**conditions: object) -> list[float]:
        found = select(connection, EventQuery(**conditions))  # type: ignore[arg-type]
        return [info.start_ms for info in found]

    assert starts() == [3_000, 2_000, 1_000]
    assert starts(cameras=("front",)) == [2_000, 1_000]
    assert starts(cameras=("front", "yard"), whats=("person",)) == [3_000, 1_000]
    assert starts(levels=("HIGH",)) == [1_000]
    assert starts(since_ms=2_000.0) == [3_000, 2_000]
    assert starts(until_ms=2_000.0) == [1_000]
    assert starts(before=events[2].id, limit=1) == [2_000]
    assert starts(cameras=("'; DROP TABLE events; --",)) == []
    connection.close()
    database.close()


def test_pages_hold_each_event_once_while_others_are_written(
    database: EventDatabase, path: Path
) -> None:
    old = [event(1_000.0 + number) for number in range(60)]
    for info in old:
        database.save(info, info.start_ms)
    stop = threading.Event()
    began = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            info = event(9_000.0 + number)
            database.save(info, info.start_ms)
            database.delete(old[0].id)
            number += 1
            began.set()

    writer = threading.Thread(target=write)
    writer.start()
    connection = connect_to_read(path)
    try:
        assert began.wait(10)
        seen: list[str] = []
        query = EventQuery(until_ms=2_000.0, limit=7)
        while page := select(connection, query):
            seen += [info.id for info in page]
            query = EventQuery(until_ms=2_000.0, limit=7, before=page[-1].id)
    finally:
        stop.set()
        writer.join(10)
        connection.close()
        database.close()
    assert seen == [info.id for info in reversed(old[1:])]


def test_what_somebody_said_of_the_pictures_outlasts_the_detector(database: EventDatabase) -> None:
    info = event(1_000, what="object")
    database.save(info, 1_000)
    database.amend(info.id, "person", 0.9, "a man with a parcel")
    database.save(info, 2_000)
    kept = database.info(info.id)
    assert kept is not None
    assert (kept.what, kept.confidence, kept.description) == ("person", 0.9, "a man with a parcel")
    database.close()


def test_a_newer_database_is_left_alone(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version={SCHEMA_VERSION + 6}")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(NewerDatabase, match=f"version {SCHEMA_VERSION + 6}"):
        EventDatabase(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("damage", ["overwritten", "no database"])
def test_a_corrupt_database_is_recognised(path: Path, damage: str) -> None:
    database = EventDatabase(path)
    for number in range(200):
        database.save(event(1_000.0 + number), 0.0)
    database.close()
    data = bytearray(path.read_bytes())
    if damage == "overwritten":
        data[4_096:] = os.urandom(len(data) - 4_096)
    else:
        data[:] = b"hello" * 1_000
    path.write_bytes(data)
    with pytest.raises(CorruptDatabase):
        EventDatabase(path)


async def test_a_file_that_has_no_table_yet_holds_no_events(tmp_path: Path) -> None:
    folder = EventFolder(tmp_path / "events")
    folder.make()
    folder.database.touch()
    reader = EventReader(folder, lambda: 0)
    try:
        assert await reader.select(EventQuery()) == []
        database = EventDatabase(folder.database)
        database.save(event(1_000), 1_000)
        assert len(await reader.select(EventQuery())) == 1
        database.close()
    finally:
        assert await reader.close(10)


async def test_who_reads_from_a_disk_that_hangs_is_told_and_so_is_everybody_who_comes_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader_module, "READ_TIMEOUT_S", 0.2)
    folder = EventFolder(tmp_path / "events")
    folder.make()
    snapshot = folder.file("01a221a3aa15d55eef7fb8eb", Kind.SNAPSHOT)
    # Opening one waits until somebody writes to it.
    os.mkfifo(snapshot)
    reader = EventReader(folder, lambda: 0)
    asked = [
        asyncio.create_task(reader.bytes("01a221a3aa15d55eef7fb8eb", Kind.SNAPSHOT))
        for _ in range(2 * MAX_WAITING)
    ]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    words = Counter(str(answer) for answer in answers)
    assert all(isinstance(answer, StoreUnavailable) for answer in answers), answers
    assert words["events cannot be read: the disk did not answer in 0.2 s"] <= MAX_WAITING + 1
    assert words["events cannot be read: too much waits for the disk"] >= MAX_WAITING - 1
    assert not await reader.close(0.2)
    snapshot.write_bytes(b"it answers after all")
    assert await reader.close(10)


WRITER = """
import sys
from pathlib import Path
from gateway.events.database import EventDatabase
from tests.support.events import event
database = EventDatabase(Path(sys.argv[1]))
for number in range(100_000):
    info = event(1_000.0 + number)
    database.save(info, info.start_ms)
    print(info.id, flush=True)
"""


def test_what_was_confirmed_survives_a_kill(path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    confirmed = [process.stdout.readline().strip() for _ in range(50)]
    os.kill(process.pid, signal.SIGKILL)
    confirmed += [line.strip() for line in process.stdout if line.endswith("\n")]
    process.wait(10)
    process.stdout.close()
    database = EventDatabase(path)
    assert set(confirmed) <= database.ids()
    database.close()
