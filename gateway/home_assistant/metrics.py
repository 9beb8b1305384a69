"""The figures of MQTT for Prometheus."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

if TYPE_CHECKING:
    from gateway.home_assistant.bridge import HomeAssistant


def mqtt_metrics(bridge: "HomeAssistant") -> Iterator[Metric]:
    """Give whether there is a broker, and what went there and came from it."""
    link, outbox = bridge.link, bridge.outbox
    yield GaugeMetricFamily(
        "peerlens_mqtt_connected", "1 while the broker is connected", value=float(link.connected)
    )
    yield GaugeMetricFamily(
        "peerlens_mqtt_waiting", "Messages that wait for the broker", value=len(outbox)
    )
    counters = {
        "connects": ("Connections to the broker", link.connects),
        "published": ("Messages that the broker took", link.published),
        "overtaken": ("Messages left out for a newer one of their topic", outbox.overtaken),
        "commands": ("Commands from the broker", bridge.commands),
        "commands_refused": ("Commands that made no sense", bridge.refused),
    }
    for name, (text, value) in counters.items():
        yield CounterMetricFamily(f"peerlens_mqtt_{name}", text, value=value)
