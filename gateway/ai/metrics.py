"""The figures of the vision model for Prometheus."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from gateway.ai.describer import Describer

OUTCOMES = ("answered", "nonsense", "busy", "refused", "failed")


def ai_metrics(describer: Describer) -> Iterator[Metric]:
    """Give what was asked, what came of it, and what is left of today's."""
    requests = CounterMetricFamily("peerlens_ai_requests", "Questions", labels=["outcome"])
    for outcome in OUTCOMES:
        requests.add_metric([outcome], describer.counts[outcome])
    yield requests
    yield CounterMetricFamily(
        "peerlens_ai_events_passed_over",
        "Events that a newer one took the turn of",
        value=describer.passed_over,
    )
    yield GaugeMetricFamily(
        "peerlens_ai_degraded",
        "1 while the last question has no answer",
        value=float(describer.problem is not None),
    )
    yield GaugeMetricFamily(
        "peerlens_ai_left_today", "Questions that may be asked today", value=describer.left_today
    )
