"""One direction of a link, as arithmetic: a packet's size and time in, its arrival out.

In this order: the packet waits in a queue with a bound, is sent at the line's rate, may be lost
on its way, and arrives after the delay.
"""

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class OneWay:
    """What one direction does to packets; the default does nothing. Raises ValueError."""

    delay_ms: float = 0.0
    """From one end to the other, without the time in the queue."""
    jitter_ms: float = 0.0
    """Each packet's delay is ``delay_ms`` plus or minus up to this much, evenly spread."""
    loss: float = 0.0
    """The part of all packets, 0 to 1, that is lost, each by its own chance."""
    rate_kbps: float | None = None
    """Of IP packets with their headers; None is without limit."""
    queue_ms: float = 200.0
    """A packet that would wait longer than this for the line is dropped (drop-tail)."""
    reorders: bool = False
    """Whether a packet may overtake another by its jitter; real queues do not allow it."""

    def __post_init__(self) -> None:
        if self.delay_ms < 0.0:
            raise ValueError(f"delay_ms {self.delay_ms}: expected 0 or more")
        if not 0.0 <= self.jitter_ms <= self.delay_ms:
            raise ValueError(f"jitter_ms {self.jitter_ms}: expected 0 to delay_ms {self.delay_ms}")
        if not 0.0 <= self.loss <= 1.0:
            raise ValueError(f"loss {self.loss}: expected 0 to 1")
        if self.rate_kbps is not None and self.rate_kbps <= 0.0:
            raise ValueError(f"rate_kbps {self.rate_kbps}: expected more than 0, or None")
        if self.queue_ms < 0.0:
            raise ValueError(f"queue_ms {self.queue_ms}: expected 0 or more")


@dataclass
class LinkCounters:
    """Packets so far; ``overflowed`` found the queue full."""

    passed: int = 0
    lost: int = 0
    overflowed: int = 0


class Link:
    """One direction over time. The same seed and packets give the same result."""

    def __init__(self, one_way: OneWay, seed: int = 1) -> None:
        self.one_way = one_way
        """May be exchanged at any time: packets that are under way keep their arrival."""
        self.counters = LinkCounters()
        self._random = random.Random(seed)
        self._line_free_s = 0.0
        self._last_arrival_s = 0.0

    def arrival_s(self, size_bytes: int, now_s: float) -> float | None:
        """When a packet that is sent now arrives, or None when it never does.

        ``now_s`` is never below an earlier one.
        """
        one_way = self.one_way
        # Both are drawn for every packet, so that one setting does not change another's chances.
        luck, swing = self._random.random(), self._random.uniform(-1.0, 1.0)
        begins_s = max(now_s, self._line_free_s)
        if (begins_s - now_s) * 1_000.0 > one_way.queue_ms:
            self.counters.overflowed += 1
            return None
        self._line_free_s = begins_s + _seconds_on_line(size_bytes, one_way.rate_kbps)
        if luck < one_way.loss:
            self.counters.lost += 1
            return None
        delay_s = (one_way.delay_ms + swing * one_way.jitter_ms) / 1_000.0
        arrival_s = self._line_free_s + delay_s
        if not one_way.reorders:
            arrival_s = max(arrival_s, self._last_arrival_s)
            self._last_arrival_s = arrival_s
        self.counters.passed += 1
        return arrival_s


def _seconds_on_line(size_bytes: int, rate_kbps: float | None) -> float:
    return 0.0 if rate_kbps is None else size_bytes * 8.0 / (rate_kbps * 1_000.0)
