"""Prometheus metrics of the signaling server."""

from collections.abc import Callable
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge

from protocol.messages import CallKind
from signaling.broker import Broker
from signaling.links import Kind

_PREFIX = "peerlens_signaling_"


class SignalingMetrics:
    """Counts and gauges; labels are kinds and problems of this server, so they are bounded."""

    def __init__(self, registry: CollectorRegistry, broker: Broker) -> None:
        connections = Gauge(
            _PREFIX + "connections", "Open links by kind", ("kind",), registry=registry
        )
        for kind in Kind:
            connections.labels(kind.value).set_function(_links_open(broker, kind))
        sessions = Gauge(_PREFIX + "sessions", "Sessions that are open", registry=registry)
        sessions.set_function(lambda: broker.sessions_open)
        waiting = Gauge(
            _PREFIX + "sessions_waiting", "Sessions without an answer yet", registry=registry
        )
        waiting.set_function(lambda: broker.sessions_waiting)
        self.messages = Counter(
            _PREFIX + "messages", "Messages received", ("type",), registry=registry
        )
        self._bytes = Counter(
            _PREFIX + "bytes",
            "Bytes of the messages of links, relays not counted",
            ("direction",),
            registry=registry,
        )
        self.refused = Counter(
            _PREFIX + "refused", "Messages and links refused", ("problem",), registry=registry
        )
        self.events_dropped = Counter(
            _PREFIX + "events_dropped",
            "Changes of events that a browser did without because it reads slowly",
            registry=registry,
        )
        refused_events = Gauge(
            _PREFIX + "events_over_limit",
            "Changes of events that gateways told of too fast",
            registry=registry,
        )
        refused_events.set_function(lambda: broker.events_dropped)
        relays = Gauge(_PREFIX + "relays", "Relays that are open", ("kind",), registry=registry)
        self.calls_untaken = Counter(
            _PREFIX + "calls_untaken",
            "Calls that no gateway came for",
            ("kind",),
            registry=registry,
        )
        self._relay_messages = Counter(
            _PREFIX + "relay_messages", "Messages relayed", ("kind",), registry=registry
        )
        self._relay_bytes = Counter(
            _PREFIX + "relay_bytes", "Bytes of the messages relayed", ("kind",), registry=registry
        )
        for call_kind in get_args(CallKind):
            relays.labels(call_kind).set_function(_relays_open(broker, call_kind))
            for counter in (self.calls_untaken, self._relay_messages, self._relay_bytes):
                counter.labels(call_kind)  # so that it is there before the first one
        self.replaced = Counter(
            _PREFIX + "states_replaced",
            "Camera lists that a newer one replaced before they were sent",
            registry=registry,
        )

    def came(self, size: int) -> None:
        """Count the bytes of a message that came over a link."""
        self._bytes.labels("in").inc(size)

    def went(self, size: int) -> None:
        """Count the bytes of a message that was sent over a link."""
        self._bytes.labels("out").inc(size)

    def relayed(self, kind: CallKind, size: int) -> None:
        """Count one relayed message of ``size`` bytes."""
        self._relay_messages.labels(kind).inc()
        self._relay_bytes.labels(kind).inc(size)


def _relays_open(broker: Broker, kind: CallKind) -> Callable[[], float]:
    return lambda: broker.relays_open(kind)


def _links_open(broker: Broker, kind: Kind) -> Callable[[], float]:
    return lambda: broker.links_open(kind)
