"""What is on the disk of all events, and every change of it. Synchronous, in the writer's thread.

A disk that is full, read-only or gone is a state, not an exception: ``problem`` says what it is,
and the next success ends it.
"""

import functools
import logging
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np

from gateway.errors import MediaError
from gateway.events.clip_file import ClipFile, Lead
from gateway.events.database import EventDatabase
from gateway.events.errors import (
    CorruptDatabase,
    EventGoesOn,
    EventsError,
    NewerDatabase,
    StoreUnavailable,
    UnknownEvent,
)
from gateway.events.folder import EventFolder, Kind
from gateway.events.settings import EventsSettings
from gateway.units import AccessUnit
from protocol.messages import EventChanged, EventInfo

logger = logging.getLogger(__name__)

THUMBNAIL_WIDTH, THUMBNAIL_QUALITY = 240, 75
DAY_MS = 86_400_000.0
BATCH = 100
"""Events that are deleted between two looks at how much is left to delete."""
RETRY_S = 5.0
"""A database that cannot be opened is tried again this rarely."""


class Part(StrEnum):
    """What can fail by itself: a disk may have room for a row and none for a clip."""

    EVENT = "events are not kept"
    SNAPSHOT = "snapshots are not kept"
    CLIP = "clips are not kept"


@dataclass(frozen=True)
class StoreOutputs:
    """Where news goes; each is called in the writer's thread."""

    changed: Callable[[EventChanged], None]
    problem: Callable[[str | None], None]


