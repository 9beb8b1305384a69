"""Signaling as a program of its own, and what its death does to cars."""

import functools
import json
import time
import urllib.request
from collections.abc import Sequence

from bench.boards import boards
from bench.drive_faults import Driving, Fault, Outcome, strike_often
from bench.drive_kinds import Plan, connected
from bench.drive_servers import SMALL_CAMERA, Drivable, drivable_apart
from bench.drivers import Drivers, drivers
from bench.errors import ProcessFailed
from bench.target import Place, Target

GOES_ON_S = 0.6
"""How long cars are looked at that signaling's death must not stop."""
REGISTERS_TIMEOUT_S = 15.0
POLL_S = 0.05


def without_signaling(plan: Plan) -> list[Outcome]:
    """Signaling down, with boards or drivers that need it and with some that do not."""
    with drivable_apart([SMALL_CAMERA] * plan.cars) as server:
        return [_goes_on(plan, server), *_carried(plan, server)]


def _goes_on(plan: Plan, server: Drivable) -> Outcome:
    """Drivers came by signaling, boards did not: both go on until the drivers die."""
    signaling = server.front

    def ready() -> Driving:
        _restarted(server)
        return connected(fleet, server)

    def down() -> None:
        signaling.kill()
        time.sleep(GOES_ON_S)

    with boards(server.board_url, plan.cars) as cars, drivers() as fleet:
        fault = Fault(
            "driver SIGKILL, no signaling", ready, fleet.kill, before=down, driver_dies=True
        )
        outcome = strike_often(fault, cars, plan.part(3))
        _restarted(server)
        return outcome


def _carried(plan: Plan, server: Drivable) -> list[Outcome]:
    """Boards that signaling carries to the gateway, then drivers."""
    outcomes = []
    for name, url, places in (
        ("relayed boards", server.relayed_board_url, server.targets(server.gateway)),
        ("relayed drivers", server.board_url, server.places()),
    ):
        with boards(url, plan.cars) as cars, drivers() as fleet:
            ready = functools.partial(_restarted_for, server, fleet, places)
            fault = Fault(f"signaling SIGKILL, {name}", ready, server.front.kill)
            outcomes.append(strike_often(fault, cars, plan.part(3)))
            _restarted(server)
    return outcomes


def _restarted_for(
    server: Drivable, fleet: Drivers, places: Sequence[Target] | Sequence[Place]
) -> Driving:
    if isinstance(places[0], Place) and not server.front.is_running:
        fleet.close()
    _restarted(server)
    return connected(fleet, server, places)


def _restarted(server: Drivable) -> None:
    """Have signaling run, and the gateway registered there. Raises :class:`ProcessFailed`."""
    if not server.front.is_running:
        server.front.start()
    deadline_s = time.monotonic() + REGISTERS_TIMEOUT_S
    while not _lists_cameras(server):
        if time.monotonic() > deadline_s:
            raise ProcessFailed("the gateway did not register with signaling")
        time.sleep(POLL_S)


def _lists_cameras(server: Drivable) -> bool:
    try:
        with urllib.request.urlopen(f"{server.front.origin}/api/cameras", timeout=2.0) as answer:
            listed = json.load(answer)
    except OSError:
        return False
    cameras = listed["cameras"] if isinstance(listed, dict) else listed
    return len(cameras) == server.cars and all(c["state"] != "offline" for c in cameras)
