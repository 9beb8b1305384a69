"""How viewers fare, for Prometheus: by camera and quality, never by viewer."""

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeHistogramMetricFamily,
    GaugeMetricFamily,
    Metric,
)

from gateway.delivery import DeliveryCounts, DeliveryStats
from gateway.peer import PeerState
from gateway.peers import Peers
from gateway.quality import Quality


def delivery_metrics(peers: Peers) -> Iterator[Metric]:
    """Count the open viewers as they are now, and what was done for all there ever were."""
    open_now: dict[str, list[DeliveryStats]] = {camera_id: [] for camera_id in peers.left}
    connected: dict[str, list[DeliveryStats]] = {camera_id: [] for camera_id in peers.left}
    for peer in peers.all():
        stats = peer.delivery
        open_now[peer.camera.id].append(stats)
        if peer.state is PeerState.CONNECTED:
            connected[peer.camera.id].append(stats)
    yield _by_quality(connected)
    for spread in _SPREADS:
        yield spread.family(connected)
    yield from _totals(open_now, peers.left)


def _by_quality(connected: dict[str, list[DeliveryStats]]) -> Metric:
    family = GaugeMetricFamily(
        "peerlens_peers_connected",
        "Connected viewer sessions by the quality they get",
        labels=["camera", "quality"],
    )
    for camera_id, viewers in connected.items():
        for quality in Quality:
            count = sum(stats.quality is quality for stats in viewers)
            family.add_metric([camera_id, quality.value], count)
    return family


@dataclass(frozen=True)
class _Spread:
    """How one measure is spread over the viewers of this moment; unknown ones are left out."""

    name: str
    text: str
    bounds: tuple[float, ...]
    of: Callable[[DeliveryStats], float | None]

    def family(self, connected: dict[str, list[DeliveryStats]]) -> Metric:
        family = GaugeHistogramMetricFamily(
            f"peerlens_peer_{self.name}", self.text, labels=["camera"]
        )
        for camera_id, viewers in connected.items():
            values = [value for value in map(self.of, viewers) if value is not None]
            buckets = [
                (str(bound), float(sum(value <= bound for value in values)))
                for bound in self.bounds
            ]
            buckets.append(("+Inf", float(len(values))))
            family.add_metric([camera_id], buckets, sum(values))
        return family


_SPREADS = (
    _Spread(
        "round_trip_seconds",
        "Round trips to connected viewers",
        (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0),
        lambda stats: stats.round_trip_s,
    ),
    _Spread(
        "lost_ratio",
        "Share of packets lost in the last report of connected viewers",
        (0.0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5),
        lambda stats: stats.lost,
    ),
    _Spread(
        "estimate_bits_per_second",
        "What connected viewers say that their networks carry",
        (1e5, 2e5, 3e5, 5e5, 1e6, 2e6, 5e6, 1e7),
        lambda stats: stats.estimate_bps,
    ),
)


def _totals(
    open_now: dict[str, list[DeliveryStats]], left: dict[str, DeliveryCounts]
) -> Iterator[Metric]:
    totals = {
        "sent_packets": "Packets sent to viewers, without those sent again",
        "sent_payload_bytes": "Bytes of RTP payload in these packets",
        "resent_packets": "Packets that viewers asked for again and got",
        "dropped_units": "Encoded pictures that viewers were too slow to take",
    }
    families = {
        name: CounterMetricFamily(f"peerlens_peer_{name}", text, labels=["camera"])
        for name, text in totals.items()
    }
    for camera_id, gone in left.items():
        counts = functools.reduce(DeliveryCounts.plus, open_now[camera_id], gone)
        values = (counts.packets, counts.payload_bytes, counts.resent, counts.dropped)
        for family, value in zip(families.values(), values, strict=True):
            family.add_metric([camera_id], value)
    yield from families.values()
