"""What came last, for the beginning of a clip: bounded by time and by bytes. Pure."""

from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from gateway.units import AccessUnit, JpegFrame

MAX_JPEG_BYTES = 16_000_000
MAX_UNIT_BYTES = 8_000_000
STALE_S = 0.5
"""Without a unit for this long nobody watches: what comes next follows a gap."""

Unit = TypeVar("Unit")


class _Ring(Generic[Unit]):
    def __init__(self, size: Callable[[Unit], int], max_bytes: int) -> None:
        self.units: deque[Unit] = deque()
        self.bytes = 0
        self._size: Callable[[Unit], int] = size
        self._max_bytes = max_bytes

    def push(self, unit: Unit) -> None:
        self.units.append(unit)
        self.bytes += self._size(unit)
        while self.bytes > self._max_bytes:
            self.pop()

    def pop(self) -> None:
        self.bytes -= self._size(self.units.popleft())

    def clear(self) -> None:
        self.units.clear()
        self.bytes = 0


class JpegRing:
    """The pictures of the last ``seconds``, as the camera sent them."""

    def __init__(self, seconds: float, max_bytes: int = MAX_JPEG_BYTES) -> None:
        self._seconds = seconds
        self._ring: _Ring[JpegFrame] = _Ring(lambda jpeg: len(jpeg.data), max_bytes)

    @property
    def bytes(self) -> int:
        return self._ring.bytes

    def push(self, jpeg: JpegFrame) -> None:
        self._ring.push(jpeg)
        oldest_s = jpeg.capture_s - self._seconds
        while self._ring.units and self._ring.units[0].capture_s < oldest_s:
            self._ring.pop()

    def clear(self) -> None:
        self._ring.clear()

    def between(self, since_s: float, before_s: float) -> tuple[JpegFrame, ...]:
        """Return those of this time, oldest first."""
        return tuple(jpeg for jpeg in self._ring.units if since_s <= jpeg.capture_s < before_s)

    def nearest(self, at_s: float) -> JpegFrame | None:
        """Return the picture of this moment, or the one next to it."""
        return min(self._ring.units, key=lambda jpeg: abs(jpeg.capture_s - at_s), default=None)


class UnitRing:
    """The newest encoded pictures of one stream, from a keyframe on.

    It keeps as many as are needed to go back ``seconds`` from now, to a keyframe.
    """

    def __init__(self, seconds: float, max_bytes: int = MAX_UNIT_BYTES) -> None:
        self._seconds = seconds
        self._ring: _Ring[AccessUnit] = _Ring(lambda unit: sum(map(len, unit.payloads)), max_bytes)
        self._keyframes: deque[float] = deque()
        """Capture times of the keyframes in the ring."""

    @property
    def bytes(self) -> int:
        return self._ring.bytes

    @property
    def last_keyframe_s(self) -> float:
        """Capture time of the newest keyframe; minus infinity without one."""
        return self._keyframes[-1] if self._keyframes else float("-inf")

    def push(self, unit: AccessUnit) -> None:
        if self._ring.units and not self._follows(unit):
            self.clear()
        if unit.keyframe:
            self._keyframes.append(unit.capture_s)
        elif not self._keyframes:
            return
        self._ring.push(unit)
        oldest_s = unit.capture_s - self._seconds
        while len(self._keyframes) > 1 and self._keyframes[1] <= oldest_s:
            self._drop_first_group()
        # By bytes the ring may have lost a keyframe: what followed it is of no use alone.
        while self._keyframes and not self._begins_with(self._keyframes[0]):
            self._drop_first_group()

    def clear(self) -> None:
        self._ring.clear()
        self._keyframes.clear()

    def since(self, at_s: float) -> tuple[AccessUnit, ...]:
        """Return what there is since the last keyframe before ``at_s``, or since the first one."""
        begin_s = max(
            (key_s for key_s in self._keyframes if key_s <= at_s),
            default=self._keyframes[0] if self._keyframes else float("inf"),
        )
        return tuple(unit for unit in self._ring.units if unit.capture_s >= begin_s)

    def is_fresh(self, now_s: float) -> bool:
        """Whether the stream is being encoded now, and could be taken up from here."""
        units = self._ring.units
        return bool(units) and now_s - units[-1].capture_s < STALE_S

    def _follows(self, unit: AccessUnit) -> bool:
        last = self._ring.units[-1]
        same_size = (last.width, last.height) == (unit.width, unit.height)
        return same_size and unit.capture_s - last.capture_s < STALE_S

    def _begins_with(self, keyframe_s: float) -> bool:
        units = self._ring.units
        return bool(units) and units[0].keyframe and units[0].capture_s == keyframe_s

    def _drop_first_group(self) -> None:
        self._keyframes.popleft()
        next_s = self._keyframes[0] if self._keyframes else float("inf")
        while self._ring.units and self._ring.units[0].capture_s < next_s:
            self._ring.pop()
