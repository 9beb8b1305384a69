"""RTSP cameras and video files through FFmpeg, which blocks and so runs on a thread of its own."""

import asyncio
import logging
import threading
import time
from collections.abc import Iterator
from typing import NoReturn

import av
from av import Packet, VideoFrame, VideoStream
from av.container import InputContainer

from gateway.settings import CameraSettings
from gateway.source.av_target import AvTarget, av_target
from gateway.source.base import Deliver, SourceStats
from gateway.source.device_clock import DeviceClock
from gateway.source.errors import SourceError, SourceRefused, SourceStalled, SourceUnreachable
from gateway.source.pacing import Pacer
from gateway.units import RawFrame

logger = logging.getLogger(__name__)

STOP_TIMEOUT_S = 1.0
"""A thread that FFmpeg holds longer is left to end by its own read timeout."""
DEFAULT_FPS = 25.0


class AvSource:
    """One ``rtsp(s)://`` or ``file:`` URL. Files play in real time, again and again. Single-use.

    Pictures are handed to the event loop one at a time: while one waits there, newer ones
    replace it and the older is counted as stale.
    """

    def __init__(self, settings: CameraSettings) -> None:
        self._settings = settings
        self._target = av_target(settings)
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._pending: RawFrame | None = None
        self._clock = DeviceClock()
        self._delivered = self._stale = self._broken = 0
        self._frame_s = 0.0

    @property
    def stats(self) -> SourceStats:
        return SourceStats(self._delivered, self._stale, self._broken)

    async def run(self, deliver: Deliver) -> NoReturn:
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[BaseException] = loop.create_future()

        def end(error: BaseException) -> None:
            if not ended.done():
                ended.set_result(error)

        def play() -> None:
            error: BaseException
            try:
                error = self._play(loop, deliver)
            except BaseException as unexpected:
                error = unexpected
            _tell(loop, end, error)

        threading.Thread(target=play, name=f"source {self._target.shown}", daemon=True).start()
        try:
            error = await asyncio.shield(ended)
        finally:
            self._stop.set()
            if not ended.done():
                await asyncio.wait([ended], timeout=STOP_TIMEOUT_S)
        raise error

    # On the loop's thread

    def _flush(self, deliver: Deliver) -> None:
        with self._lock:
            frame, self._pending = self._pending, None
        if frame is not None and not self._stop.is_set():
            self._delivered += 1
            deliver(frame)

    # On the source's thread

    def _play(self, loop: asyncio.AbstractEventLoop, deliver: Deliver) -> SourceError:
        """Read until that fails or :meth:`run` ends; return why."""
        try:
            while not self._stop.is_set():
                frames = 0
                for frame in self._read():
                    frames += 1
                    self._hand_over(loop, deliver, frame)
                if self._target.live:
                    return SourceUnreachable(f"{self._target.shown} ended the stream")
                if frames == 0 and not self._stop.is_set():
                    return SourceRefused(f"{self._target.shown} holds no readable picture")
            return SourceUnreachable(f"{self._target.shown} was closed")
        except SourceError as error:
            return error
        except av.FFmpegError as error:
            return _translated(error, self._target, self._settings)

    def _hand_over(
        self, loop: asyncio.AbstractEventLoop, deliver: Deliver, frame: RawFrame
    ) -> None:
        with self._lock:
            waiting, self._pending = self._pending is not None, frame
            self._stale += waiting
        if not waiting:
            _tell(loop, self._flush, deliver)

    def _read(self) -> Iterator[RawFrame]:
        """Open the URL, and yield its pictures at the pace they are to be seen."""
        settings, target = self._settings, self._target
        # A live source's stall timeout runs from here; opening has its own in FFmpeg.
        with av.open(
            target.url,
            options=target.options,
            timeout=(
                settings.connect_timeout_s + settings.stall_timeout_s,
                settings.stall_timeout_s,
            )
            if target.live
            else None,
        ) as container:
            stream = _video_stream(container, target)
            # A file is opened again each time it was played to its end.
            level = logging.DEBUG if self._delivered else logging.INFO
            logger.log(level, "= %s opened: %s", target.shown, stream.codec_context.name)
            self._frame_s = time.monotonic()
            if target.live:
                yield from self._live(container, stream)
            else:
                yield from self._paced(container, stream)

    def _live(self, container: InputContainer, stream: VideoStream) -> Iterator[RawFrame]:
        for packet in container.demux(stream):
            arrival_s = time.monotonic()
            for picture in self._decode(packet):
                self._frame_s = arrival_s
                capture_s = self._clock.capture_s(arrival_s, picture.time)
                yield RawFrame(picture, capture_s, arrival_s, time.monotonic())
            if self._stop.is_set():
                return
            if arrival_s - self._frame_s > self._settings.stall_timeout_s:
                raise SourceStalled(_stalled(self._target, self._settings))

    def _paced(self, container: InputContainer, stream: VideoStream) -> Iterator[RawFrame]:
        """Yield each picture when it is due by its timestamp."""
        interval_s = 1 / float(stream.average_rate or DEFAULT_FPS)
        pacer = Pacer(time.monotonic(), interval_s)
        for packet in container.demux(stream):
            for picture in self._decode(packet):
                if self._stop.wait(pacer.wait_s(time.monotonic(), picture.time)):
                    return
                now_s = time.monotonic()
                yield RawFrame(picture, now_s, now_s, now_s)
        self._stop.wait(interval_s)

    def _decode(self, packet: "Packet[VideoStream]") -> list[VideoFrame]:
        try:
            return packet.decode()
        except av.InvalidDataError:
            self._broken += 1
            return []


def _video_stream(container: InputContainer, target: AvTarget) -> VideoStream:
    if not container.streams.video:
        raise SourceRefused(f"{target.shown} holds no video")
    stream = container.streams.video[0]
    # Threads that decode whole frames in parallel would add their number to the latency.
    stream.thread_type = "SLICE"
    if target.live:
        stream.codec_context.flags |= av.codec.context.Flags.low_delay
    return stream


def _translated(error: av.FFmpegError, target: AvTarget, settings: CameraSettings) -> SourceError:
    reason = error.strerror or type(error).__name__
    if isinstance(error, av.HTTPUnauthorizedError | av.HTTPForbiddenError):
        return SourceRefused(f"{target.shown} does not accept the credentials: {reason}")
    if not target.live:
        return SourceRefused(f"{target.shown} cannot be played: {reason}")
    if isinstance(error, av.HTTPClientError | av.ProtocolNotFoundError):
        return SourceRefused(f"{target.shown} is refused: {reason}")
    if isinstance(error, av.ExitError | av.TimeoutError):
        return SourceStalled(_stalled(target, settings))
    return SourceUnreachable(f"cannot read {target.shown}: {reason}")


def _stalled(target: AvTarget, settings: CameraSettings) -> str:
    return f"{target.shown}: no picture for {settings.stall_timeout_s:g} s"


def _tell(loop: asyncio.AbstractEventLoop, call: object, *arguments: object) -> None:
    try:
        loop.call_soon_threadsafe(call, *arguments)  # type: ignore[arg-type]
    except RuntimeError:
        # The loop has closed: nobody listens any more.
        logger.debug("a source outlived its event loop")
