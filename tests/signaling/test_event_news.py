"""News of events: from the gateway that has the camera to every browser."""

import pytest

from protocol.messages import CameraInfo, EventChanged
from signaling.broker import EVENT_BURST
from signaling.connection import NEWS_CAPACITY
from tests.signaling.broker_world import FRONT, World
from tests.support.events import event
from tests.support.signaling_server import signaling_server

NEWS = EventChanged(event(1_000.0))


@pytest.fixture
def world() -> World:
    world = World()
    world.gateway("g", FRONT)
    world.gateway("other", CameraInfo("yard", "Yard", "live"), gateway_id="away")
    world.browser("b")
    world.browser("c", "192.0.2.2")
    world.browser("player", "192.0.2.3", transient=True)
    world.wait(1.0)
    world.got.clear()
    return world


def test_all_browsers_are_told_and_nobody_else(world: World) -> None:
    world.say("g", NEWS)
    assert world.take("b") == world.take("c") == [NEWS]
    assert not world.got


@pytest.mark.parametrize("camera", ["yard", "nowhere"])
def test_a_gateway_tells_of_its_own_cameras_only(world: World, camera: str) -> None:
    world.say("g", EventChanged(event(1_000.0, camera)))
    assert not world.got
    assert "g" in world.open


def test_a_gateway_that_tells_too_much_is_heard_less(world: World) -> None:
    for _ in range(EVENT_BURST + 30):
        world.say("g", NEWS)
    assert len(world.take("b")) == EVENT_BURST
    assert world.broker.events_dropped == 30
    assert "g" in world.open
    world.wait(1.0)
    world.say("g", NEWS)
    assert NEWS in world.take("b")


@pytest.mark.parametrize("conn", ["b", "player"])
def test_a_browser_tells_of_none(world: World, conn: str) -> None:
    world.say(conn, NEWS)
    assert conn not in world.open
    assert "c" not in world.got


async def test_a_browser_that_reads_slowly_does_without() -> None:
    async with (
        signaling_server() as server,
        await server.gateway(FRONT) as gateway,
        await server.browser() as browser,
    ):
        await gateway.send(NEWS)
        told = await browser.expect("event")
        assert told["event"]["id"] == NEWS.event.id
        links = server.service._links.values()
        [link] = [each for each in links if not getattr(each, "_is_gateway", True)]
        outbox = link._end.outbox  # type: ignore[attr-defined]
        for _ in range(NEWS_CAPACITY):
            outbox.put("{}")
        assert link.deliver(NEWS, "{}")
        assert len(outbox) == NEWS_CAPACITY, "no more of it"
