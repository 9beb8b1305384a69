"""Figures of how peers are reached. Labels are of fixed sets."""

from collections import Counter
from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, Metric

from gateway.remote_candidates import Fault
from gateway.turn_choice import TurnChoice


def ice_metrics(choice: TurnChoice, refused: Counter[Fault]) -> Iterator[Metric]:
    """Relayed addresses that were asked for, and candidates that were not tried."""
    allocations = CounterMetricFamily(
        "peerlens_turn_allocations",
        "Relayed addresses that the gateway asked for",
        labels=["transport", "outcome"],
    )
    for (transport, made), count in choice.allocations.items():
        allocations.add_metric([transport, "made" if made else "failed"], count)
    yield allocations
    candidates = CounterMetricFamily(
        "peerlens_candidates_refused",
        "Candidates of viewers that were not tried; mdns and tcp are usual",
        labels=["reason"],
    )
    for fault in Fault:
        candidates.add_metric([fault], refused[fault])
    yield candidates
