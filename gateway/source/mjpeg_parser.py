"""Sans-I/O parser of MJPEG over HTTP, for every dialect that cameras speak.

The pictures frame the stream, not the multipart syntax around them: a JPEG is followed marker
by marker (ITU-T T.81, annex B) from SOI to EOI, and the text before its SOI is taken for the
part's headers. Boundaries that are quoted, doubled, missing or wrong therefore do not matter.
``Content-Length`` serves only to find the last of several pictures in one part, and is not
believed again once it was too large.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from gateway.source.part_headers import MAX_HEADER_BYTES, parse_headers

_SLICE_BYTES = 65_536
SLACK_BYTES = MAX_HEADER_BYTES + _SLICE_BYTES + 2
"""What a parser holds at most beside the picture it is in."""

_SOI = b"\xff\xd8\xff"
_SOS, _EOI, _RESTART_SOI = 0xDA, 0xD9, 0xD8
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
# What may follow compressed data: another table or scan, the end, or the next picture when
# this one was cut short. Everything else there is damage, and decoders cope with it.
_AFTER_SCAN = re.compile(rb"\xff(?:[\xc4\xd9-\xdd]|\xd8\xff)")
_MARKER = re.compile(rb"\xff[^\x00\xff]")
_AFTER_PICTURE = re.compile(rb"\xff\xd8\xff|\n--")


@dataclass(frozen=True, slots=True)
class MjpegPart:
    """One complete JPEG, its part's headers (names in lower case), and when its SOI came in."""

    jpeg: bytes
    headers: Mapping[str, str]
    began_s: float


@dataclass(frozen=True, slots=True)
class MjpegStats:
    """Counters since the start of the stream.

    ``pictures`` were given out. ``joined`` is complete pictures that shared a part with a newer
    one, ``truncated`` those cut short in their data, ``damaged`` those without any data,
    ``oversized`` those above the limit, ``wrong_lengths`` parts with a false Content-Length.
    """

    pictures: int
    joined: int
    truncated: int
    damaged: int
    oversized: int
    wrong_lengths: int


class _State(Enum):
    """SEEK -> MARKERS <-> SCAN -> SEEK; with a believed length SCAN -> GAP -> MARKERS or SEEK."""

    SEEK = auto()
    """Between pictures: look for the next SOI."""
    MARKERS = auto()
    """Inside a picture, at a marker segment."""
    SCAN = auto()
    """Inside compressed data."""
    GAP = auto()
    """Behind a complete picture, before the end that Content-Length gave."""


@dataclass(slots=True)
class _Part:
    """The part being read; offsets count from the start of the buffer."""

    headers: Mapping[str, str] = field(default_factory=dict)
    end: int | None = None
    """Where Content-Length ends it, if it is believed."""
    follows: bool = False
    """The same part gave a picture before."""
    picture: int = 0
    scanned: bool = False
    began_s: float = 0.0
    ended: int = 0
    """Where the last picture that has an end ended."""
    complete: tuple[int, int, float] | None = None
    """The last complete picture: start, end, arrival of its start."""


