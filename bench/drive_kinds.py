"""Kinds of loss around one server on loopback: the driver's, the gateway's, the board's end."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from bench.boards import Boards, boards
from bench.drive_browser import Tabs
from bench.drive_faults import Driving, Fault, Outcome, strike_often
from bench.drive_proxy import proxy
from bench.drive_servers import SMALL_CAMERA, Drivable, drivable
from bench.drivers import Drivers, drivers
from bench.target import Place, Target

PAUSES_S = (0.5, 1.5)
"""A board disarms after 1 s: both shorter and longer."""


@dataclass(frozen=True)
class Plan:
    """How many cars drive at the same time, and how many trials each kind of loss gets."""

    cars: int
    tabs: int
    trials: int
    shaky_s: float

    def part(self, ways: int) -> int:
        """The trials of each way, where a kind comes in several."""
        return -(-self.trials // ways)


def at_one_server(plan: Plan, tabs: Tabs) -> list[Outcome]:
    """Tabs, browser and gateway, on loopback."""
    with drivable([SMALL_CAMERA] * plan.cars) as server:
        with boards(server.board_url, plan.cars) as cars:
            outcomes = _of_the_browser(plan, server, cars, tabs)
            with drivers() as fleet:
                outcomes += _of_the_gateway(plan, server, cars, fleet)
        with drivers() as fleet:
            return [*outcomes, _of_the_socket(plan, server, fleet)]


def _of_the_browser(plan: Plan, server: Drivable, cars: Boards, tabs: Tabs) -> list[Outcome]:
    def ready() -> Driving:
        tabs.connect(server.targets(), plan.tabs)
        return tabs

    kinds = (
        (Fault("tab closed", ready, tabs.close_tabs, driver_dies=True), plan.part(2)),
        (Fault("tab SIGKILL", ready, tabs.kill_tabs, driver_dies=True), plan.part(2)),
        (Fault("browser SIGKILL", ready, tabs.kill_browser, driver_dies=True), plan.trials),
    )
    outcomes = [strike_often(fault, cars, trials) for fault, trials in kinds]
    tabs.leave()
    return outcomes


def _of_the_gateway(plan: Plan, server: Drivable, cars: Boards, fleet: Drivers) -> list[Outcome]:
    gateway = server.gateway

    def after_a_pause() -> None:
        time.sleep(max(0.0, random.choice(PAUSES_S) - 0.25))
        gateway.resume()

    def restarted() -> Driving:
        if not gateway.is_running:
            gateway.start()
            fleet.connect(server.targets())
        return connected(fleet, server)

    paused = Fault(
        "gateway SIGSTOP",
        lambda: connected(fleet, server),
        gateway.pause,
        after=after_a_pause,
        watch_s=0.5,
    )
    killed = Fault("gateway SIGKILL", restarted, gateway.kill)
    outcomes = [strike_often(fault, cars, plan.trials) for fault in (paused, killed)]
    restarted()
    return outcomes


def _of_the_socket(plan: Plan, server: Drivable, fleet: Drivers) -> Outcome:
    port = urlsplit(server.board_url).port
    assert port is not None
    with proxy(port) as between, boards(between.url, plan.cars) as cars:
        fault = Fault(
            "board's socket reset",
            lambda: connected(fleet, server),
            between.cut,
            after=cars.linked,
            watch_s=0.5,
        )
        return strike_often(fault, cars, plan.trials)


def connected(
    fleet: Drivers, server: Drivable, places: Sequence[Target | Place] | None = None
) -> Drivers:
    """The drivers, connected if they are not yet; by WebRTC, if not told otherwise."""
    if not fleet.are_connected:
        fleet.connect(places or server.targets())
    return fleet
