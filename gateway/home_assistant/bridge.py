"""Cameras in Home Assistant: what they see goes there, what is switched there comes here."""

import asyncio
import contextlib
import importlib.metadata
import logging
import time
import zlib
from collections.abc import Mapping

from gateway.camera import Camera
from gateway.errors import BadMotionSettings
from gateway.events.database import EventQuery
from gateway.events.errors import EventsError
from gateway.events.recording import Recording
from gateway.home_assistant.broker_link import BrokerLink, LinkHooks
from gateway.home_assistant.camera_watch import CameraWatch
from gateway.home_assistant.command import BadCommand, Command, command_of
from gateway.home_assistant.discovery import discovery
from gateway.home_assistant.ending import ended
from gateway.home_assistant.message import Message, Received, SnapshotOf
from gateway.home_assistant.outbox import Outbox
from gateway.home_assistant.settings import MqttSettings
from gateway.home_assistant.states import (
    OFFLINE,
    ONLINE,
    event_message,
    forgotten,
    gateway_message,
    state_messages,
)
from gateway.home_assistant.topics import Topics
from gateway.motion.memory import MotionMemory
from protocol.messages import EventChanged

logger = logging.getLogger(__name__)

COMMAND_INTERVAL_S = 0.25
"""Commands are carried out this often, the newest of each: each is written to a disk."""
FAREWELL_S = 2.0
LOG_INTERVAL_S = 1.0


