"""Reading events for who asks over HTTP, beside the thread that writes."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from gateway.disk_thread import DiskBusy, DiskThread
from gateway.events.database import EventQuery, connect_to_read, find, select, translated
from gateway.events.errors import CorruptDatabase, StoreUnavailable, UnknownEvent
from gateway.events.folder import EventFolder, Kind
from protocol.messages import EventInfo

Result = TypeVar("Result")

READ_TIMEOUT_S = 10.0
MAX_WAITING = 64
"""Questions at once; whoever asks more is told that nothing can be read just now."""


class EventReader:
    """Its methods wait in a thread of their own, one after the other. Close it in the end.

    ``generation`` tells when the database has become another one.
    """

    def __init__(self, folder: EventFolder, generation: Callable[[], int]) -> None:
        self._folder = folder
        self._generation = generation
        self._disk = DiskThread("events-read", MAX_WAITING)
        self._connection: sqlite3.Connection | None = None
        self._opened = -1

    async def close(self, timeout_s: float) -> bool:
        """End the thread and the connection; false when a query took too long to end."""
        with contextlib.suppress(DiskBusy):
            await self._disk.run(self._disconnect, timeout_s)
        return await asyncio.to_thread(self._disk.finish, timeout_s)

    async def select(self, query: EventQuery) -> list[EventInfo]:
        """Return events, newest first. Raises :class:`StoreUnavailable`."""
        return await self._read(lambda connection: select(connection, query), [])

    async def find(self, event_id: str) -> EventInfo:
        """Return one event. Raises :class:`UnknownEvent` or :class:`StoreUnavailable`."""
        info = await self._read(lambda connection: find(connection, event_id), None)
        if info is None:
            raise UnknownEvent(f"there is no event {event_id[:64]}")
        return info

    async def file(self, event_id: str, kind: Kind) -> Path | None:
        """Return where a file of the event is; None where there is none.

        Raises :class:`StoreUnavailable`.
        """
        return await self._run(
            lambda: self._folder.file(event_id, kind) if self._folder.has(event_id, kind) else None
        )

    async def bytes(self, event_id: str, kind: Kind) -> bytes | None:
        """Return the whole of a file; None where there is none.

        Raises :class:`StoreUnavailable`.
        """

        def read() -> bytes | None:
            try:
                return self._folder.file(event_id, kind).read_bytes()
            except OSError:
                return None

        return await self._run(read)

    async def _run(self, work: Callable[[], Result]) -> Result:
        try:
            return await self._disk.run(work, READ_TIMEOUT_S)
        except DiskBusy as error:
            raise StoreUnavailable(f"events cannot be read: {error}") from error

    async def _read(self, work: Callable[[sqlite3.Connection], Result], none: Result) -> Result:
        def read() -> Result:
            if not self._folder.database.exists():
                return none
            try:
                with translated():
                    connection = self._connected()
                    # The file is there a moment before its first table is.
                    [version] = connection.execute("PRAGMA user_version").fetchone()
                    return work(connection) if version else none
            except (sqlite3.Error, CorruptDatabase) as error:
                self._disconnect()
                raise StoreUnavailable(f"the database cannot be read: {error}") from error

        return await self._run(read)

    def _connected(self) -> sqlite3.Connection:
        generation = self._generation()
        if self._connection is None or generation != self._opened:
            self._disconnect()
            self._connection = connect_to_read(self._folder.database)
            self._opened = generation
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
        self._connection = None
