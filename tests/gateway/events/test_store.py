"""What is on the disk: limits, disks that fail, and what earlier runs left."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.events.clip_file import Lead
from gateway.events.errors import EventGoesOn, StoreUnavailable, UnknownEvent
from gateway.events.folder import EventFolder, Kind
from gateway.events.settings import EventsSettings
from gateway.events.store import EventStore, StoreOutputs
from protocol.messages import EventChanged, EventInfo
from tests.support.events import (
    DAY_MS,
    decoded,
    event,
    fill,
    make_read_only,
    small_disk,
    units,
)
from tests.support.pictures import jpeg

NOW_MS = 100 * DAY_MS
NO_LEAD = Lead((), 0.0, 30.0, 1_500)


class Told:
    """What the store told of."""

    def __init__(self) -> None:
        self.changes: list[EventChanged] = []
        self.problems: list[str | None] = []

    @property
    def deleted(self) -> list[str]:
        return [change.event.id for change in self.changes if change.deleted]

    @property
    def newest(self) -> EventInfo:
        return self.changes[-1].event


@pytest.fixture
def told() -> Told:
    return Told()


Opened = Callable[..., EventStore]


@pytest.fixture
def opened(told: Told) -> Iterator[Opened]:
    """Open stores as they start, and close them in the end."""
    stores = []

    def open_store(path: Path, **settings: object) -> EventStore:
        outputs = StoreOutputs(told.changes.append, told.problems.append)
        store = EventStore(
            EventFolder(path),
            EventsSettings(**settings),  # type: ignore[arg-type]
            outputs,
            clock=lambda: NOW_MS / 1000,
        )
        stores.append(store)
        store.open_if_there()
        return store

    yield open_store
    for store in stores:
        store.close()


def record(store: EventStore, info: EventInfo, seconds: int = 2) -> EventInfo:
    """Store an event with all its files."""
    running = EventInfo(**{**vars(info), "end_ms": None})
    store.save(running, running.start_ms)
    store.save_snapshot(info.id, jpeg(1))
    first, *others = units(30 * seconds)
    store.begin_clip(info.id, first, NO_LEAD)
    for unit in others:
        store.add_to_clip(info.id, unit)
    store.end_clip(info.id)
    store.save(info, info.start_ms)
    return info


def files(path: Path) -> list[str]:
    return sorted(file.name for file in (path / "media").iterdir())


def test_nothing_is_made_before_there_is_something_to_keep(tmp_path: Path, opened: Opened) -> None:
    path = tmp_path / "events"
    store = opened(path)
    store.keep_within_limits()
    assert not path.exists()
    record(store, event(NOW_MS))
    assert (path.stat().st_mode & 0o777, (path / "media").stat().st_mode & 0o777) == (0o700, 0o700)
    assert {file.stat().st_mode & 0o777 for file in (path / "media").iterdir()} == {0o600}


def test_an_event_is_told_of_as_its_parts_become_available(
    tmp_path: Path, opened: Opened, told: Told
) -> None:
    info = record(opened(tmp_path / "events"), event(NOW_MS))
    steps = [
        (change.event.snapshot, change.event.clip, change.event.end_ms is not None)
        for change in told.changes
    ]
    assert list(dict.fromkeys(steps)) == [
        (False, False, False),
        (True, False, False),
        (True, True, False),
        (True, True, True),
    ]
    assert files(tmp_path / "events") == [
        f"{info.id}{end}" for end in (".jpg", ".mp4", ".thumb.jpg")
    ]


def test_a_snapshot_that_is_no_picture_is_not_kept(
    tmp_path: Path, opened: Opened, told: Told
) -> None:
    store = opened(tmp_path / "events")
    store.save(event(NOW_MS), NOW_MS)
    store.save_snapshot(told.newest.id, b"\xff\xd8 no picture")
    assert files(tmp_path / "events") == []
    assert not told.newest.snapshot


def test_old_events_go_with_all_their_files(tmp_path: Path, opened: Opened, told: Told) -> None:
    store = opened(tmp_path / "events", max_age_days=10)
    old = record(store, event(NOW_MS - 11 * DAY_MS))
    young = record(store, event(NOW_MS - 9 * DAY_MS))
    store.keep_within_limits()
    assert told.deleted == [old.id]
    assert {name[:24] for name in files(tmp_path / "events")} == {young.id}


def test_the_oldest_go_when_all_is_too_large(tmp_path: Path, opened: Opened, told: Told) -> None:
    path = tmp_path / "events"
    store = opened(path, max_mb=1)
    made = [record(store, event(NOW_MS - number * 1_000), 20) for number in range(30, 0, -1)]
    store.keep_within_limits()
    assert 0 < len(told.deleted) < len(made)
    assert told.deleted == [info.id for info in made[: len(told.deleted)]]
    size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    assert size <= 1_000_000
    assert size > 700_000, "no more than needed"


def test_what_goes_on_is_neither_old_nor_deleted(tmp_path: Path, opened: Opened) -> None:
    store = opened(tmp_path / "events", max_age_days=1)
    info = event(NOW_MS - 2 * DAY_MS, end_ms=None)
    store.save(info, NOW_MS)
    store.keep_within_limits()
    with pytest.raises(EventGoesOn):
        store.delete(info.id)
    store.save(EventInfo(**{**vars(info), "end_ms": NOW_MS}), NOW_MS)
    store.delete(info.id)
    with pytest.raises(UnknownEvent):
        store.delete(info.id)


def test_the_next_start_puts_in_order_what_a_killed_process_left(
    tmp_path: Path, opened: Opened, told: Told
) -> None:
    path = tmp_path / "events"
    store = opened(path)
    running = event(NOW_MS, end_ms=None)
    store.save(running, NOW_MS + 4_000)
    first, *others = units(75)
    store.begin_clip(running.id, first, NO_LEAD)
    for unit in others:
        store.add_to_clip(running.id, unit)
    stranger, draft = path / "media" / f"{'0' * 24}.jpg", path / "media" / f"{running.id}.jpg.draft"
    for orphan in (stranger, draft):
        orphan.write_bytes(b"x")
    sqlite3.connect(path / "events.sqlite").close()
    # The first store is not closed: its process was killed.
    again = opened(path)
    assert files(path) == [f"{running.id}.mp4"]
    assert len(decoded(path / "media" / f"{running.id}.mp4")) == 60, "all but the last fragment"
    again.amend(running.id, None, None, "x")
    ended = told.newest
    assert ended.clip
    assert ended.end_ms is not None
    assert ended.end_ms >= NOW_MS + 4_000
    again.delete(running.id)


def test_a_full_disk_is_told_of_and_ends(tmp_path: Path, opened: Opened, told: Told) -> None:
    with small_disk(tmp_path / "disk", 1_500) as disk:
        store = opened(disk / "events")
        first = record(store, event(NOW_MS))
        filler = fill(disk)
        lost = record(store, event(NOW_MS + 1))
        assert store.problem is not None
        assert "space" in store.problem or "full" in store.problem
        assert told.problems[0] is not None
        assert lost.id in {change.event.id for change in told.changes}, "it is told of all the same"
        filler.unlink()
        kept = record(store, event(NOW_MS + 2))
        assert store.problem is None
        assert told.problems[-1] is None
        assert store.folder.has(first.id, Kind.CLIP)
        assert store.folder.has(kept.id, Kind.CLIP)
        store.close()


def test_a_read_only_disk_is_told_of_and_ends(
    tmp_path: Path, opened: Opened, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.events.store.RETRY_S", 0.0)
    with small_disk(tmp_path / "disk", 1_500) as disk:
        make_read_only(disk)
        store = opened(disk / "events")
        record(store, event(NOW_MS))
        assert store.problem is not None
        assert "read-only" in store.problem
        assert told.changes
        make_read_only(disk, False)
        record(store, event(NOW_MS + 1))
        assert store.problem is None
        store.close()


def test_a_newer_database_is_not_written(
    tmp_path: Path, opened: Opened, told: Told, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "events"
    path.mkdir()
    connection = sqlite3.connect(path / "events.sqlite")
    connection.execute("PRAGMA user_version=9")
    connection.close()
    before = (path / "events.sqlite").read_bytes()
    store = opened(path)
    assert store.newer
    assert store.problem is not None
    assert "newer Peerlens" in store.problem
    assert "Video goes on" in caplog.text
    info = record(store, event(NOW_MS))
    assert info.id in {change.event.id for change in told.changes}
    assert (path / "events.sqlite").read_bytes() == before
    assert files(path) == []
    with pytest.raises(StoreUnavailable):
        store.delete(info.id)


@pytest.mark.parametrize("when", ["at the start", "while it runs"])
def test_a_corrupt_database_is_set_aside_with_its_pictures(
    tmp_path: Path, opened: Opened, told: Told, caplog: pytest.LogCaptureFixture, when: str
) -> None:
    path = tmp_path / "events"
    store = opened(path)
    lost = record(store, event(NOW_MS))
    database = path / "events.sqlite"
    if when == "at the start":
        store.close()
        database.write_bytes(b"no database at all" * 500)
        store = opened(path)
    else:
        for number in range(50):
            store.save(event(NOW_MS + number), NOW_MS)
        connection = sqlite3.connect(database)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        connection.close()
        size = database.stat().st_size
        with database.open("r+b") as file:
            file.write(b"\xff" * size)
    for number in range(100, 104):
        kept = record(store, event(NOW_MS + number))
    assert store.set_aside == 1
    assert "is corrupt" in caplog.text
    aside = [file.name for file in path.iterdir() if ".corrupt-" in file.name]
    assert any(name.startswith("events.sqlite") for name in aside)
    [media] = [path / name for name in aside if name.startswith("media")]
    assert (media / f"{lost.id}.mp4").exists(), "nobody's pictures are lost"
    assert store.problem is None
    assert store.folder.has(kept.id, Kind.CLIP)
    store.delete(kept.id)


@pytest.mark.parametrize("text", ["../../etc/passwd", "..", "", "a" * 24 + "/../x", "A" * 24])
def test_no_path_leads_out_of_the_folder(tmp_path: Path, text: str) -> None:
    folder = EventFolder(tmp_path / "events")
    folder.make()
    for kind in Kind:
        with pytest.raises(ValueError, match="is no id"):
            folder.file(text, kind)


def test_a_link_in_the_folder_is_no_picture(tmp_path: Path) -> None:
    folder = EventFolder(tmp_path / "events")
    folder.make()
    secret = tmp_path / "secret"
    secret.write_bytes(b"s")
    folder.file("0" * 24, Kind.SNAPSHOT).symlink_to(secret)
    assert not folder.has("0" * 24, Kind.SNAPSHOT)
    folder.write("0" * 24, Kind.SNAPSHOT, b"new")
    assert secret.read_bytes() == b"s"