class HomeAssistant:
    """``async with bridge:`` runs it. Neither broker nor bridge can hold up a camera."""

    def __init__(
        self,
        settings: MqttSettings,
        gateway_id: str,
        cameras: Mapping[str, Camera],
        recording: Recording,
        memory: MotionMemory,
    ) -> None:
        self.topics = Topics.of(settings.discovery_prefix, settings.topic_prefix, gateway_id)
        self.outbox = Outbox()
        hooks = LinkHooks(self._tell_all, self._received, self._snapshot)
        self.link = BrokerLink(settings, self.topics, self.outbox, hooks)
        self.commands = 0
        self.refused = 0
        self._recording = recording
        self._memory = memory
        self._images = settings.images and recording.settings.enabled
        self._images = self._images and recording.settings.snapshots
        self._watches = {
            camera_id: CameraWatch(camera, self._tell_state, keep_open=settings.keep_open)
            for camera_id, camera in cameras.items()
        }
        self._changes: dict[str, dict[str, bool | float]] = {}
        """What is to be changed, by camera."""
        self._shown: dict[str, tuple[str, int]] = {}
        """Event and checksum of the picture that the broker has, by camera."""
        self._asked = asyncio.Event()
        self._logged_s = float("-inf")
        self._version = importlib.metadata.version("peerlens")
        self._stack = contextlib.ExitStack()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "HomeAssistant":
        for watch in self._watches.values():
            self._stack.enter_context(watch)
        self._stack.enter_context(self._recording.changes.subscribed(self._event_changed))
        self._tasks = {
            asyncio.create_task(self.link.run(), name="mqtt"),
            asyncio.create_task(self._carry_out(), name="mqtt commands"),
            asyncio.create_task(self._recall(), name="mqtt events"),
        }
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stack.close()
        if self.link.connected:
            # A goodbye in order is no last will.
            for camera_id in self._watches:
                self.outbox.put(Message(self.topics.state(camera_id, "availability"), OFFLINE))
            self.outbox.put(gateway_message(self.topics, OFFLINE))
            await self.link.flushed(FAREWELL_S)
        await ended(self._tasks)

    async def _recall(self) -> None:
        """Find the last event of each camera from before the start."""
        for camera_id, watch in self._watches.items():
            try:
                found = await self._recording.select(EventQuery(cameras=(camera_id,), limit=1))
            except (EventsError, OSError) as error:
                logger.debug("mqtt: events of %s cannot be read: %s", camera_id, error)
                continue
            if found and watch.event is None:
                self._event_changed(EventChanged(found[0]))

    # Telling

    def _tell_all(self) -> None:
        """The broker may have forgotten everything, and Home Assistant may be new to it."""
        self._shown.clear()
        for camera_id, watch in self._watches.items():
            if not self._images:
                # One may be there from when it was to be shown.
                self.outbox.put(Message(self.topics.state(camera_id, "image"), ""))
            name = watch.camera.info.name
            for message in discovery(
                self.topics, camera_id, name, self._version, images=self._images
            ):
                self.outbox.put(message)
            self._tell_state(watch)
            if watch.event is not None:
                self._tell_event(EventChanged(watch.event))
        self.outbox.put(gateway_message(self.topics, ONLINE))

    def _tell_state(self, watch: CameraWatch) -> None:
        for message in state_messages(self.topics, watch.camera.id, watch.facts):
            self.outbox.put(message)

    def _event_changed(self, change: EventChanged) -> None:
        watch = self._watches.get(change.event.camera)
        if watch is not None and watch.event_changed(change):
            self._tell_event(change)

    def _tell_event(self, change: EventChanged) -> None:
        event = change.event
        image = self.topics.state(event.camera, "image")
        if change.deleted:
            # Who deletes a picture does not want the broker to show it on.
            self.outbox.put(Message(self.topics.state(event.camera, "event"), ""))
            self.outbox.put(Message(image, ""))
            self._shown.pop(event.camera, None)
            return
        self.outbox.put(event_message(self.topics, event))
        if event.snapshot and self._images:
            self.outbox.put(Message(image, SnapshotOf(event.camera, event.id)))

    async def _snapshot(self, of: SnapshotOf) -> bytes | None:
        """Return the picture, unless the broker has it: an event changes more often than that."""
        try:
            jpeg = await self._recording.snapshot(of.event_id)
        except (EventsError, OSError) as error:
            logger.debug("mqtt: no picture of %s: %s", of.event_id, error)
            return None
        if jpeg is None:
            return None
        shown = (of.event_id, zlib.crc32(jpeg))
        if self._shown.get(of.camera) == shown:
            return None
        self._shown[of.camera] = shown
        return jpeg

    # Being told

    def _received(self, received: Received) -> None:
        if received.topic == self.topics.birth:
            if received.payload == ONLINE.encode() and not received.retained:
                logger.info("< mqtt: Home Assistant has started")
                self._tell_all()
            return
        found = self.topics.split(received.topic)
        if found is not None and found[1] == "availability":
            self._availability_received(found[0], received)
            return
        try:
            command = command_of(self.topics, received)
            if command is not None:
                self._take(command)
        except BadCommand as error:
            self._refuse(received.topic, str(error))

    def _availability_received(self, camera_id: str, received: Received) -> None:
        """Find out about cameras that were here once, and remove them."""
        gone = received.retained and received.payload == OFFLINE.encode()
        if gone and camera_id not in self._watches:
            logger.info("= mqtt: camera %s is no more, removed", camera_id)
            for message in forgotten(self.topics, camera_id):
                self.outbox.put(message)

    def _take(self, command: Command) -> None:
        if command.camera not in self._watches:
            raise BadCommand(f"there is no camera {command.camera!r}")
        self.commands += 1
        self._changes.setdefault(command.camera, {})[command.key] = command.value
        self._asked.set()

    def _refuse(self, topic: str, why: str) -> None:
        self.refused += 1
        found = self.topics.split(topic)
        if found is not None and (watch := self._watches.get(found[0])) is not None:
            # It shows what was asked for until it is told better.
            self._tell_state(watch)
        if time.monotonic() - self._logged_s >= LOG_INTERVAL_S:
            self._logged_s = time.monotonic()
            logger.warning("< mqtt: %s refused: %s", topic[:200], why)

    async def _carry_out(self) -> None:
        while True:
            await self._asked.wait()
            self._asked.clear()
            changes, self._changes = self._changes, {}
            for camera_id, wanted in changes.items():
                await self._change(self._watches[camera_id], wanted)
                await asyncio.sleep(COMMAND_INTERVAL_S)

    async def _change(self, watch: CameraWatch, wanted: dict[str, bool | float]) -> None:
        camera = watch.camera
        now = camera.motion_settings
        if any(getattr(now, key) != value for key, value in wanted.items()):
            logger.info("< mqtt: %s: %s", camera.id, wanted)
            try:
                kept = self._memory.change(camera, wanted)
            except BadMotionSettings as error:
                logger.warning("< mqtt: %s: %s", camera.id, error)
            else:
                # What is asked meanwhile of a slow disk becomes one change.
                await self._memory.kept(kept)
        self._tell_state(watch)
