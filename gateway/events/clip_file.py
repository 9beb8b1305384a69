"""One clip: fragmented MP4, muxed from what has been encoded already. Synchronous."""

import io
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

import av
from av.error import FFmpegError

from gateway.decode import JpegDecoder, PictureConverter
from gateway.encode.h264_encoder import H264Encoder
from gateway.encode.h264_payload import to_annex_b
from gateway.errors import MediaError
from gateway.units import RTP_CLOCK_HZ, AccessUnit, JpegFrame

logger = logging.getLogger(__name__)

FRAGMENT_US = 1_000_000
"""What a killed process loses at most of a clip, and how often one that grows can be played on."""
MOV_FLAGS = "frag_keyframe+empty_moov+default_base_moof"
TIME_BASE = Fraction(1, RTP_CLOCK_HZ)


class Sink(Protocol):
    """Where fragments go."""

    def write(self, data: bytes, /) -> int | None: ...

    def truncate(self, size: int, /) -> int: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Lead:
    """Pictures from before the first encoded one, as the camera sent them.

    They are encoded here, once, when the event begins. ``epoch_s`` is the capture time at which
    ``rtp_time`` is 0.
    """

    jpegs: tuple[JpegFrame, ...]
    epoch_s: float
    fps: float
    max_bitrate_kbps: int


class _Buffer:
    """What the muxer has given so far; without ``seek`` it never goes back."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: bytes) -> int:
        self.data += data
        return len(data)

    def take(self) -> bytes:
        taken, self.data = bytes(self.data), bytearray()
        return taken


class ClipFile:
    """Made with the first keyframe. All of it has that picture's size.

    Only whole fragments reach the file, each in one write, so what is there can always be played.
    Methods raise OSError when that fails, and :class:`MediaError`.
    """

    def __init__(self, sink: Sink, first: AccessUnit, lead: Lead | None = None) -> None:
        self.size = 0
        self.fragments = 0
        self._sink = sink
        self._closed = False
        self._shape = (first.width, first.height)
        self._start: int | None = None
        self._last = -1
        units = [*(self._encoded(lead, first) if lead is not None else ())]
        begin = units[0][0] if units else to_annex_b(first.payloads)
        self._buffer = _Buffer()
        try:
            with av.open(io.BytesIO(begin), format="h264") as template:
                self._container = av.open(
                    self._buffer,
                    "w",
                    format="mp4",
                    options={
                        "movflags": MOV_FLAGS,
                        "frag_duration": str(FRAGMENT_US),
                        "flush_packets": "1",
                    },
                )
                self._stream = self._container.add_stream_from_template(template.streams.video[0])
            self._stream.time_base = TIME_BASE
        except (FFmpegError, ValueError, IndexError) as error:
            raise MediaError(f"a clip cannot begin with this picture: {error}") from error
        for data, keyframe, at in units:
            self._mux(data, keyframe, at)
        self._mux(to_annex_b(first.payloads), first.keyframe, first.rtp_time)
        self._flush()

    def takes(self, unit: AccessUnit) -> bool:
        """Whether ``unit`` can be in this clip."""
        return (unit.width, unit.height) == self._shape

    def add(self, unit: AccessUnit) -> None:
        """Add the next picture."""
        self._mux(to_annex_b(unit.payloads), unit.keyframe, unit.rtp_time)
        self._flush()

    def close(self) -> None:
        """Write the last fragment, and close the file; a second time does nothing."""
        if self._closed:
            return
        self._closed = True
        try:
            self._container.close()
            self._flush()
        except FFmpegError as error:
            raise MediaError(f"a clip could not be ended: {error}") from error
        finally:
            self._sink.close()

    def _mux(self, data: bytes, keyframe: bool, rtp_time: int) -> None:
        if self._start is None:
            self._start = rtp_time
        at = max(rtp_time - self._start, self._last + 1)
        packet = av.Packet(data)
        packet.stream = self._stream
        packet.time_base = TIME_BASE
        packet.pts = packet.dts = at
        packet.duration = min(max(1, at - self._last), RTP_CLOCK_HZ) if self._last >= 0 else 3_000
        packet.is_keyframe = keyframe
        self._last = at
        try:
            self._container.mux_one(packet)
        except (FFmpegError, ValueError) as error:
            raise MediaError(f"a picture could not be put into a clip: {error}") from error

    def _flush(self) -> None:
        data = self._buffer.take()
        if not data:
            return
        rest = data
        try:
            while rest:
                rest = rest[self._sink.write(rest) or 0 :]
        except OSError:
            # Half a fragment is of no use to anybody.
            self._sink.truncate(self.size)
            raise
        self.size += len(data)
        self.fragments += b"moof" in data

    def _encoded(self, lead: Lead, first: AccessUnit) -> list[tuple[bytes, bool, int]]:
        jpegs = [jpeg for jpeg in lead.jpegs if jpeg.capture_s < first.capture_s]
        return list(_encode(jpegs, lead, self._shape, first.rtp_time))


def _encode(
    jpegs: Sequence[JpegFrame], lead: Lead, shape: tuple[int, int], before: int
) -> Iterable[tuple[bytes, bool, int]]:
    """Give Annex B, whether it is a keyframe, and rtp_time of each picture that can be decoded."""
    decoder, converter = JpegDecoder(), PictureConverter()
    encoder: H264Encoder | None = None
    for jpeg in jpegs:
        try:
            picture = converter.to_yuv420p(decoder.decode(jpeg).picture)
            if (picture.width, picture.height) != shape:
                continue
            at = round((jpeg.capture_s - lead.epoch_s) * RTP_CLOCK_HZ)
            if at >= before:
                return
            picture.pts = at
            first = encoder is None
            if encoder is None:
                encoder = H264Encoder(*shape, lead.fps, lead.max_bitrate_kbps)
            payloads, keyframe = encoder.encode(picture, first)
        except MediaError as error:
            logger.debug("a picture from before an event is left out: %s", error)
            continue
        if payloads:
            yield to_annex_b(payloads), keyframe, at
