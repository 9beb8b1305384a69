"""Has a vision model look at the pictures of events, one after the other, seldom enough.

Never in the way of a picture: it reads snapshots that are stored already, one request at a time,
and of the events that wait meanwhile only the newest.
"""

import asyncio
import contextlib
import logging
import time
from collections import Counter
from pathlib import Path
from typing import NoReturn

from edge.newest_slot import NewestSlot
from gateway.ai.budget import Budget
from gateway.ai.chat_client import ChatClient
from gateway.ai.errors import AiBusy, AiError, AiRefused, BadAnswer
from gateway.ai.settings import AiSettings
from gateway.ai.spent_file import read_spent, write_spent
from gateway.events.errors import EventsError
from gateway.events.recording import Recording
from protocol.messages import EventChanged, EventInfo

logger = logging.getLogger(__name__)

SETTLE_S = 2.0
"""So long after its beginning, or at its end, an event has a picture worth looking at."""
PAUSE_FIRST_S, PAUSE_MOST_S = 15.0, 600.0
"""After a failure; doubled with each one that follows."""
REFUSED_PAUSE_S = 600.0
"""After a refusal that only a person can do something about."""


class Describer:
    """``async with describer:`` runs it. On the event loop only."""

    def __init__(self, settings: AiSettings, recording: Recording, spent_file: Path) -> None:
        self.counts: Counter[str] = Counter()
        """Requests by what came of them."""
        self.problem: str | None = None
        """Why the last question has no answer, in words."""
        self._settings = settings
        self._recording = recording
        self._spent_file = spent_file
        self._budget = Budget(settings.cooldown_s, settings.max_per_day)
        self._newest: NewestSlot[EventInfo] = NewestSlot()
        self._waiting: str | None = None
        self.passed_over = 0
        """Events that a newer one took the turn of."""
        self._asked: dict[str, str] = {}
        """The event that was last asked about, by camera."""
        self._paused_until_s = float("-inf")
        self._pause_s = PAUSE_FIRST_S
        self._exhausted_day = -1
        self._told_unkept = False
        self._stack = contextlib.AsyncExitStack()
        self._task: asyncio.Task[NoReturn] | None = None

    async def __aenter__(self) -> "Describer":
        self._budget.day, self._budget.spent = await asyncio.to_thread(read_spent, self._spent_file)
        async with contextlib.AsyncExitStack() as stack:
            client = await stack.enter_async_context(ChatClient(self._settings))
            stack.enter_context(self._recording.changes.subscribed(self._changed))
            self._task = asyncio.create_task(self._run(client), name="ai")
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        await self._stack.aclose()

    @property
    def left_today(self) -> int:
        return self._budget.left(time.time())

    def _changed(self, change: EventChanged) -> None:
        event = change.event
        if change.deleted or not event.snapshot or self._asked.get(event.camera) == event.id:
            return
        if self._may_ask(event):
            self.passed_over += self._waiting not in (None, event.id)
            self._waiting = event.id
            self._newest.put(event)

    def _may_ask(self, event: EventInfo) -> bool:
        wall_s, now_s = time.time(), time.monotonic()
        if self._budget.left(wall_s) <= 0:
            self._tell_exhausted(wall_s)
            return False
        return now_s >= self._paused_until_s and self._budget.allows(event.camera, wall_s, now_s)

    async def _run(self, client: ChatClient) -> NoReturn:
        while True:
            event = await self._newest.get()
            self._waiting = None
            try:
                await self._look_at(client, event)
            except AiError as error:
                self._failed(error)
            except (EventsError, OSError) as error:
                logger.debug("ai: no picture of %s: %s", event.id, error)
            except Exception as error:
                # A defect, but one that must not end it for good.
                logger.exception("ai: failed unexpectedly")
                self._failed(AiError(f"unexpected {type(error).__name__}"))

    async def _look_at(self, client: ChatClient, event: EventInfo) -> None:
        if event.end_ms is None:
            age_s = time.time() - event.start_ms / 1000
            await asyncio.sleep(min(max(0.0, SETTLE_S - age_s), SETTLE_S))
        if self._asked.get(event.camera) == event.id or not self._may_ask(event):
            return
        try:
            jpeg = await self._recording.snapshot(event.id)
        except EventsError as error:
            logger.debug("ai: no picture of %s: %s", event.id, error)
            return
        if jpeg is None:
            return
        self._asked[event.camera] = event.id
        await self._spend(event.camera)
        opinion = await client.ask(event, jpeg)
        self.counts["answered"] += 1
        self._pause_s = PAUSE_FIRST_S
        if self.problem is not None:
            self.problem = None
            logger.warning("AI: it answers again")
        kept = self._recording.amend(
            event.id,
            what=opinion.what,
            confidence=opinion.confidence,
            description=opinion.description,
        )
        logger.info("= ai: event %s: %s%s", event.id, opinion.what, "" if kept else ", not kept")

    async def _spend(self, camera: str) -> None:
        budget = self._budget
        budget.spend(camera, time.time(), time.monotonic())
        try:
            await asyncio.to_thread(write_spent, self._spent_file, budget.day, budget.spent)
        except OSError as error:
            if not self._told_unkept:
                self._told_unkept = True
                logger.error("AI: what was asked today cannot be kept: %s", error)

    def _failed(self, error: AiError) -> None:
        pause_s, self._pause_s = self._pause_s, min(2 * self._pause_s, PAUSE_MOST_S)
        if isinstance(error, AiRefused):
            self.counts["refused"] += 1
            pause_s = REFUSED_PAUSE_S
        elif isinstance(error, AiBusy):
            self.counts["busy"] += 1
            pause_s = pause_s if error.retry_after_s is None else error.retry_after_s
        elif isinstance(error, BadAnswer):
            self.counts["nonsense"] += 1
        else:
            self.counts["failed"] += 1
        self._paused_until_s = time.monotonic() + pause_s
        problem = f"{self._settings.base_url}: {error}"
        # Once for each reason: it may last for days.
        level = logging.DEBUG if problem == self.problem else logging.WARNING
        self.problem = problem
        logger.log(
            level, "AI: %s. Events go on without it; not asked again for %.0f s", problem, pause_s
        )

    def _tell_exhausted(self, wall_s: float) -> None:
        if self._exhausted_day == self._budget.day:
            return
        self._exhausted_day = self._budget.day
        logger.warning(
            "AI: ai.max_per_day (%d) is used up: no more questions today (UTC)",
            self._settings.max_per_day,
        )
