"""Driving over a bad network: the car neither stutters nor runs on when its driver dies."""

from contextlib import ExitStack

from bench.boards import boards
from bench.drive_network import shaken
from bench.drive_servers import SMALL_CAMERA, drivable
from bench.network.emulated_link import emulated_link
from bench.network.profiles import PERFECT

CARS = 2
DRIVES_S = 6.0


def test_cars_drive_on_over_a_bad_network_and_stop_when_the_driver_dies() -> None:
    """5 % loss and 50 +/- 20 ms each way; the drivers are killed at the end."""
    with ExitStack() as running:
        link = running.enter_context(emulated_link(PERFECT))
        with link.server.entered():
            server = running.enter_context(drivable([SMALL_CAMERA] * CARS, link.server.address))
            cars = running.enter_context(boards(server.board_url, CARS, server.tickets.board))
        shaky = shaken(server, cars, link, DRIVES_S)

    assert shaky.outcome.stutters == 0
    assert len(shaky.outcome.stops) == CARS, "a car stood when its driver died"
    assert shaky.outcome.failed == 0
    assert shaky.lost > 0.01
    assert shaky.reasons["passed"] > 0.8 * CARS * DRIVES_S * 30
