"""The figures of driving."""

from prometheus_client import CollectorRegistry

from gateway.drive.settings import CarSettings
from gateway.gateway import Gateway
from gateway.metrics import GatewayMetrics
from gateway.settings import WebrtcSettings
from tests.gateway.conftest import SYNTHETIC
from tests.gateway.drive.world import World


async def test_every_figure_is_there_for_a_car() -> None:
    cars = {"car1": CarSettings(camera="front", board="board-1")}
    gateway = Gateway({"front": SYNTHETIC}, WebrtcSettings(), cars)
    world = World()
    world.plug_in()
    driver = world.armed_driver()
    driver.now(driver.command(0.5, session="0" * 32))
    gateway.cars.all[0] = world.car
    registry = CollectorRegistry()
    registry.register(GatewayMetrics(gateway))

    def value(name: str, **labels: str) -> float | None:
        return registry.get_sample_value(f"peerlens_car_{name}", {"car": "car1"} | labels)

    assert value("board_online") == 1
    assert value("driven") == 1
    assert value("stopped") == 0
    assert value("queue") == 0
    assert value("leases_total") == 1
    assert value("emergency_stops_total") == 0
    assert value("commands_total", outcome="not-driving") == 1
    assert (value("commands_total", outcome="passed") or 0) > 20
    assert value("board_round_trip_seconds") is not None
