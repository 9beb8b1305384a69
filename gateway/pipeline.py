"""What is done to each frame of a camera: decode, encode, look for motion.

``process`` runs in a worker thread, one frame at a time. Results leave through callables
that hand them to the event loop.
"""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from av import VideoFrame

from gateway.decode import (
    JpegDecoder,
    Luma,
    PictureConverter,
    encode_jpeg,
    jpeg_luma,
    jpeg_size,
    luma_plane,
)
from gateway.errors import DecodeError, MediaError
from gateway.motion import MotionDetector
from gateway.motion.budget import DetectionBudget
from gateway.motion_settings import MotionSettings
from gateway.stream import EncodedStream
from gateway.units import RTP_CLOCK_HZ, AccessUnit, JpegFrame, MotionEvent, RawFrame

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class PipelineOutputs:
    """Where results go. Each is called from the worker thread."""

    encoded: Callable[[EncodedStream, AccessUnit], None]
    motion: Callable[[MotionEvent], None]
    jpeg: Callable[[JpegFrame], None]
    size: Callable[[int, int], None]


class FramePipeline:
    """The stages of one camera, in one place, with what they remember between frames."""

    def __init__(
        self,
        streams: Iterable[EncodedStream],
        motion: MotionSettings,
        outputs: PipelineOutputs,
        epoch_s: float,
    ) -> None:
        self._streams = tuple(streams)
        self._motion = motion
        self._detector = MotionDetector(motion)
        self._detector_is_stale = False
        self._outputs = outputs
        self._epoch_s = epoch_s
        self._decoder = JpegDecoder()
        self._converter = PictureConverter()
        self._rtp_time = -1
        self._size = (0, 0)
        self.fps = 30.0
        self.jpeg_interval_s: float | None = None
        """Of a source without JPEGs, one is made this often; None: none is."""
        self._jpeg_s = float("-inf")
        self.detect_every = 1
        """One in so many frames is looked at for motion; 0 means none."""
        self.bad_frames = 0
        self.detections_shed = 0
        self.detections_late = 0
        self.motion_failures = 0
        self._budget = DetectionBudget()
        self._since_detection = 0

    def source_changed(self) -> None:
        """Tell the detector, before the next frame, that what comes is a new connection."""
        self._detector_is_stale = True

    def change_motion(self, motion: MotionSettings) -> None:
        """Detect by other settings from the next frame on."""
        self._detector_is_stale |= motion.enabled and not self._motion.enabled
        self._motion = motion

    def process(self, frame: JpegFrame | RawFrame) -> None:
        """Take one frame through all stages that somebody needs."""
        wanted = [stream for stream in self._streams if stream.takes(frame.capture_s)]
        # A keyframe may bring viewers over from another quality: theirs of this picture is then
        # not sent any more.
        wanted.sort(key=lambda stream: not stream.keyframe_due(frame.capture_s))
        detecting = self._detection_due(frame.capture_s)
        try:
            if wanted or isinstance(frame, RawFrame):
                seen: Luma | VideoFrame | None = self._show(frame, wanted)
            else:
                seen = self._glance(frame, detecting)
        except MediaError as error:
            self.bad_frames += 1
            logger.debug("frame skipped: %s", error)
            return
        if detecting and seen is not None:
            self._detect(seen, frame.capture_s)

    def _show(self, frame: JpegFrame | RawFrame, wanted: list[EncodedStream]) -> VideoFrame:
        """Decode and encode; gives the decoded picture."""
        raw = self._decoder.decode(frame) if isinstance(frame, JpegFrame) else frame
        self._note_size(raw.picture.width, raw.picture.height)
        self._encode(raw, wanted)
        if raw is frame and self._jpeg_due(raw.capture_s):
            self._outputs.jpeg(encode_jpeg(raw))
        return raw.picture

    def _jpeg_due(self, capture_s: float) -> bool:
        interval_s = self.jpeg_interval_s
        if interval_s is None or 0 <= capture_s - self._jpeg_s < interval_s:
            return False
        self._jpeg_s = capture_s
        return True

    def _detection_due(self, capture_s: float) -> bool:
        """Whether this frame is looked at; counts those that would be, were there time."""
        if not self._motion.enabled:
            return False
        if not self._budget.allows(capture_s):
            self.detections_late += 1
            return False
        self._since_detection += 1
        if 0 < self.detect_every <= self._since_detection:
            self._since_detection = 0
            return True
        self.detections_shed += 1
        # What changes meanwhile is not motion once detection goes on.
        self._detector_is_stale |= self.detect_every == 0
        return False

    def _glance(self, frame: JpegFrame, detecting: bool) -> Luma | VideoFrame | None:
        """What is left of :meth:`_show` when nobody watches."""
        self._note_size(*jpeg_size(frame))
        if not detecting:
            return None
        try:
            return jpeg_luma(frame)
        except DecodeError:
            return self._decoder.decode(frame).picture

    def _note_size(self, width: int, height: int) -> None:
        size = (width, height)
        if size != self._size:
            self._size = size
            self._outputs.size(*size)

    def _encode(self, raw: RawFrame, wanted: list[EncodedStream]) -> None:
        # From capture, never from a counter: cameras are irregular. Strictly increasing.
        rtp_time = round((raw.capture_s - self._epoch_s) * RTP_CLOCK_HZ)
        self._rtp_time = rtp_time = max(rtp_time, self._rtp_time + 1)
        if not wanted:
            return
        frame = replace(raw, picture=self._converter.to_yuv420p(raw.picture))
        for stream in wanted:
            unit = stream.encode(frame, rtp_time, self.fps)
            if unit is not None:
                self._outputs.encoded(stream, unit)

    def _detect(self, seen: Luma | VideoFrame, capture_s: float) -> None:
        started_s = time.thread_time()
        try:
            luma = luma_plane(seen) if isinstance(seen, VideoFrame) else seen
            if self._detector_is_stale:
                self._detector_is_stale = False
                self._detector.reset()
            if self._detector.settings is not self._motion:
                self._detector.settings = self._motion
            self._outputs.motion(self._detector.detect(luma, capture_s))
        except Exception as error:
            # A detector must never touch the stream: start a fresh one and go on.
            self.motion_failures += 1
            logger.warning("motion detector failed and is replaced: %r", error)
            self._detector = MotionDetector(self._motion)
        self._budget.spent(time.thread_time() - started_s)

    def release(self) -> None:
        """Free the encoders while nobody watches."""
        for stream in self._streams:
            stream.release()