class EventStore:
    """``unusable`` events are still told of; they are just not kept."""

    def __init__(
        self,
        folder: EventFolder,
        settings: EventsSettings,
        outputs: StoreOutputs,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.folder = folder
        self._problems: dict[Part, str] = {}
        self.set_aside = 0
        self.failures = 0
        self.bytes = 0
        self.generation = 0
        """Grows when the database is another one: who reads must open it again."""
        self._settings = settings
        self._outputs = outputs
        self._clock = clock
        self._database: EventDatabase | None = None
        self.newer = False
        """A newer Peerlens made the database: it is neither written nor read."""
        self._retry_s = float("-inf")
        self._running: dict[str, EventInfo] = {}
        self._clips: dict[str, ClipFile] = {}

    @property
    def problem(self) -> str | None:
        """What is wrong, in words; None while all is well."""
        return next((self._problems[part] for part in Part if part in self._problems), None)

    # Its life

    def open_if_there(self) -> None:
        """At the start: look at what earlier runs left. Nothing is made where there is nothing."""
        if self.folder.exists:
            self._try(Part.EVENT, self._opened)
            self.keep_within_limits()

    def close(self) -> None:
        """End what is being written."""
        for event_id in list(self._clips):
            self.end_clip(event_id)
        if self._database is not None:
            self._database.close()
            self._database = None

    def _opened(self) -> EventDatabase:
        """Return the database, opening or making it. Raises :class:`StoreUnavailable`."""
        if self._database is not None:
            return self._database
        if self.newer or time.monotonic() < self._retry_s:
            raise StoreUnavailable(self.problem or "the database cannot be opened")
        try:
            self.folder.make()
            self._database = self._open_or_set_aside()
            self._recover(self._database)
        except NewerDatabase:
            self.newer = True
            raise
        except (OSError, sqlite3.Error):
            self._retry_s = time.monotonic() + RETRY_S
            raise
        self.generation += 1
        return self._database

    def _open_or_set_aside(self) -> EventDatabase:
        try:
            return EventDatabase(self.folder.database)
        except CorruptDatabase as error:
            self._set_aside(error)
            return EventDatabase(self.folder.database)

    def _set_aside(self, error: CorruptDatabase) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None
        aside = self.folder.set_aside()
        self.set_aside += 1
        self._clips.clear()
        logger.error(
            "EVENTS: the database is corrupt (%s). It was set aside as %s, its pictures and clips"
            " beside it, and a new one was begun. Delete them when you do not need them.",
            error,
            aside,
        )

    def _recover(self, database: EventDatabase) -> None:
        """Put in order what a killed process left."""
        ended = [event_id for event_id in database.running() if event_id not in self._running]
        for event_id in ended:
            # Its clip knows best how long it went on.
            database.end(event_id, self.folder.changed_ms(event_id, Kind.CLIP))
            self._take_stock(database, event_id)
        if ended:
            logger.warning("events: %d that the last run left unfinished were ended", len(ended))
        removed = self.folder.remove_orphans(database.ids())
        if removed:
            logger.warning("events: %d files that belong to no event were removed", removed)

    def _take_stock(self, database: EventDatabase, event_id: str) -> None:
        snapshot = self.folder.has(event_id, Kind.SNAPSHOT)
        database.has_file(event_id, snapshot=snapshot, clip=self.folder.has(event_id, Kind.CLIP))
        database.weigh(event_id, self.folder.size(event_id))

    # Changes

    def save(self, info: EventInfo, last_ms: float) -> None:
        """Keep an event, new or known, and tell of it, kept or not."""

        def work() -> None:
            self._opened().save(info, last_ms)

        if info.end_ms is None:
            self._running[info.id] = info
        self._try(Part.EVENT, work)
        if info.end_ms is not None:
            self._running.pop(info.id, None)
        self._tell(info.id, info)

    def save_snapshot(self, event_id: str, jpeg: bytes) -> None:
        """Keep the camera's picture, and a small one."""

        def work() -> None:
            database = self._opened()
            thumbnail = _thumbnail(jpeg)
            if thumbnail is None:
                return
            self.folder.write(event_id, Kind.THUMBNAIL, thumbnail)
            self.folder.write(event_id, Kind.SNAPSHOT, jpeg)
            database.has_file(event_id, snapshot=True)
            self._tell(event_id)

        if self._settings.snapshots:
            self._try(Part.SNAPSHOT, work)

    def begin_clip(self, event_id: str, first: AccessUnit, lead: Lead) -> None:
        """Begin the clip with a keyframe, and what comes before it."""

        def work() -> None:
            database = self._opened()
            sink = self.folder.create(self.folder.file(event_id, Kind.CLIP))
            try:
                clip = ClipFile(sink, first, lead)
            except BaseException:
                sink.close()
                self.folder.file(event_id, Kind.CLIP).unlink(missing_ok=True)
                raise
            self._clips[event_id] = clip
            self._note_clip(database, event_id, clip)

        self._try(Part.CLIP, work)

    def add_to_clip(self, event_id: str, unit: AccessUnit) -> None:
        """Add a picture to a clip; where there is none, nothing happens."""
        clip = self._clips.get(event_id)
        if clip is None:
            return

        def work() -> None:
            fragments = clip.fragments
            clip.add(unit)
            if fragments == 0:
                self._note_clip(self._opened(), event_id, clip)

        if not clip.takes(unit) or not self._try(Part.CLIP, work):
            self.end_clip(event_id)

    def end_clip(self, event_id: str) -> None:
        """End a clip where there is one."""
        clip = self._clips.pop(event_id, None)
        if clip is None:
            return

        def weigh() -> None:
            database = self._opened()
            self._note_clip(database, event_id, clip)
            database.weigh(event_id, self.folder.size(event_id))
            self._weigh(database)

        self._try(Part.CLIP, clip.close)
        self._try(Part.EVENT, weigh)

    def _note_clip(self, database: EventDatabase, event_id: str, clip: ClipFile) -> None:
        """Say that there is a clip, once there is something in it to see."""
        if clip.fragments:
            database.has_file(event_id, clip=True)
            self._tell(event_id)

    def amend(
        self, event_id: str, what: str | None, confidence: float | None, description: str
    ) -> None:
        """Keep what somebody who looked at the pictures said of them, and tell of it."""

        def work() -> None:
            self._opened().amend(event_id, what, confidence, description)

        if self._try(Part.EVENT, work):
            self._tell(event_id)

    def delete(self, event_id: str) -> None:
        """Delete an event. Raises an EventsError."""
        if event_id in self._running or event_id in self._clips:
            raise EventGoesOn("the event goes on: it can be deleted when it has ended")
        try:
            database = self._opened()
            info = database.info(event_id)
            if info is None:
                raise UnknownEvent(f"there is no event {event_id}")
            self._remove(database, info)
        except (OSError, sqlite3.Error) as error:
            raise StoreUnavailable(_words(error)) from error

    def keep_within_limits(self) -> None:
        """Delete what is too old, then the oldest while all is too large."""

        def work() -> None:
            database = self._opened()
            oldest_ms = self._clock() * 1000 - self._settings.max_age_days * DAY_MS
            deleted = 0
            while batch := database.ended_before(oldest_ms, BATCH):
                deleted += self._remove_all(database, batch)
            if self._is_too_large(database):
                database.shrink()
            while self._is_too_large(database):
                batch = database.ended_before(float("inf"), BATCH)
                if not batch:
                    break
                deleted += self._remove_until_small(database, batch)
            if deleted:
                logger.info("= events: %d deleted to stay within the limits", deleted)
                database.shrink()
                self._weigh(database)

        if self.folder.exists:
            self._try(Part.EVENT, work)

    def _remove_all(self, database: EventDatabase, ids: list[str]) -> int:
        for event_id in ids:
            info = database.info(event_id)
            if info is not None:
                self._remove(database, info)
        return len(ids)

    def _remove_until_small(self, database: EventDatabase, ids: list[str]) -> int:
        for count, event_id in enumerate(ids, 1):
            self._remove_all(database, [event_id])
            if not self._is_too_large(database):
                return count
        database.shrink()
        return len(ids)

    def _is_too_large(self, database: EventDatabase) -> bool:
        return self._weigh(database) > self._settings.max_mb * 1_000_000

    def _remove(self, database: EventDatabase, info: EventInfo) -> None:
        # The row first: a file without a row is removed at the next start, a row without its
        # file would be a promise.
        database.delete(info.id)
        self.folder.remove(info.id)
        self._outputs.changed(EventChanged(info, deleted=True))

    def _weigh(self, database: EventDatabase) -> int:
        growing = sum(clip.size for clip in self._clips.values())
        self.bytes = database.total_bytes() + growing + self.folder.database_size()
        return self.bytes

    # Telling

    def _tell(self, event_id: str, otherwise: EventInfo | None = None) -> None:
        info: EventInfo | None = None
        if self._database is not None:
            try:
                info = self._database.info(event_id)
            except (sqlite3.Error, EventsError):
                logger.debug("events: %s cannot be read", event_id)
        info = info or otherwise or self._running.get(event_id)
        if info is not None:
            self._outputs.changed(EventChanged(info))

    def _try(self, part: Part, work: Callable[[], object]) -> bool:
        """Do ``work``; what the disk refuses becomes the problem of ``part``, and is false."""
        problem: str | None = None
        try:
            work()
        except MediaError as error:
            self.failures += 1
            logger.warning("events: %s", error)
            return False
        except CorruptDatabase as error:
            self.failures += 1
            self._try(Part.EVENT, functools.partial(self._set_aside, error))
            return False
        except (OSError, sqlite3.Error, EventsError) as error:
            self.failures += 1
            problem = f"{part.value}: {_words(error)}"
        self._note(part, problem)
        return problem is None

    def _note(self, part: Part, problem: str | None) -> None:
        if problem == self._problems.get(part):
            return
        if problem is None:
            del self._problems[part]
            logger.warning("EVENTS: no more: %s", part.value)
        else:
            self._problems[part] = problem
            logger.error("EVENTS: %s. Video goes on.", problem)
        self._outputs.problem(self.problem)


def _words(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error)


def _thumbnail(jpeg: bytes) -> bytes | None:
    """Return a small version of a JPEG; None for what cannot be decoded."""
    try:
        reduced = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_REDUCED_COLOR_2)
        if reduced is None:
            return None
        height, width = reduced.shape[:2]
        size = (THUMBNAIL_WIDTH, max(1, round(height * THUMBNAIL_WIDTH / width)))
        small = cv2.resize(reduced, size, interpolation=cv2.INTER_AREA)
        ok, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, THUMBNAIL_QUALITY])
    except cv2.error:
        return None
    return data.tobytes() if ok else None