class MjpegParser:
    """Feed it what the socket gives; it gives back the complete pictures.

    Never raises on any input, takes time linear in it, and holds at most ``max_part_bytes``
    plus ``SLACK_BYTES``. Where a part holds several pictures, the last complete one is given if
    Content-Length tells the part's end; otherwise each is given as it ends, because the end of
    the part is only known one frame time later.
    """

    def __init__(self, max_part_bytes: int) -> None:
        self._limit = max_part_bytes
        self._buffer = bytearray()
        self._at = 0
        self._state = _State.SEEK
        self._part = _Part()
        self._delimiter: bytes | None = None
        self._believe_lengths = True
        self._now_s = 0.0
        self._found: list[MjpegPart] = []
        self._pictures = self._joined = self._truncated = 0
        self._damaged = self._oversized = self._wrong_lengths = 0

    @property
    def stats(self) -> MjpegStats:
        return MjpegStats(
            self._pictures,
            self._joined,
            self._truncated,
            self._damaged,
            self._oversized,
            self._wrong_lengths,
        )

    @property
    def buffered_bytes(self) -> int:
        return len(self._buffer)

    def feed(self, data: bytes, arrival_s: float = 0.0) -> list[MjpegPart]:
        """Take bytes that arrived at ``arrival_s``; return the pictures they complete."""
        self._now_s = arrival_s
        # Slices keep the bound on memory whatever the caller feeds.
        for start in range(0, len(data), _SLICE_BYTES):
            self._buffer += data[start : start + _SLICE_BYTES]
            while self._step():
                pass
        found, self._found = self._found, []
        return found

    def _step(self) -> bool:
        """Move on as far as the buffered bytes allow; false when more are needed."""
        if self._state is _State.SEEK:
            return self._seek()
        if self._state is _State.MARKERS:
            return self._follow_markers()
        if self._state is _State.SCAN:
            return self._follow_scan()
        return self._cross_gap()

    # Between pictures

    def _seek(self) -> bool:
        buffer = self._buffer
        start = buffer.find(_SOI, self._at)
        if start < 0:
            # A SOI may straddle the end: what comes before it is still a whole header.
            del buffer[: max(0, len(buffer) - MAX_HEADER_BYTES - 2)]
            self._at = max(0, len(buffer) - 2)
            return False
        text = bytes(buffer[max(0, start - MAX_HEADER_BYTES) : start])
        del buffer[:start]
        if text:
            self._begin_part(text)
        else:
            # Nothing in between: one more picture of the same part, or no parts at all.
            follows = self._part.follows and self._delimiter is not None
            self._part = _Part(headers=self._part.headers, follows=follows)
        self._begin_picture(0)
        return True

    def _begin_part(self, text: bytes) -> None:
        headers = parse_headers(text)
        if headers.delimiter is not None:
            self._delimiter = headers.delimiter
        self._part = _Part(headers=headers.fields)
        if self._believe_lengths and headers.length is not None and headers.length <= self._limit:
            self._part.end = headers.length

    def _begin_picture(self, start: int) -> None:
        part = self._part
        part.picture, part.scanned, part.began_s = start, False, self._now_s
        self._at = start + 2
        self._state = _State.MARKERS

    # Inside a picture

    def _stop(self) -> int:
        """Return the offset at which the current picture is given up."""
        part = self._part
        stop = part.picture + self._limit
        if part.complete is not None and part.end is not None:
            stop = min(stop, part.end)
        return stop

    def _follow_markers(self) -> bool:
        buffer, stop = self._buffer, self._stop()
        found = _MARKER.search(buffer, self._at, stop)
        if found is None:
            return self._wait(stop, keep=1)
        at = self._at = found.start()
        marker = buffer[at + 1]
        if marker == _EOI:
            return self._end_picture(at + 2)
        if marker == _RESTART_SOI:
            return self._abandon(at)
        if marker in _STANDALONE:
            self._at = at + 2
            return True
        if len(buffer) < at + 4:
            return False
        end = at + 2 + int.from_bytes(buffer[at + 2 : at + 4], "big")
        if end > stop:
            return self._overrun(at + 2)
        if len(buffer) < end:
            return False
        if self._delimiter is not None:
            cut = buffer.find(self._delimiter, at, end)
            if cut >= 0:
                # Cut short inside a table: its length would skip into the next part.
                self._count_lost()
                return self._resume(cut)
        self._at = max(end, at + 2)
        if marker == _SOS:
            self._part.scanned = True
            self._state = _State.SCAN
        return True

    def _follow_scan(self) -> bool:
        stop = self._stop()
        found = _AFTER_SCAN.search(self._buffer, self._at, stop)
        if found is None:
            return self._wait(stop, keep=2)
        self._at = found.start()
        if self._buffer[self._at + 1] == _RESTART_SOI:
            return self._abandon(self._at)
        self._state = _State.MARKERS
        return True

    def _wait(self, stop: int, keep: int) -> bool:
        """Nothing was found; ``keep`` bytes at the end may be the start of it."""
        if len(self._buffer) >= stop:
            # A SOI may straddle the stop.
            return self._overrun(max(self._part.picture + 2, stop - 2))
        self._at = max(self._at, len(self._buffer) - keep)
        return False

    def _overrun(self, at: int) -> bool:
        """The picture is too large, or would reach behind its part's end."""
        if self._part.complete is None:
            self._oversized += 1
        else:
            self._truncated += 1
        return self._resume(at)

    def _abandon(self, soi: int) -> bool:
        """The next picture begins at ``soi``, inside one that has no end."""
        part = self._part
        self._count_lost()
        if self._delimiter is not None:
            cut = self._buffer.rfind(self._delimiter, part.picture, soi)
            if cut >= 0:
                return self._resume(cut)
        if part.end is None or soi >= part.end:
            return self._resume(soi)
        self._begin_picture(soi)
        return True

    def _count_lost(self) -> None:
        if self._part.scanned:
            self._truncated += 1
        else:
            self._damaged += 1

    def _resume(self, at: int) -> bool:
        """Give up the current picture and look for the next one from ``at``."""
        self._end_part(at)
        self._part = _Part()
        return True

    # Behind a picture

    def _end_picture(self, end: int) -> bool:
        part = self._part
        if part.scanned:
            if part.complete is not None or part.follows:
                self._joined += 1
            part.complete = (part.picture, end, part.began_s)
        else:
            self._damaged += 1
        part.ended = self._at = end
        if part.end is not None and end < part.end:
            self._state = _State.GAP
            return True
        if part.end is not None and end > part.end:
            self._wrong_lengths += 1
        self._end_part(end)
        return True

    def _cross_gap(self) -> bool:
        buffer, part = self._buffer, self._part
        assert part.end is not None
        found = _AFTER_PICTURE.search(buffer, self._at, part.end)
        if found is not None and found.group() == _SOI:
            self._begin_picture(found.start())
            return True
        if found is not None:
            # The next part begins before this one should end.
            self._wrong_lengths += 1
            self._believe_lengths = False
        elif len(buffer) < part.end:
            self._at = max(self._at, len(buffer) - 2)
            return False
        self._end_part(part.ended)
        return True

    def _end_part(self, end: int) -> None:
        part = self._part
        if part.complete is not None:
            first, last, began_s = part.complete
            part.complete = None
            part.follows = True
            self._pictures += 1
            self._found.append(MjpegPart(bytes(self._buffer[first:last]), part.headers, began_s))
        del self._buffer[:end]
        self._at = 0
        self._state = _State.SEEK
