"""Who connects for pictures and does not say who it is."""

import asyncio
import contextlib

import pytest
from aiohttp import WSServerHandshakeError

from edge.problems import Problem
from edge.roles import Role
from protocol.messages import Join, RegisterCamera
from signaling.settings import SignalingLimits
from signaling.strangers import Strangers
from tests.support.signaling_server import SignalingServer, signaling_server


def test_each_counts_until_it_is_known_and_no_longer() -> None:
    strangers = Strangers(most=1, per_address=1)
    with strangers.arriving("a") as known:
        with pytest.raises(Problem, match="have not said"), strangers.arriving("b"):
            pass
        known()
        with strangers.arriving("b"):
            assert len(strangers) == 1
        known()
    assert len(strangers) == 0


def test_one_address_leaves_room_for_others() -> None:
    strangers = Strangers(most=3, per_address=2)
    with strangers.arriving("a"), strangers.arriving("a"):
        with pytest.raises(Problem), strangers.arriving("a"):
            pass
        with strangers.arriving("b"):
            assert len(strangers) == 3
    with strangers.arriving("a"):
        assert len(strangers) == 1


@pytest.mark.parametrize("path", ["/ws/esp32", "/ws/viewer", "/ws/analyzer"])
async def test_so_many_may_say_nothing_and_no_more(path: str) -> None:
    limits = SignalingLimits(pushing_cameras=4, picture_viewers_per_address=2)
    async with (
        signaling_server(limits, with_tokens=True) as server,
        contextlib.AsyncExitStack() as opened,
    ):
        silent = [await opened.enter_async_context(await server.connect(path)) for _ in range(2)]
        with pytest.raises(WSServerHandshakeError) as refused:
            await server.connect(path)
        assert refused.value.status == 503
        assert refused.value.headers is not None
        assert refused.value.headers["Retry-After"]
        metrics = await (await server.client.get("/metrics", headers=admin(server))).text()
        assert 'peerlens_signaling_refused_total{problem="overloaded"} 1.0' in metrics
        await silent[0].socket.close()
        await until_there_is_room(server, path)


async def test_who_is_known_takes_no_place() -> None:
    limits = SignalingLimits(pushing_cameras=4, picture_viewers_per_address=2)
    async with (
        signaling_server(limits, with_tokens=True) as server,
        contextlib.AsyncExitStack() as opened,
    ):
        for number in range(2):
            camera = await opened.enter_async_context(await server.connect("/ws/esp32"))
            await camera.send(RegisterCamera(f"cam-{number}", token=server.token(Role.DEVICE)))
            await camera.expect("registered")
        for number in range(2):
            viewer = await opened.enter_async_context(await server.connect("/ws/viewer"))
            await viewer.send(Join(f"cam-{number}", token=server.token(Role.VIEWER)))
        for path in ("/ws/esp32", "/ws/viewer"):
            await until_there_is_room(server, path)


async def until_there_is_room(server: SignalingServer, path: str) -> None:
    async with asyncio.timeout(10):
        while True:
            with contextlib.suppress(WSServerHandshakeError):
                async with await server.connect(path):
                    return


def admin(server: SignalingServer) -> dict[str, str]:
    return {"Authorization": f"Bearer {server.token(Role.ADMIN)}"}
