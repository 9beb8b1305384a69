"""Who may be carried to which gateway, decided by the broker under a fake clock."""

from dataclasses import replace

import pytest

from edge.roles import Role
from protocol.messages import (
    Call,
    Cameras,
    Error,
    Hello,
    Join,
    Offer,
    Ping,
    RegisterBoard,
    Registered,
)
from signaling.errors import SessionRefused
from signaling.relays import Introducing
from signaling.settings import SignalingLimits
from tests.signaling.broker_world import FRONT, World

RIDES = replace(FRONT, car="car1")
BOARD = RegisterBoard("board-1", token="t" * 24)
JOIN = Join("front", token="t" * 24)


def world_with_a_gateway(limits: SignalingLimits | None = None) -> World:
    world = World(limits)
    world.gateway("g", RIDES, boards=("board-1",))
    world.take("g")
    return world


def refused(world: World, conn: str) -> tuple[int, str | None]:
    assert world.take(conn) == []
    return world.closed[conn].code, world.closed[conn].slug


def test_a_board_is_called_for() -> None:
    world = world_with_a_gateway()
    world.relayed("b", BOARD, Role.DEVICE)
    assert world.take("g") == [Call("b", "board", "board-1")]
    assert world.take("b") == [], "the gateway answers, not the broker"
    assert world.broker.relays_open("board") == 0
    world.broker.call_taken("b")
    assert world.broker.relays_open("board") == 1
    world.wait(3_600)
    assert "b" in world.open
    world.leave("b")
    assert world.broker.relays_open("board") == 0


@pytest.mark.parametrize(
    ("role", "told"),
    [
        (Role.DRIVER, Call("d", "driver", "front", "driver")),
        (Role.ADMIN, Call("d", "driver", "front", "admin")),
    ],
)
def test_a_driver_is_called_for_and_the_gateway_learns_its_role(role: Role, told: Call) -> None:
    world = world_with_a_gateway()
    world.relayed("d", JOIN, role)
    assert world.take("g") == [told]
    world.broker.call_taken("d")
    assert (world.broker.relays_open("driver"), world.broker.relays_open("board")) == (1, 0)


@pytest.mark.parametrize(
    ("message", "role"),
    [
        (JOIN, Role.VIEWER),
        (JOIN, Role.DEVICE),
        (JOIN, Role.GATEWAY),
        (BOARD, Role.VIEWER),
        (BOARD, Role.DRIVER),
        (BOARD, Role.ADMIN),
        (BOARD, Role.GATEWAY),
    ],
)
def test_other_roles_are_not_let_in(message: Introducing, role: Role) -> None:
    world = world_with_a_gateway()
    world.relayed("x", message, role)
    assert refused(world, "x") == (4403, "forbidden")
    assert world.take("g") == []


def test_without_a_gateway_there_is_nobody_to_call() -> None:
    world = World()
    world.relayed("b", BOARD, Role.DEVICE)
    assert refused(world, "b") == (4404, "board-unknown")
    world.relayed("d", JOIN, Role.DRIVER)
    assert refused(world, "d") == (4404, "unknown-camera")
    world.gateway("g", RIDES, boards=("board-1",))
    world.leave("g")
    world.relayed("b2", BOARD, Role.DEVICE)
    assert refused(world, "b2") == (4404, "gateway-offline")
    world.relayed("d2", JOIN, Role.DRIVER)
    assert refused(world, "d2") == (4404, "gateway-offline")


def test_a_camera_that_rides_on_no_car_cannot_be_driven() -> None:
    world = World()
    world.gateway("g", FRONT, boards=("board-1",))
    world.take("g")
    world.relayed("d", JOIN, Role.DRIVER)
    assert refused(world, "d") == (4404, "unknown-camera")
    assert world.take("g") == []
    world.say("g", Cameras((RIDES,)))
    world.relayed("d2", JOIN, Role.DRIVER)
    assert Call("d2", "driver", "front", "driver") in world.take("g")


def test_another_version_is_not_spoken() -> None:
    world = world_with_a_gateway()
    world.relayed("b", RegisterBoard("board-1", v=2), Role.DEVICE)
    assert refused(world, "b") == (4426, "unsupported-version")


