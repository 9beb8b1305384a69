"""The figures of viewers without a peer connection, for Prometheus, by camera."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from gateway.picture_viewers import PictureViewers


def picture_metrics(viewers: PictureViewers) -> Iterator[Metric]:
    """Read the figures off the viewers; nothing is kept twice."""
    families: tuple[GaugeMetricFamily | CounterMetricFamily, ...] = (
        GaugeMetricFamily(
            "peerlens_picture_viewers", "Who sees pictures over a WebSocket", labels=["camera"]
        ),
        CounterMetricFamily(
            "peerlens_pictures_sent", "Pictures sent over WebSockets", labels=["camera"]
        ),
        CounterMetricFamily(
            "peerlens_pictures_sent_bytes", "Bytes of these pictures", labels=["camera"]
        ),
        CounterMetricFamily(
            "peerlens_pictures_left_out",
            "Pictures that a viewer over a WebSocket had no room for",
            labels=["camera"],
        ),
    )
    for camera_id, counts in viewers.counts.items():
        figures = (counts.viewers, counts.sent, counts.sent_bytes, counts.left_out)
        for family, figure in zip(families, figures, strict=True):
            family.add_metric([camera_id], figure)
    yield from families
