"""Kinds of loss between the ends of an emulated link, and a link that is only bad."""

import contextlib
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from bench.boards import Boards, boards
from bench.drive_faults import Fault, Outcome, strike_often, struck
from bench.drive_kinds import Plan, connected
from bench.drive_servers import SMALL_CAMERA, Drivable, drivable
from bench.drivers import drivers
from bench.network.emulated_link import EmulatedLink, Traffic, emulated_link
from bench.network.namespaces import Namespace
from bench.network.profiles import CUT, PERFECT, SHAKY
from bench.target import Place

CUT_S = 1.2
"""Longer than a board waits before it disarms."""


@dataclass(frozen=True)
class Shaky:
    """Cars over a link that loses, delays and jitters, until their drivers were killed.

    ``reasons`` are those of the answers that came back: ``passed`` where there was none. ``lost``
    is the part of all packets that did not get to the gateway.
    """

    outcome: Outcome
    seconds: float
    cars: int
    reasons: dict[str, int]
    lost: float


def over_a_network(plan: Plan) -> tuple[list[Outcome], Shaky]:
    """The network of the drivers cut, then that of the boards; then one that shakes."""
    with emulated_link(PERFECT) as link, ExitStack() as running:
        with link.server.entered():
            server = running.enter_context(
                drivable([SMALL_CAMERA] * plan.cars, link.server.address)
            )
        outcomes = [
            _cut("driver's network cut", plan, link, server),
            _cut("driver's network cut, WebSocket", plan, link, server, places=server.places()),
            _cut("board's network cut", plan, link, server, boards_are_here=False),
        ]
        with _boards(server, link.server) as cars:
            return outcomes, shaken(server, cars, link, plan.shaky_s)


def _cut(
    name: str,
    plan: Plan,
    link: EmulatedLink,
    server: Drivable,
    *,
    places: Sequence[Place] | None = None,
    boards_are_here: bool = True,
) -> Outcome:
    """The gateway is at the link's server end; drivers or boards are at the other."""
    boards_at, drivers_at = link.server, link.viewer
    if not boards_are_here:
        boards_at, drivers_at = drivers_at, boards_at

    def restore() -> None:
        time.sleep(CUT_S - 0.25)
        link.change(PERFECT)

    with ExitStack() as running:
        cars = running.enter_context(_boards(server, boards_at))
        fleet = running.enter_context(drivers(drivers_at.entered))
        fault = Fault(
            name,
            lambda: connected(fleet, server, places),
            lambda: link.change(CUT),
            after=restore,
            watch_s=0.5,
        )
        return strike_often(fault, cars, plan.part(3))


@contextlib.contextmanager
def _boards(server: Drivable, at: Namespace) -> Iterator[Boards]:
    with ExitStack() as running:
        with at.entered():
            cars = running.enter_context(
                boards(server.board_url, server.cars, server.tickets.board)
            )
        yield cars


def shaken(server: Drivable, cars: Boards, link: EmulatedLink, seconds: float) -> Shaky:
    """Drive for some seconds over a link that shakes; then kill the drivers."""
    with drivers(link.viewer.entered) as fleet:
        fleet.connect(server.targets())
        link.change(SHAKY)
        before = link.traffic().up
        told: dict[str, int] = {}

        def drive_on() -> None:
            time.sleep(seconds)
            told.update(fleet.reasons())

        fault = Fault(
            "driver SIGKILL, shaky network",
            lambda: fleet,
            fleet.kill,
            before=drive_on,
            driver_dies=True,
        )
        outcome = struck(fault, cars)
        lost = _lost(before, link.traffic().up)
        link.change(PERFECT)
    return Shaky(outcome, seconds, len(cars.traces), told, lost)


def _lost(before: Traffic, after: Traffic) -> float:
    lost, passed = after.lost - before.lost, after.passed - before.passed
    return lost / max(1, lost + passed)
