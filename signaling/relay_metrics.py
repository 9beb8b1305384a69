"""What the relay carries, for Prometheus, by camera."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from signaling.relay_meter import RelayMeter


class RelayMetrics(Collector):
    """Reads the figures off the meter; nothing is kept twice."""

    def __init__(self, meter: RelayMeter) -> None:
        self._meter = meter

    def collect(self) -> Iterator[Metric]:
        """See prometheus_client."""
        relayed = CounterMetricFamily(
            "peerlens_relayed_bytes",
            "Bytes of pictures and control messages that went through signaling",
            labels=["camera", "direction"],
        )
        takers = GaugeMetricFamily(
            "peerlens_relay_takers",
            "Who takes a camera's pictures from signaling",
            labels=["camera", "kind"],
        )
        left_out = CounterMetricFamily(
            "peerlens_relay_left_out",
            "Pictures that signaling left out",
            labels=["camera", "reason"],
        )
        for camera, traffic in self._meter.cameras.items():
            relayed.add_metric([camera, "in"], traffic.bytes_in)
            relayed.add_metric([camera, "out"], traffic.bytes_out)
            takers.add_metric([camera, "viewer"], traffic.viewers.viewers)
            takers.add_metric([camera, "analyzer"], traffic.analyzers.viewers)
            for reason, count in traffic.left_out.items():
                left_out.add_metric([camera, reason], count)
        yield from (relayed, takers, left_out)
