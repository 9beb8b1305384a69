"""How a viewer's video gets to it, as the gateway measures it."""

from dataclasses import dataclass

from gateway.quality import Quality
from protocol.messages import Delivery

MOST_MS, MOST_KBPS = 1e7, 1e9
"""What the wire carries: a viewer may report anything."""


@dataclass(frozen=True, slots=True)
class DeliveryStats:
    """Unknown is None.

    ``lost`` (0..1) is the share of packets in the newest receiver report, ``estimate_bps`` what
    the viewer says that its network carries, ``path`` the types of the two candidates
    (``host/prflx``). The counts are since the viewer came: packets sent and sent again, and
    pictures not sent because its network was slow.
    """

    quality: Quality
    packets: int = 0
    payload_bytes: int = 0
    resent: int = 0
    dropped: int = 0
    round_trip_s: float | None = None
    lost: float | None = None
    jitter_s: float | None = None
    estimate_bps: int | None = None
    path: str | None = None

    def as_message(self) -> Delivery:
        """Return what viewers and API clients are told of it."""
        return Delivery(
            quality=self.quality.value,
            resent=self.resent,
            dropped=self.dropped,
            round_trip_ms=_bounded(self.round_trip_s, 1e3, MOST_MS),
            lost=_bounded(self.lost, 1.0, 1.0),
            jitter_ms=_bounded(self.jitter_s, 1e3, MOST_MS),
            estimate_kbps=_bounded(self.estimate_bps, 1e-3, MOST_KBPS),
            path=self.path,
        )


@dataclass(frozen=True, slots=True)
class DeliveryCounts:
    """What was done for viewers in sum; the counts are those of DeliveryStats."""

    packets: int = 0
    payload_bytes: int = 0
    resent: int = 0
    dropped: int = 0

    def plus(self, stats: DeliveryStats) -> "DeliveryCounts":
        return DeliveryCounts(
            self.packets + stats.packets,
            self.payload_bytes + stats.payload_bytes,
            self.resent + stats.resent,
            self.dropped + stats.dropped,
        )


def _bounded(value: float | None, factor: float, most: float) -> float | None:
    return None if value is None else round(min(max(value * factor, 0.0), most), 4)
