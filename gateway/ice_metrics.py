"""Figures of how peers are reached. Labels are of fixed sets."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, Metric

from gateway.turn_choice import TurnChoice


def turn_metrics(choice: TurnChoice) -> Iterator[Metric]:
    """Relayed addresses that were asked for."""
    allocations = CounterMetricFamily(
        "peerlens_turn_allocations",
        "Relayed addresses that the gateway asked for",
        labels=["transport", "outcome"],
    )
    for (transport, made), count in choice.allocations.items():
        allocations.add_metric([transport, "made" if made else "failed"], count)
    yield allocations
