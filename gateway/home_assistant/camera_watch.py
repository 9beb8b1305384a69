"""Turns what a camera and its detector say into facts for Home Assistant.

It does not go by stored events: a full disk must not silence a motion sensor.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable

from gateway.camera import Camera
from gateway.camera_state import CameraState
from gateway.home_assistant.states import Facts
from gateway.motion.episode import HOLD_S, Episodes
from gateway.units import MotionEvent
from protocol.messages import CameraInfo, EventChanged, EventInfo

PERSON = "person"


class CameraWatch:
    """``with watch:`` calls ``changed`` whenever :attr:`facts` do. On the event loop only.

    ``keep_open``: while motion is to be detected the camera is kept open, so that it is.
    """

    def __init__(
        self, camera: Camera, changed: Callable[["CameraWatch"], None], *, keep_open: bool
    ) -> None:
        self.camera = camera
        self.event: EventInfo | None = None
        """The newest that was told of."""
        self._changed = changed
        self._keep_open = keep_open
        self._episodes = Episodes()
        self._moving_until_s = float("-inf")
        self._person = self._person_before = False
        self._tick_due: asyncio.TimerHandle | None = None
        self._subscriptions = contextlib.ExitStack()
        self._wanted = contextlib.ExitStack()
        self._is_wanted = False
        self.facts = self._facts()

    def __enter__(self) -> "CameraWatch":
        enter = self._subscriptions.enter_context
        enter(self.camera.detections.subscribed(self._detected))
        enter(self.camera.changes.subscribed(self._camera_changed))
        self._refresh()
        return self

    def __exit__(self, *_: object) -> None:
        self._subscriptions.close()
        self._wanted.close()
        if self._tick_due is not None:
            self._tick_due.cancel()

    def event_changed(self, change: EventChanged) -> bool:
        """Take news of an event of this camera; says whether it is the newest one."""
        newest = self.event
        if change.event.id < newest.id if newest is not None else change.deleted:
            return False
        self.event = None if change.deleted else change.event
        self._refresh()
        return True

    def _detected(self, event: MotionEvent) -> None:
        if event.level != "NONE":
            # By when it was told: a source may be seconds behind.
            self._moving_until_s = time.monotonic() + HOLD_S
        episode = self._episodes.take(event)
        if episode is not None:
            self._person = episode.what == PERSON
            if episode.ended:
                # A long one was cut; whoever it was is still there.
                self._person_before = self._person_before or self._person
                self._person = False
        self._refresh()

    def _camera_changed(self, _: CameraInfo) -> None:
        if not self._looks():
            self._episodes.end()
            self._moving_until_s = float("-inf")
        self._refresh()

    def _looks(self) -> bool:
        return self.camera.state is CameraState.LIVE and self.camera.motion_settings.enabled

    def _refresh(self) -> None:
        self._hold_open(self._keep_open and self.camera.motion_settings.enabled)
        left_s = self._moving_until_s - time.monotonic()
        if left_s <= 0.0:
            self._episodes.end()
            self._person = self._person_before = False
        elif self._tick_due is None:
            self._tick_due = asyncio.get_running_loop().call_later(left_s, self._tick)
        facts = self._facts()
        if facts != self.facts:
            self.facts = facts
            self._changed(self)

    def _tick(self) -> None:
        self._tick_due = None
        self._refresh()

    def _hold_open(self, wanted: bool) -> None:
        if wanted == self._is_wanted:
            return
        self._is_wanted = wanted
        if wanted:
            self._wanted.enter_context(self.camera.wanted())
        else:
            self._wanted.close()

    def _facts(self) -> Facts:
        settings = self.camera.motion_settings
        moving = self._moving_until_s > time.monotonic()
        running = self.event is not None and self.event.end_ms is None
        told = running and self.event is not None and self.event.what == PERSON
        return Facts(
            live=self._looks(),
            motion=moving,
            person=moving and (self._person or self._person_before or told),
            detection=settings.enabled,
            threshold=settings.threshold,
        )
