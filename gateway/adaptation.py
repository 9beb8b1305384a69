"""Which quality a viewer's network carries. A pure state machine: no clock, no I/O.

Falls at once when there is evidence that the path is full, climbs after a calm time. An estimate
(REMB) is no evidence by itself: a browser's grows with what it is sent, so behind a still picture
it is small on the best of networks. Only one that fell below what was being sent says something.
Nothing but sending more can tell that more would fit, so a climb is a trial: when it fails, the
next one comes twice as late.
"""

from collections.abc import Sequence
from dataclasses import dataclass

MUCH_LOST, GRAVELY_LOST = 0.10, 0.25
"""A radio link may lose some percent at any rate; a path that is full loses more."""
CALM_LOSS = 0.08
FEWEST_PACKETS, ENOUGH_PACKETS = 20, 150
"""Due before their loss says anything: at first only whether it is grave. Of twenty packets, a
radio link that loses one in thirty loses three every few seconds."""

SLOWER_FACTOR, SLOWER_S = 2.0, 0.15
"""A round trip longer than the shortest by this, times and plus, is a queue that fills."""
SHORTEST_FORGOTTEN_PER_S = 0.01
"""The shortest round trip grows by this share of itself each second: paths change."""

SETTLE_S = 1.2
"""After a change, reports still tell of the time before."""
TRIAL_S = 6.0
TRIAL_ASKED, TRIAL_ASKED_S = 12, 0.5
"""So many packets asked for again within that time end a trial before the next report would."""
CALM_S, MOST_CALM_S = 5.0, 120.0
"""Calm time before a climb, at first and at most."""


@dataclass
class _Span:
    """Packets of several reports, until they are enough."""

    packets: int = 0
    lost: float = 0.0


class Adaptation:
    """One viewer's rung on the ladder; ``rung`` 0 is the best.

    ``rates`` are the limits of the rungs in bit/s, best first. ``grace_s``, which may change, is
    how long evidence must last before a fall: a driver's is longer, so that on a shared uplink
    the others yield first. Times are in seconds on one monotonic clock.
    """

    def __init__(self, rates: Sequence[int], now_s: float) -> None:
        self.rung = 0
        self._rates = tuple(rates)
        self.grace_s = 0.0
        self._calm_from_s = now_s
        self._changed_s = now_s - SETTLE_S
        self._climbed_s: float | None = None
        self._pressed_from_s: float | None = None
        self._wait_s = CALM_S
        self._estimate_bps: int | None = None
        self._shortest_s: float | None = None
        self._seen_s = now_s
        self._span = _Span()
        self._asked = 0
        self._asked_from_s = now_s

    def estimated(self, bps: int, sent_bps: float, now_s: float) -> None:
        """Take an estimate of what the network carries, against what is being sent."""
        fell = self._estimate_bps is not None and bps < self._estimate_bps
        self._estimate_bps = bps
        if fell and bps < sent_bps:
            self._congested(bps, now_s)

    def lost(self, packets: int, fraction: float, sent_bps: float, now_s: float) -> None:
        """Take the loss of the last ``packets`` packets."""
        span = self._span
        span.packets += packets
        span.lost += packets * fraction
        if span.packets < FEWEST_PACKETS:
            return
        share = span.lost / span.packets
        enough = span.packets >= ENOUGH_PACKETS
        if enough or share > GRAVELY_LOST:
            self._span = _Span()
        if share > (MUCH_LOST if enough else GRAVELY_LOST):
            self._congested(sent_bps * (1.0 - share), now_s)
        elif enough and share > CALM_LOSS:
            self._calm_from_s = now_s

    def asked_again(self, packets: int, now_s: float) -> None:
        """Take a request for so many lost packets (NACK)."""
        if self._climbed_s is None:
            return
        if now_s - self._asked_from_s > TRIAL_ASKED_S:
            self._asked, self._asked_from_s = 0, now_s
        self._asked += packets
        if self._asked >= TRIAL_ASKED:
            self._asked = 0
            self._congested(self._rates[self.rung + 1], now_s)

    def round_trip(self, round_trip_s: float, sent_bps: float, now_s: float) -> None:
        """Take a round trip."""
        shortest_s = self._shortest_s
        if shortest_s is None or round_trip_s < shortest_s:
            shortest_s = round_trip_s
        else:
            elapsed_s = min(max(now_s - self._seen_s, 0.0), 10.0)
            shortest_s += shortest_s * SHORTEST_FORGOTTEN_PER_S * elapsed_s
        self._shortest_s, self._seen_s = shortest_s, now_s
        if round_trip_s > shortest_s * SLOWER_FACTOR + SLOWER_S:
            self._congested(sent_bps * 0.7, now_s)

    def pass_time(self, now_s: float) -> None:
        """Climb when it has been calm for long enough. Call it about once a second."""
        if self._climbed_s is not None and now_s - self._climbed_s >= TRIAL_S:
            self._climbed_s = None
            self._wait_s = CALM_S
        if self._pressed_from_s is not None and now_s - self._calm_from_s > SETTLE_S:
            self._pressed_from_s = None
        if self.rung > 0 and now_s - self._calm_from_s >= self._wait_s:
            self.rung -= 1
            self._changed_s = self._climbed_s = self._calm_from_s = now_s

    def _congested(self, capacity_bps: float, now_s: float) -> None:
        self._calm_from_s = now_s
        if self._pressed_from_s is None:
            self._pressed_from_s = now_s
        if self._climbed_s is not None:
            # A trial that fails need not wait: what has changed is known.
            self._wait_s = min(2 * self._wait_s, MOST_CALM_S)
            self._climbed_s = None
        elif now_s - self._pressed_from_s < self.grace_s or now_s - self._changed_s < SETTLE_S:
            return
        least = len(self._rates) - 1
        if self.rung < least:
            fitting = range(self.rung + 1, least)
            self.rung = next((n for n in fitting if self._rates[n] <= capacity_bps), least)
            self._changed_s = now_s
        self._pressed_from_s = None
