"""One camera: joins source, pipeline and hubs, and does the retrying.

The only module that knows all stages. The camera is open while somebody wants it
(``gateway/demand.py``), or always where it is configured to stay warm.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from concurrent.futures import Executor
from typing import NoReturn

from edge.newest_slot import Closed, NewestSlot
from gateway.backoff import Backoff
from gateway.camera_state import CameraLifecycle, CameraState
from gateway.demand import Demand
from gateway.errors import NoPicture
from gateway.frame_gate import FrameGate
from gateway.frame_rate import FrameRate
from gateway.hub import Hub
from gateway.motion import MotionPublisher
from gateway.motion.classifier import Classifier
from gateway.motion.classify import Sighting, Verdict
from gateway.motion.episode import HOLD_S
from gateway.motion_settings import MotionSettings
from gateway.named_log import NamedLog
from gateway.overload import Overload
from gateway.pipeline import FramePipeline, PipelineOutputs
from gateway.quality import ladder
from gateway.settings import CameraSettings, UplinkSettings
from gateway.source import open_source
from gateway.source.errors import SourceError, SourceRefused, SourceStalled
from gateway.stream import EncodedStream
from gateway.units import AccessUnit, Codec, JpegFrame, MotionEvent, RawFrame
from gateway.worker import NewestFirstWorker
from protocol.messages import CameraInfo

logger = logging.getLogger(__name__)

RETRY_FIRST_S, RETRY_MOST_S = 0.2, 0.7
"""With the connect timeout, a camera that returns is back within two seconds."""

VIEWERS_INTERVAL_S = 0.25
"""Viewers that come and go within this time are one change: everyone is told of each."""

SAME_PICTURE_S = 0.3
"""A picture this much older or newer still shows what moves where it was seen."""

REFUSED_RETRY_S = 5.0
"""A camera that wants a person (wrong password) is asked again this rarely."""


KEPT_JPEG_INTERVAL_S = 0.5
"""Of a source without JPEGs, one is made this often where events are kept: each takes the time of
encoding a picture."""


class Camera:
    """``async with camera:`` runs it. Single use; on the event loop only."""

    def __init__(
        self,
        camera_id: str,
        settings: CameraSettings,
        executor: Executor,
        overload: Overload | None = None,
        car: str | None = None,
        signaling: Callable[[], UplinkSettings | None] = lambda: None,
        classifier: Classifier | None = None,
    ) -> None:
        self.id = camera_id
        self.car = car
        """The id of the car that it rides on."""
        self.settings = settings
        self.streams = {
            codec: {
                rung.quality: EncodedStream(codec, rung, self._viewers_changed)
                for rung in ladder(settings.video.max_bitrate_kbps)
            }
            for codec in Codec
        }
        self.jpegs: Hub[JpegFrame] = Hub(self._viewers_changed)
        self.passing_jpegs: Hub[JpegFrame] = Hub()
        """Who takes the pictures that come anyway, and wants nothing by that."""
        self.detections: Hub[MotionEvent] = Hub()
        """What the detector says of each frame, from the first motion on until it is long over."""
        self.motion: Hub[MotionEvent] = Hub()
        """What of it is worth telling viewers."""
        self.changes: Hub[CameraInfo] = Hub()
        self.newest_jpeg: JpegFrame | None = None
        self.frames = 0
        self.connects = 0
        self.gate = FrameGate()
        self.epoch_s = time.monotonic()
        """The capture time at which RTP time is 0."""
        self._events_problem: str | None = None
        self._signaling = signaling
        self._classifier = classifier
        self._overload = overload or Overload()
        self.pipeline = FramePipeline(
            self.all_streams,
            settings.motion,
            PipelineOutputs(
                self._encoded_in_worker,
                self._motion_in_worker,
                self._jpeg_in_worker,
                self._size_in_worker,
            ),
            epoch_s=self.epoch_s,
        )
        self.worker: NewestFirstWorker[JpegFrame | RawFrame] = NewestFirstWorker(
            executor, self.pipeline.process, self._overload.waited
        )
        self._log = NamedLog(logger, camera_id)
        self._lifecycle = CameraLifecycle(self._changed, self._log)
        self._rate = FrameRate()
        self._size: tuple[int, int] | None = None
        self._moving = False
        self._motion_publisher = MotionPublisher()
        self._motion_settings = settings.motion
        self._quiet_from_s = float("-inf")
        self._demand = Demand(always=settings.warm)
        self._recount: asyncio.TimerHandle | None = None
        self._announced_fps: float | None = None
        self._task: asyncio.Task[None] | None = None

    # Life

    async def __aenter__(self) -> "Camera":
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.create_task(self._run(), name=f"camera {self.id}")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._demand.close()
        if self._recount is not None:
            self._recount.cancel()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        await self.worker.close()
        self.pipeline.release()

    def wanted(self) -> contextlib.AbstractContextManager[None]:
        """Keep the camera open for the length of a ``with`` block."""
        return self._demand.wanted()

    def driving(self) -> contextlib.AbstractContextManager[None]:
        """Have the camera as one that somebody drives by, for the length of a ``with`` block."""
        return self._demand.driving()

    @property
    def driven(self) -> bool:
        """Whether somebody drives by these pictures: an overloaded gateway sheds them last."""
        return self._demand.driven

    async def _run(self) -> None:
        backoff = Backoff(RETRY_FIRST_S, RETRY_MOST_S)
        while True:
            await self._demand.present.wait()
            if self._lifecycle.state is CameraState.IDLE:
                self._lifecycle.move(CameraState.CONNECTING)
                backoff.reset()
            delay_s = await self._connect_once(backoff)
            if delay_s is None or await self._unwanted_within(delay_s):
                self._lifecycle.move(CameraState.IDLE)
                self.pipeline.release()
                self.newest_jpeg = None

    async def _unwanted_within(self, delay_s: float) -> bool:
        try:
            await asyncio.wait_for(self._demand.absent.wait(), delay_s)
        except TimeoutError:
            return False
        return True

    async def _connect_once(self, backoff: Backoff) -> float | None:
        """Run the source until it fails (returns the delay to wait) or is unwanted (None)."""
        self.connects += 1
        self._rate.reset()
        self.pipeline.source_changed()
        frames_before = self.frames
        source = asyncio.create_task(self._run_source())
        unwanted = asyncio.create_task(self._demand.absent.wait())
        try:
            await asyncio.wait({source, unwanted}, return_when=asyncio.FIRST_COMPLETED)
            failed = source.done()
        finally:
            for task in (source, unwanted):
                task.cancel()
            await asyncio.wait({source, unwanted})
        self._tell_motion(self._motion_publisher.end(time.monotonic()))
        if not failed:
            return None
        if self.frames > frames_before:
            backoff.reset()
        return self._failed(None if source.cancelled() else source.exception(), backoff)

    async def _run_source(self) -> NoReturn:
        await open_source(self.settings, self._signaling()).run(self._deliver)

    def _failed(self, error: BaseException | None, backoff: Backoff) -> float:
        detail = str(error)[:500]
        if isinstance(error, SourceRefused):
            self._lifecycle.move(CameraState.ERROR, detail)
            return REFUSED_RETRY_S
        if isinstance(error, SourceStalled):
            self._lifecycle.move(CameraState.STALLED, detail)
        elif isinstance(error, SourceError):
            self._lifecycle.move(CameraState.OFFLINE, detail)
        else:
            self._log.error("the source failed unexpectedly", exc_info=error)
            self._lifecycle.move(CameraState.ERROR, f"unexpected {type(error).__name__}")
            return REFUSED_RETRY_S
        return backoff.next_delay_s()

    # Frames

    def _deliver(self, frame: JpegFrame | RawFrame) -> None:
        self.frames += 1
        self._rate.add(frame.capture_s)
        fps = self._rate.fps
        if fps is not None:
            self.pipeline.fps = fps
        if isinstance(frame, JpegFrame):
            self._publish_jpeg(frame)
        self.pipeline.jpeg_interval_s = self._jpeg_interval_s()
        allowance = self._overload.allowance(self.driven)
        if allowance.detect_every != self.pipeline.detect_every:
            self.overload_changed()
        if self.gate.admits(frame.received_s, allowance):
            self.worker.submit(frame)
        self._lifecycle.move(CameraState.LIVE)
        if fps is not None and not _close(fps, self._announced_fps):
            self._announced_fps = fps
            self._changed()

    def _publish_jpeg(self, frame: JpegFrame) -> None:
        self.newest_jpeg = frame
        self.jpegs.publish(frame)
        self.passing_jpegs.publish(frame)

    def _jpeg_interval_s(self) -> float | None:
        if len(self.jpegs) > 0:
            return 0.0
        kept = len(self.passing_jpegs) > 0 and self._motion_settings.enabled
        return KEPT_JPEG_INTERVAL_S if kept else None

    def _encoded_in_worker(self, stream: EncodedStream, unit: AccessUnit) -> None:
        self._loop.call_soon_threadsafe(stream.publish, unit)

    def _jpeg_in_worker(self, frame: JpegFrame) -> None:
        self._loop.call_soon_threadsafe(self._publish_jpeg, frame)

    def _size_in_worker(self, width: int, height: int) -> None:
        self._loop.call_soon_threadsafe(self._set_size, width, height)

    def _motion_in_worker(self, event: MotionEvent) -> None:
        if event.level != "NONE":
            self._quiet_from_s = event.capture_s + 2.0 * HOLD_S
        elif not self._motion_publisher.moving and event.capture_s > self._quiet_from_s:
            return
        self._loop.call_soon_threadsafe(self._select_motion, event)

    def _set_size(self, width: int, height: int) -> None:
        self._size = (width, height)
        self._changed()

    def _select_motion(self, event: MotionEvent) -> None:
        # The last result may come when the camera is gone, or detection is paused, and motion
        # ended with it.
        detecting = self._motion_settings.enabled and self.pipeline.detect_every > 0
        if self.state is CameraState.LIVE and detecting:
            self.detections.publish(event)
            self._ask_what_moves(event)
            self._tell_motion(self._motion_publisher.select(event, len(self.motion)))

    def _ask_what_moves(self, event: MotionEvent) -> None:
        if self._classifier is None or not event.tracks or not self._motion_settings.classify:
            return
        newest = self.newest_jpeg
        fits = newest is not None and abs(newest.capture_s - event.capture_s) <= SAME_PICTURE_S
        jpeg = newest.data if newest is not None and fits else None

        def tell(verdict: Verdict) -> None:
            vote = MotionEvent(
                event.capture_s, "NONE", 0.0, (), what=verdict.what, confidence=verdict.confidence
            )
            self.detections.publish(vote)

        self._classifier.ask(self.id, Sighting(jpeg, event.tracks[0], event.light), tell)

    def _tell_motion(self, event: MotionEvent | None) -> None:
        if event is None:
            return
        self.motion.publish(event)
        moving = event.level != "NONE"
        if moving != self._moving:
            self._moving = moving
            self._changed()

    @property
    def motion_settings(self) -> MotionSettings:
        """As they are now: :meth:`change_motion` may have changed them since the start."""
        return self._motion_settings

    def change_motion(self, settings: MotionSettings) -> None:
        """Detect by ``settings`` from the next frame on."""
        self._motion_settings = settings
        self.pipeline.change_motion(settings)
        if not settings.enabled:
            self._tell_motion(self._motion_publisher.end(time.monotonic()))
        self._changed()

    def overload_changed(self) -> None:
        """Tell everyone what this camera lacks now."""
        self.pipeline.detect_every = self._overload.allowance(self.driven).detect_every
        if self.pipeline.detect_every == 0:
            self._tell_motion(self._motion_publisher.end(time.monotonic()))
        self._changed()

    @property
    def events_problem(self) -> str | None:
        """Why its events are not kept as they should be, in words; None while they are."""
        return self._events_problem

    @events_problem.setter
    def events_problem(self, problem: str | None) -> None:
        self._events_problem = problem
        self._changed()

    async def next_jpeg(self) -> JpegFrame:
        """Wait for the next JPEG, opening the camera if need be. The caller sets the deadline.

        Raises :class:`NoPicture` as soon as it is known that there will be none.
        """
        slot: NewestSlot[JpegFrame] = NewestSlot()

        def give_up(info: CameraInfo) -> None:
            if info.state in (CameraState.OFFLINE, CameraState.ERROR):
                slot.close()

        with (
            self.wanted(),
            self.jpegs.subscribed(slot.put),
            self.changes.subscribed(give_up),
        ):
            give_up(self.info)
            try:
                return await slot.get()
            except Closed:
                raise NoPicture(self._lifecycle.detail or self.state) from None

    # What the outside sees

    @property
    def all_streams(self) -> tuple[EncodedStream, ...]:
        """Its streams in every codec and quality."""
        return tuple(stream for by in self.streams.values() for stream in by.values())

    @property
    def viewers(self) -> int:
        """Everyone who receives pictures, over WebRTC or as MJPEG."""
        return sum(len(stream.hub) for stream in self.all_streams) + len(self.jpegs)

    @property
    def state(self) -> CameraState:
        return self._lifecycle.state

    @property
    def info(self) -> CameraInfo:
        fps = self._rate.fps if self.state is CameraState.LIVE else None
        return CameraInfo(
            id=self.id,
            name=self.settings.name or self.id,
            state=self.state.value,
            detail=self._lifecycle.detail or self._lack(),
            width=self._size[0] if self._size else None,
            height=self._size[1] if self._size else None,
            fps=min(round(fps, 1), 1000.0) if fps is not None else None,
            viewers=self.viewers,
            motion=self._moving,
            car=self.car,
        )

    def _lack(self) -> str | None:
        if self.state is not CameraState.LIVE:
            return None
        lack = self._overload.sentence(self.driven, self._motion_settings.enabled)
        return lack or (self._events_problem and self._events_problem[:500])

    def _viewers_changed(self) -> None:
        if self._recount is None:
            self._recount = asyncio.get_running_loop().call_later(
                VIEWERS_INTERVAL_S, self._viewers_counted
            )

    def _viewers_counted(self) -> None:
        self._recount = None
        self._changed()

    def _changed(self) -> None:
        self.changes.publish(self.info)


def _close(fps: float, announced: float | None) -> bool:
    return announced is not None and abs(fps - announced) <= 0.2 * announced
