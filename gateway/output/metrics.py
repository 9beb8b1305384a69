"""The figures of outputs for Prometheus. Labels are camera ids and places in their lists."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from gateway.output.lifecycle import OutputState
from gateway.output.output import Output
from gateway.output.outputs import Outputs

STATES = {
    OutputState.STOPPED: 0,
    OutputState.WAITING: 1,
    OutputState.CONNECTING: 2,
    OutputState.LIVE: 3,
    OutputState.FAILED: 4,
}


def output_metrics(outputs: Outputs) -> Iterator[Metric]:
    """Read the figures off the outputs; nothing is kept twice."""
    labels = ["camera", "output"]
    words = ", ".join(f"{number} {state}" for state, number in STATES.items())
    state = GaugeMetricFamily("peerlens_output_state", f"What it does: {words}", labels=labels)
    families: dict[str, CounterMetricFamily] = {
        name: CounterMetricFamily(f"peerlens_output_{name}", text, labels=labels)
        for name, text in _COUNTERS.items()
    }
    for output in outputs.all:
        values = [output.camera.id, str(output.number)]
        state.add_metric(values, STATES[output.lifecycle.state])
        for name, count in _counts(output).items():
            families[name].add_metric(values, count)
    yield state
    yield from families.values()


_COUNTERS = {
    "reconnects": "Attempts to publish after the first one",
    "sent_packets": "Packets sent to media servers, without those sent again",
    "sent_payload_bytes": "Bytes of RTP payload in these packets",
    "resent_packets": "Packets that media servers asked for again and got",
    "dropped_units": "Encoded pictures that the network to media servers was too slow for",
}


def _counts(output: Output) -> dict[str, int]:
    counts = output.counts
    return {
        "reconnects": max(0, output.attempts - 1),
        "sent_packets": counts.packets,
        "sent_payload_bytes": counts.payload_bytes,
        "resent_packets": counts.resent,
        "dropped_units": counts.dropped,
    }
