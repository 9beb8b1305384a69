"""Watches one camera for events, and hands what is to be kept of them to the store.

On the event loop; it waits for nothing. Who keeps (:class:`Keeper`) may refuse each part, which
then is missing.
"""

import asyncio
import contextlib
import logging
import time
from collections import Counter
from typing import Protocol, cast

from gateway.camera import Camera
from gateway.camera_state import CameraState
from gateway.events.clip_file import Lead
from gateway.events.event_id import new_event_id
from gateway.events.pre_roll import JpegRing, UnitRing
from gateway.events.settings import EventsSettings
from gateway.events_channel import wall_ms
from gateway.motion.episode import Episode, Episodes
from gateway.named_log import NamedLog
from gateway.quality import Quality
from gateway.units import AccessUnit, Codec, JpegFrame, MotionEvent
from protocol.messages import CameraInfo, EventInfo, MotionLevel, Region, What

logger = logging.getLogger(__name__)

TICK_S = 0.25
SAVE_INTERVAL_S = 1.0
"""A peak that grows from frame to frame is kept this often."""
KEYFRAME_INTERVAL_S = 5.0
"""While somebody watches, a keyframe at least this often, so that a clip can begin with what has
been encoded already. A driver's pictures are left alone: decision 0011."""
SLACK_S = 2.0
"""Pictures are kept longer than the pre-roll: an event is known a while after its first motion."""
MAX_REGIONS, MAX_ZONES = 32, 16


class Keeper(Protocol):
    """Where parts of events go. Never waits; false says that there was no room."""

    def save(self, info: EventInfo, last_ms: float) -> bool: ...

    def save_snapshot(self, event_id: str, jpeg: JpegFrame) -> bool: ...

    def begin_clip(self, event_id: str, first: AccessUnit, lead: Lead) -> bool: ...

    def add_to_clip(self, event_id: str, unit: AccessUnit) -> bool: ...

    def end_clip(self, event_id: str) -> bool: ...


class _Clip:
    """The clip that is being recorded. ``until_s`` is when it ends, at the latest."""

    def __init__(self, event_id: str, start_s: float, until_s: float) -> None:
        self.event_id = event_id
        self.start_s = start_s
        self.until_s = until_s
        self.begun = False
        self.torn = False
        """A picture is missing: what follows makes no sense before the next keyframe."""