def test_a_call_is_taken_once_and_only_by_its_id() -> None:
    world = world_with_a_gateway()
    world.relayed("b", BOARD, Role.DEVICE)
    for forged in ("b2", "", "g"):
        with pytest.raises(SessionRefused, match="no such call"):
            world.broker.call_taken(forged)
    world.broker.call_taken("b")
    with pytest.raises(SessionRefused, match="has been taken") as caught:
        world.broker.call_taken("b")
    assert caught.value.slug == "unknown-call"


def test_a_call_that_nobody_takes_ends() -> None:
    world = world_with_a_gateway()
    world.relayed("b", BOARD, Role.DEVICE)
    world.wait(4.9)
    assert "b" in world.open
    world.wait(0.1)
    assert refused(world, "b") == (4404, "gateway-offline")
    with pytest.raises(SessionRefused):
        world.broker.call_taken("b")


def test_a_call_ends_with_the_gateway_that_was_called() -> None:
    world = world_with_a_gateway()
    world.relayed("waiting", BOARD, Role.DEVICE)
    world.relayed("taken", JOIN, Role.DRIVER)
    world.broker.call_taken("taken")
    world.leave("g")
    assert refused(world, "waiting") == (4404, "gateway-offline")
    assert "taken" in world.open, "it has a socket of its own"


def test_a_call_ends_when_the_gateway_is_superseded() -> None:
    world = world_with_a_gateway()
    world.relayed("b", BOARD, Role.DEVICE)
    world.gateway("g2", RIDES, boards=("board-1",))
    assert refused(world, "b") == (4404, "gateway-offline")
    world.relayed("b2", BOARD, Role.DEVICE)
    assert Call("b2", "board", "board-1") in world.take("g2")


def test_a_call_that_finds_no_room_on_the_gateways_link_ends() -> None:
    world = world_with_a_gateway()
    world.relayed("b", BOARD, Role.DEVICE)
    [call] = world.take("g")
    world.do(world.broker.undelivered("g", call, world.clock()))
    assert refused(world, "b") == (4404, "gateway-offline")


def test_relays_are_bounded_in_all_and_per_address() -> None:
    world = world_with_a_gateway(SignalingLimits(relays=3, relays_per_address=2))
    world.relayed("a1", BOARD, Role.DEVICE, "192.0.2.1")
    world.relayed("a2", JOIN, Role.DRIVER, "192.0.2.1")
    world.relayed("a3", JOIN, Role.DRIVER, "192.0.2.1")
    assert refused(world, "a3") == (4503, "overloaded")
    world.relayed("b1", JOIN, Role.DRIVER, "192.0.2.2")
    world.relayed("c1", JOIN, Role.DRIVER, "192.0.2.3")
    assert refused(world, "c1") == (4503, "overloaded")
    world.leave("a1")
    world.relayed("c2", JOIN, Role.DRIVER, "192.0.2.3")
    assert "c2" in world.open
    world.leave("a2")
    world.relayed("a4", JOIN, Role.DRIVER, "192.0.2.1")
    assert "a4" in world.open


def test_a_relayed_link_says_nothing_else_to_the_broker() -> None:
    world = world_with_a_gateway()
    world.relayed("b", BOARD, Role.DEVICE)
    world.say("b", Ping(1))
    world.say("b", Offer("s1", "front", "v=0"))
    assert world.closed["b"].slug == "unexpected-message"
    world.browser("w")
    world.do(world.broker.introduced("w", BOARD, Role.DEVICE, world.clock()))
    assert world.closed["w"].slug == "unexpected-message"


def test_two_gateways_claim_a_board() -> None:
    world = world_with_a_gateway()
    world.gateway("barn", boards=("board-1",), gateway_id="barn")
    registered, error = world.take("barn")
    assert isinstance(registered, Registered)
    assert isinstance(error, Error)
    assert error.problem.endswith(":board-taken")
    assert error.detail.endswith("board-1")
    world.take("g")
    world.relayed("b", BOARD, Role.DEVICE)
    assert world.take("g") == [Call("b", "board", "board-1")]


def test_hello_is_not_relayed() -> None:
    world = world_with_a_gateway()
    world.connect("w")
    world.do(world.broker.introduced("w", Hello(), Role.DRIVER, world.clock()))
    assert world.take("g") == []
