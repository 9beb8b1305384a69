"""The figures of events for Prometheus."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from gateway.events.recording import Recording


def event_metrics(recording: Recording) -> Iterator[Metric]:
    """Give what was recorded, what was left out, and what it takes."""
    begun = CounterMetricFamily("peerlens_events_begun", "Events", labels=["camera"])
    held = GaugeMetricFamily(
        "peerlens_events_pre_roll_bytes", "Memory held for beginnings of clips", labels=["camera"]
    )
    for camera_id, recorder in recording.recorders.items():
        begun.add_metric([camera_id], recorder.counts["begun"])
        held.add_metric([camera_id], recorder.bytes)
    yield begun
    yield held
    store, writer = recording.store, recording.writer
    counters = {
        "left_out": ("Parts of events left out because the disk was slow", writer.dropped),
        "failures": ("Parts of events that could not be kept", store.failures + writer.failures),
        "databases_set_aside": ("Corrupt databases that were set aside", store.set_aside),
    }
    gauges = {
        "degraded": (
            "1 while events are not kept as they should be",
            recording.problem is not None,
        ),
        "bytes": ("Bytes of database, snapshots and clips", store.bytes),
        "waiting": ("Parts of events that wait for the disk", writer.waiting),
    }
    for name, (text, value) in counters.items():
        yield CounterMetricFamily(f"peerlens_events_{name}", text, value=value)
    for name, (text, number) in gauges.items():
        yield GaugeMetricFamily(f"peerlens_events_{name}", text, value=float(number))