class CameraRecorder:
    """``with recorder:`` records. Single use."""

    def __init__(self, camera: Camera, settings: EventsSettings, keeper: Keeper) -> None:
        self.counts: Counter[str] = Counter()
        self._camera = camera
        self._settings = settings
        self._keeper = keeper
        self._episodes = Episodes()
        self._stream = camera.streams[Codec.H264][Quality.HIGH]
        pre_roll_s = settings.pre_roll_s if settings.clips else 0.0
        self._jpegs = JpegRing(pre_roll_s + SLACK_S)
        self._units = UnitRing(pre_roll_s)
        self._asked_s = float("-inf")
        self._event: EventInfo | None = None
        self._start_s = self._saved_s = 0.0
        self._unsaved: Episode | None = None
        self._pictured_s = float("-inf")
        self._clip: _Clip | None = None
        self._recording = contextlib.ExitStack()
        self._subscriptions = contextlib.ExitStack()
        self._tick_due: asyncio.TimerHandle | None = None
        self._log = NamedLog(logger, camera.id)

    def __enter__(self) -> "CameraRecorder":
        enter = self._subscriptions.enter_context
        enter(self._camera.detections.subscribed(self._detected))
        enter(self._camera.passing_jpegs.subscribed(self._take_jpeg))
        enter(self._camera.changes.subscribed(self._camera_changed))
        if self._settings.clips:
            enter(self._stream.passing.subscribed(self._take_unit))
        return self

    def __exit__(self, *_: object) -> None:
        self._subscriptions.close()
        if self._tick_due is not None:
            self._tick_due.cancel()
        ended = self._episodes.end()
        if ended is not None:
            self._note(ended)
        self._end_clip()

    @property
    def bytes(self) -> int:
        """What is held in memory for the beginning of a clip."""
        return self._jpegs.bytes + self._units.bytes

    # Events

    def _detected(self, event: MotionEvent) -> None:
        episode = self._episodes.take(event)
        if episode is not None:
            self._note(episode)
        if self._episodes.open:
            self._keep_ticking()

    def _keep_ticking(self) -> None:
        if self._tick_due is None:
            self._tick_due = asyncio.get_running_loop().call_later(TICK_S, self._tick)

    def _tick(self) -> None:
        self._tick_due = None
        now_s = time.monotonic()
        episode = self._episodes.tick(now_s)
        if episode is not None:
            self._note(episode)
        elif self._unsaved is not None and now_s - self._saved_s >= SAVE_INTERVAL_S:
            self._save(self._unsaved)
        if self._clip is not None and now_s >= self._clip.until_s:
            self._end_clip()
        if self._episodes.open or self._clip is not None:
            self._keep_ticking()

    def _note(self, episode: Episode) -> None:
        now_s = time.monotonic()
        if self._event is None:
            self._begin(episode)
        elif episode.ended or now_s - self._saved_s >= SAVE_INTERVAL_S:
            self._save(episode)
        else:
            self._unsaved = episode
        if episode.ended:
            self._event = None
            if self._clip is not None:
                end_s = episode.last_s + self._settings.post_roll_s
                self._clip.until_s = min(self._clip.until_s, end_s)

    def _begin(self, episode: Episode) -> None:
        start_ms = wall_ms(episode.start_s)
        self._start_s = episode.start_s
        self._pictured_s = float("-inf")
        self._event = EventInfo(
            new_event_id(start_ms), self._camera.id, start_ms, _level(episode), episode.percent
        )
        self._log.info("= event %s", self._event.id)
        self.counts["begun"] += 1
        self._save(episode)
        if self._settings.clips:
            self._begin_clip(self._event.id, episode.start_s)

    def _save(self, episode: Episode) -> None:
        if self._event is None:
            return
        self._unsaved = None
        self._saved_s = time.monotonic()
        info = _info(self._event, episode, self._ms(episode.last_s))
        if not self._keeper.save(info, self._ms(episode.last_s)):
            self.counts["unsaved"] += 1
        if self._settings.snapshots and episode.peak_s != self._pictured_s:
            self._save_snapshot(self._event.id, episode.peak_s)

    def _save_snapshot(self, event_id: str, peak_s: float) -> None:
        jpeg = self._jpegs.nearest(peak_s)
        if jpeg is not None and self._keeper.save_snapshot(event_id, jpeg):
            self._pictured_s = peak_s

    def _ms(self, capture_s: float) -> float:
        # By the monotonic clock: the other one may be set meanwhile.
        assert self._event is not None
        return self._event.start_ms + max(0.0, capture_s - self._start_s) * 1000

    # Pictures

    def _take_jpeg(self, jpeg: JpegFrame) -> None:
        if self._camera.motion_settings.enabled:
            self._jpegs.push(jpeg)

    def _camera_changed(self, info: CameraInfo) -> None:
        if info.state == CameraState.IDLE.value:
            self._jpegs.clear()
            self._units.clear()

    def _take_unit(self, unit: AccessUnit) -> None:
        if not self._camera.motion_settings.enabled and self._clip is None:
            self._units.clear()
            return
        self._units.push(unit)
        self._have_keyframes(unit.capture_s)
        if self._clip is not None:
            self._record(self._clip, unit)

    def _have_keyframes(self, now_s: float) -> None:
        if self._camera.driven or not self._stream.watched:
            return
        if now_s - max(self._units.last_keyframe_s, self._asked_s) >= KEYFRAME_INTERVAL_S:
            self._asked_s = now_s
            self._stream.request_keyframe()

    # Clips

    def _begin_clip(self, event_id: str, start_s: float) -> None:
        self._end_clip()
        until_s = start_s - self._settings.pre_roll_s + self._settings.max_clip_s
        self._clip = _Clip(event_id, start_s, until_s)
        self._recording.enter_context(self._stream.recorded())
        if self._units.is_fresh(time.monotonic()):
            units = self._units.since(start_s - self._settings.pre_roll_s)
            self._put_first(self._clip, units[0])
            for unit in units[1:]:
                self._record(self._clip, unit)
        else:
            self._stream.request_keyframe()

    def _record(self, clip: _Clip, unit: AccessUnit) -> None:
        if unit.capture_s > clip.until_s:
            self._end_clip()
            return
        if not clip.begun:
            if unit.keyframe:
                self._put_first(clip, unit)
            return
        if clip.torn and not unit.keyframe:
            return
        clip.torn = not self._keeper.add_to_clip(clip.event_id, unit)
        if clip.torn:
            self.counts["torn"] += 1
            self._stream.request_keyframe()

    def _put_first(self, clip: _Clip, first: AccessUnit) -> None:
        lead = Lead(
            self._jpegs.between(clip.start_s - self._settings.pre_roll_s, first.capture_s),
            self._camera.epoch_s,
            self._camera.pipeline.fps,
            self._camera.settings.video.max_bitrate_kbps,
        )
        clip.begun = self._keeper.begin_clip(clip.event_id, first, lead)
        if not clip.begun:
            self.counts["torn"] += 1
            self._stream.request_keyframe()

    def _end_clip(self) -> None:
        self._recording.close()
        clip, self._clip = self._clip, None
        if clip is not None and clip.begun and not self._keeper.end_clip(clip.event_id):
            self.counts["torn"] += 1


def _level(episode: Episode) -> MotionLevel:
    return cast(MotionLevel, episode.level)


def _info(event: EventInfo, episode: Episode, last_ms: float) -> EventInfo:
    regions = tuple(Region(r.x, r.y, r.width, r.height) for r in episode.regions[:MAX_REGIONS])
    return EventInfo(
        id=event.id,
        camera=event.camera,
        start_ms=event.start_ms,
        level=_level(episode),
        percent=episode.percent,
        what=cast(What, episode.what),
        end_ms=last_ms if episode.ended else None,
        confidence=episode.confidence,
        regions=regions,
        zones=episode.zones[:MAX_ZONES],
    )
