"""The figures of driving for Prometheus. Labels are car ids, which configuration bounds."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from gateway.drive.car import Car
from gateway.drive.cars import Cars


def drive_metrics(cars: Cars) -> Iterator[Metric]:
    """Read the figures off the cars; nothing is kept twice."""
    for name, text, read in _GAUGES:
        gauge = GaugeMetricFamily(f"peerlens_car_{name}", text, labels=["car"])
        for car in cars.all:
            gauge.add_metric([car.id], read(car))
        yield gauge
    for name, text, read in _COUNTERS:
        counter = CounterMetricFamily(f"peerlens_car_{name}", text, labels=["car"])
        for car in cars.all:
            counter.add_metric([car.id], read(car))
        yield counter
    commands = CounterMetricFamily(
        "peerlens_car_commands", "Commands by what became of them", labels=["car", "outcome"]
    )
    refused = CounterMetricFamily(
        "peerlens_car_requests_refused", "Requests refused, by problem", labels=["car", "problem"]
    )
    for car in cars.all:
        for outcome, count in car.counts.items():
            commands.add_metric([car.id, outcome], count)
        for problem, count in car.refusals.items():
            refused.add_metric([car.id, problem], count)
    yield commands
    yield refused


def _round_trip_s(car: Car) -> float:
    trip_ms = car.board.round_trip_ms if car.board is not None else None
    return trip_ms / 1000 if trip_ms is not None else float("nan")


_GAUGES = (
    ("board_online", "1 while the control board is connected", lambda car: car.board is not None),
    ("driven", "1 while somebody holds the lease", lambda car: car.is_driven),
    ("stopped", "1 while the emergency stop is on", lambda car: car.is_stopped),
    ("queue", "How many wait to drive", lambda car: car.waiting),
    ("board_round_trip_seconds", "Of the newest command, gateway to board", _round_trip_s),
)
_COUNTERS = (
    ("leases", "Leases granted", lambda car: car.leases),
    ("emergency_stops", "Emergency stops", lambda car: car.stops),
)
