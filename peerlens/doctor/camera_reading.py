"""Watching a camera for a few seconds, through the gateway's own sources."""

import asyncio
from dataclasses import dataclass, field
from typing import NoReturn

import simplejpeg

from gateway.settings import CameraSettings, UplinkSettings
from gateway.source import open_source
from gateway.source.base import Source
from gateway.source.errors import SourceError, SourceStalled
from gateway.source.http_mjpeg import HttpMjpegSource, Wording
from gateway.units import JpegFrame, RawFrame

WATCHED_S = 2.0
QUIET_S = 0.6
"""Silence at the end of the time that is waited out: it may be a stall."""
MOST_PATIENCE_S = 3.0
"""For the connection, and for a picture, whatever the settings of the camera say."""
LEAVE_TIMEOUT_S = 2.0
_POLL_S = 0.02


@dataclass(frozen=True, slots=True)
class CameraReading:
    """``fps`` is None below two pictures. ``error`` is what ended the stream, if anything did."""

    pictures: int = 0
    first_ms: float | None = None
    fps: float | None = None
    size: tuple[int, int] | None = None
    picture_bytes: float | None = None
    broken: int = 0
    wording: Wording | None = None
    error: SourceError | None = None


@dataclass
class _Watch:
    began_s: float
    arrivals_s: list[float] = field(default_factory=list)
    bytes_seen: int = 0
    newest: JpegFrame | RawFrame | None = None

    def deliver(self, frame: JpegFrame | RawFrame) -> None:
        self.arrivals_s.append(asyncio.get_running_loop().time())
        self.newest = frame
        if isinstance(frame, JpegFrame):
            self.bytes_seen += len(frame.data)


async def read_camera(
    settings: CameraSettings, signaling: UplinkSettings | None = None
) -> CameraReading:
    """Connect as the gateway would, and leave after about two seconds of pictures.

    ``signaling`` is where the pictures are of a camera that pushes them.

    Ends by itself: within the two patiences and the time watched.
    """
    patient = settings.model_copy(
        update={
            "connect_timeout_s": min(settings.connect_timeout_s, MOST_PATIENCE_S),
            "stall_timeout_s": min(settings.stall_timeout_s, MOST_PATIENCE_S),
        }
    )
    try:
        source = open_source(patient, signaling)
    except SourceError as refused:
        return CameraReading(error=refused)
    watch = _Watch(asyncio.get_running_loop().time())
    task = asyncio.ensure_future(source.run(watch.deliver))
    try:
        await _watched_enough(task, watch, patient)
    finally:
        task.cancel()
        # A source that reads in a thread may take a moment to notice.
        await asyncio.wait({task}, timeout=LEAVE_TIMEOUT_S)
    error = task.exception() if task.done() and not task.cancelled() else None
    if error is not None and not isinstance(error, SourceError):
        raise error
    return _reading(source, watch, error)


async def _watched_enough(
    task: "asyncio.Future[NoReturn]", watch: _Watch, settings: CameraSettings
) -> None:
    loop = asyncio.get_running_loop()
    give_up_s = watch.began_s + settings.connect_timeout_s + settings.stall_timeout_s + 1.0
    while not task.done():
        now_s = loop.time()
        if watch.arrivals_s:
            enough = now_s >= watch.arrivals_s[0] + WATCHED_S
            # A picture that is overdue may be one that never comes: then the source will say so.
            patience_s = min(QUIET_S, settings.stall_timeout_s)
            overdue = now_s - watch.arrivals_s[-1] > patience_s
            late = now_s > watch.arrivals_s[-1] + settings.stall_timeout_s + 1.0
            if (enough and not overdue) or late:
                return
        elif now_s > give_up_s:
            return
        await asyncio.wait({task}, timeout=_POLL_S)


def _reading(source: Source, watch: _Watch, error: SourceError | None) -> CameraReading:
    arrivals_s = watch.arrivals_s
    count = len(arrivals_s)
    if error is None and not count:
        error = SourceStalled("no picture came")
    span_s = arrivals_s[-1] - arrivals_s[0] if count > 1 else 0.0
    return CameraReading(
        pictures=count,
        first_ms=(arrivals_s[0] - watch.began_s) * 1_000 if count else None,
        fps=(count - 1) / span_s if span_s > 0 else None,
        size=_size(watch.newest),
        picture_bytes=watch.bytes_seen / count if watch.bytes_seen else None,
        broken=source.stats.broken,
        wording=source.wording if isinstance(source, HttpMjpegSource) else None,
        error=error,
    )


def _size(frame: JpegFrame | RawFrame | None) -> tuple[int, int] | None:
    if isinstance(frame, RawFrame):
        return frame.picture.width, frame.picture.height
    if frame is None:
        return None
    try:
        height, width, *_ = simplejpeg.decode_jpeg_header(frame.data)
    except ValueError:
        return None
    return int(width), int(height)
