"""Events of all cameras: recorded, stored, told of, and handed out."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from gateway.camera import Camera
from gateway.events.clip_file import Lead
from gateway.events.database import EventQuery
from gateway.events.errors import EventsError, StoreUnavailable
from gateway.events.folder import EventFolder, Kind
from gateway.events.reader import EventReader
from gateway.events.recorder import CameraRecorder
from gateway.events.settings import EventsSettings
from gateway.events.store import EventStore, StoreOutputs
from gateway.events.writer import Writer
from gateway.hub import Hub
from gateway.units import AccessUnit, JpegFrame
from protocol.messages import EventChanged, EventInfo

Told = TypeVar("Told")
logger = logging.getLogger(__name__)

RETENTION_INTERVAL_S = 60.0
FINISH_TIMEOUT_S = 5.0
"""How long a stop waits for a slow disk."""
DELETE_TIMEOUT_S = 10.0


class Recording:
    """``async with recording:`` records. On the event loop only; all disk work is in threads.

    ``changes`` gets every change of every event, after it was stored where that was possible.
    """

    def __init__(self, cameras: Mapping[str, Camera], settings: EventsSettings, path: Path) -> None:
        self.changes: Hub[EventChanged] = Hub()
        self.settings = settings
        self.problem: str | None = None
        """What is wrong with keeping events, in words."""
        self._cameras = cameras
        folder = EventFolder(path)
        outputs = StoreOutputs(self._changed_in_writer, self._problem_in_writer)
        self.store = EventStore(folder, settings, outputs)
        self.writer = Writer(self.store.keep_within_limits, RETENTION_INTERVAL_S)
        self._reader = EventReader(folder, lambda: self.store.generation)
        self.recorders = (
            {
                camera_id: CameraRecorder(camera, settings, self)
                for camera_id, camera in cameras.items()
            }
            if settings.enabled
            else {}
        )
        self._stack = contextlib.ExitStack()

    async def __aenter__(self) -> "Recording":
        self._loop = asyncio.get_running_loop()
        if self.settings.enabled:
            self.writer.start()
            self.writer.submit(self.store.open_if_there)
        for recorder in self.recorders.values():
            self._stack.enter_context(recorder)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stack.close()
        # First who reads: the last to close tidies the database up, and only the writer can.
        if not await self._reader.close(FINISH_TIMEOUT_S):
            logger.warning("= events: the disk does not answer who reads")
        if self.settings.enabled:
            self.writer.submit(self.store.close)
            if not await asyncio.to_thread(self.writer.finish, FINISH_TIMEOUT_S):
                logger.warning("= events: the disk did not take all that waited for it")

    # Keeper, for the recorders

    def save(self, info: EventInfo, last_ms: float) -> bool:
        return self.writer.submit(lambda: self.store.save(info, last_ms))

    def save_snapshot(self, event_id: str, jpeg: JpegFrame) -> bool:
        data = jpeg.data
        return self.writer.submit(lambda: self.store.save_snapshot(event_id, data), len(data))

    def begin_clip(self, event_id: str, first: AccessUnit, lead: Lead) -> bool:
        size = sum(len(jpeg.data) for jpeg in lead.jpegs) + _size(first)
        return self.writer.submit(
            lambda: self.store.begin_clip(event_id, first, lead), size, clip=True
        )

    def add_to_clip(self, event_id: str, unit: AccessUnit) -> bool:
        return self.writer.submit(
            lambda: self.store.add_to_clip(event_id, unit), _size(unit), clip=True
        )

    def end_clip(self, event_id: str) -> bool:
        return self.writer.submit(lambda: self.store.end_clip(event_id))

    # For others

    async def select(self, query: EventQuery) -> list[EventInfo]:
        """Return events, newest first. Raises :class:`StoreUnavailable`."""
        self._require()
        return await self._reader.select(query)

    async def find(self, event_id: str) -> EventInfo:
        """Return one event. Raises :class:`UnknownEvent` or :class:`StoreUnavailable`."""
        self._require()
        return await self._reader.find(event_id)

    async def file(self, event_id: str, kind: Kind) -> Path | None:
        """Return where a file of the event is; None where there is none.

        Raises :class:`StoreUnavailable`.
        """
        return await self._reader.file(event_id, kind)

    async def snapshot(self, event_id: str) -> bytes | None:
        """Return the event's JPEG; None where there is none. Raises :class:`StoreUnavailable`."""
        return await self._reader.bytes(event_id, Kind.SNAPSHOT)

    def amend(
        self,
        event_id: str,
        *,
        what: str | None = None,
        confidence: float | None = None,
        description: str,
    ) -> bool:
        """Keep what somebody who looked at the pictures says; the detector does not change it."""
        return self.writer.submit(
            lambda: self.store.amend(event_id, what, confidence, description[:500])
        )

    async def delete(self, event_id: str) -> None:
        """Delete an event with all its files. Raises :class:`EventsError` in one of its kinds."""
        self._require()
        done: asyncio.Future[EventsError | None] = self._loop.create_future()

        def tell(error: EventsError | None) -> None:
            if not done.done():
                done.set_result(error)

        def work() -> None:
            error: EventsError | None = None
            try:
                self.store.delete(event_id)
            except EventsError as raised:
                error = raised
            self._on_loop(tell, error)

        if not self.writer.submit(work):
            raise StoreUnavailable("the disk is too slow")
        try:
            error = await asyncio.wait_for(done, DELETE_TIMEOUT_S)
        except TimeoutError:
            raise StoreUnavailable("the disk is too slow") from None
        if error is not None:
            raise error

    def _require(self) -> None:
        if not self.settings.enabled:
            raise StoreUnavailable("events are switched off (events.enabled)")
        if self.store.newer:
            raise StoreUnavailable(self.problem or "a newer Peerlens made the database")

    # From the writer's thread

    def _changed_in_writer(self, change: EventChanged) -> None:
        self._on_loop(self.changes.publish, change)

    def _problem_in_writer(self, problem: str | None) -> None:
        self._on_loop(self._problem_changed, problem)

    def _on_loop(self, call: Callable[[Told], object], told: Told) -> None:
        # The loop may have ended while a slow disk was still being waited for.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(call, told)

    def _problem_changed(self, problem: str | None) -> None:
        self.problem = problem
        for camera in self._cameras.values():
            camera.events_problem = problem


def _size(unit: AccessUnit) -> int:
    return sum(map(len, unit.payloads))
