"""Pictures of a gateway's camera through signaling: signaling, uplink and gateway are all real."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

import pytest

from edge.roles import Role
from gateway.gateway import Gateway
from gateway.settings import CameraSettings, UplinkSettings, WebrtcSettings
from gateway.uplink import Uplink
from protocol.messages import Join, Next, Sync
from signaling import picture_upstream
from signaling.settings import SignalingLimits
from tests.support.mjpeg import pictures
from tests.support.picture_client import Viewer
from tests.support.polling import until
from tests.support.signaling_server import SignalingServer, signaling_server
from tests.support.tokens import bearer

SYNTHETIC = CameraSettings(source="synthetic:?width=320&height=240&fps=25")
DEAD = CameraSettings(source="http://127.0.0.1:9/stream")
PICTURES = pictures(12)


class World:
    """A gateway behind a signaling server."""

    def __init__(self, server: SignalingServer, gateway: Gateway) -> None:
        self.server = server
        self.gateway = gateway

    @contextlib.asynccontextmanager
    async def viewer(self, camera: str = "front") -> AsyncIterator[Viewer]:
        async with self.server.client.ws_connect("/ws/viewer") as socket:
            viewer = Viewer(socket)
            await viewer.say(Join(camera, token=self.server.token(Role.VIEWER)))
            yield viewer


@contextlib.asynccontextmanager
async def world_of(
    limits: SignalingLimits | None = None, **cameras: CameraSettings
) -> AsyncIterator[World]:
    async with (
        signaling_server(limits, with_tokens=True) as server,
        Gateway(cameras, WebrtcSettings()) as gateway,
    ):
        settings = UplinkSettings(
            url=str(server.url.with_scheme("ws") / "ws"), token=server.token(Role.GATEWAY)
        )
        async with Uplink(gateway, settings) as uplink:
            await until(lambda: uplink.problem is None, "the uplink")
            yield World(server, gateway)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with world_of(front=SYNTHETIC, dead=DEAD) as made:
        yield made


async def test_pictures_come_in_order_and_their_times_are_by_signalings_clock(
    world: World,
) -> None:
    async with world.viewer() as viewer:
        await viewer.say(Next(), Next(), Sync(5.0))
        came: list[float] = []
        told = await viewer.told()
        while len(came) < 10:
            if isinstance(told, dict):
                assert (told["type"], told["sentMs"]) == ("synced", 5.0)
                assert abs(told["receivedMs"] - time.time() * 1000) < 5_000
            else:
                came.append(told.capture_ms)
                await viewer.say(Next())
            told = await viewer.told()
        now_ms = time.time() * 1000
    assert came == sorted(set(came))
    assert 0 <= now_ms - came[-1] < 1_000


async def test_one_call_serves_all_and_is_over_when_the_last_one_left(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture_upstream, "LINGER_S", 0.3)
    async with contextlib.AsyncExitStack() as stack:
        viewers = [await stack.enter_async_context(world.viewer()) for _ in range(5)]
        for viewer in viewers:
            await viewer.say(Next())
        for viewer in viewers:
            await viewer.picture()
        assert len(world.gateway.picture_viewers) == 1
        assert world.server.service.broker.relays_open("viewer") == 1
    await until(lambda: len(world.gateway.picture_viewers) == 0, "the camera to be let go")
    assert world.server.service.broker.relays_open("viewer") == 0
    async with world.viewer() as again:
        await again.say(Next())
        await again.picture()


async def test_a_camera_that_cannot_be_had_is_told(world: World) -> None:
    async with world.viewer("dead") as viewer:
        assert await viewer.ended() == ("no-picture", 4503)
    async with world.viewer("back") as viewer:
        assert await viewer.ended() == ("unknown-camera", 4404)


# Limits


async def test_a_limit_is_shared_by_all_viewers_and_the_gateway_is_asked_for_no_more() -> None:
    # A picture of the synthetic camera has 4 kB: ten a second of 25.
    limits = SignalingLimits(relay_kbps_per_camera=360)
    async with world_of(limits, front=SYNTHETIC) as world, contextlib.AsyncExitStack() as stack:
        viewers = [await stack.enter_async_context(world.viewer()) for _ in range(4)]
        got = [0] * len(viewers)

        async def look(number: int, viewer: Viewer) -> None:
            await viewer.say(Next(), Next())
            while True:
                await viewer.picture()
                got[number] += 1
                await viewer.say(Next())

        looking = [asyncio.create_task(look(*each)) for each in enumerate(viewers)]
        await until(lambda: sum(got) >= 60, "pictures", 30)
        for task in looking:
            task.cancel()
        await asyncio.wait(looking)
        traffic = world.server.service.traffic_of("front")
        assert min(got) >= 0.4 * max(got), f"{got}: some starve"
        assert traffic.left_out["limit"] > 0
        sent = world.gateway.picture_viewers.counts["front"]
        assert sent.sent < 0.8 * (sent.sent + sent.left_out), "the gateway sends what is dropped"


# Over HTTP


async def test_mjpeg_and_snapshots_come_from_the_same_call(world: World) -> None:
    client, headers = world.server.client, bearer(Role.VIEWER)
    async with (
        client.get("/front/stream", headers=headers) as stream,
        client.get("/front/snapshot.jpg", headers=headers) as snapshot,
        world.viewer() as viewer,
    ):
        assert (stream.status, snapshot.status) == (200, 200)
        assert stream.content_type == "multipart/x-mixed-replace"
        assert (await snapshot.read()).startswith(b"\xff\xd8\xff")
        assert snapshot.headers["Age"] == "0"
        async with asyncio.timeout(10):
            await stream.content.readuntil(b"\xff\xd9\r\n--peerlens-frame")
            await stream.content.readuntil(b"\xff\xd9\r\n--peerlens-frame")
        await viewer.say(Next())
        await viewer.picture()
        assert len(world.gateway.picture_viewers) == 1


@pytest.mark.parametrize(
    ("camera", "role", "status"),
    [
        ("front", None, 401),
        ("front", Role.DEVICE, 403),
        ("back", Role.VIEWER, 404),
        ("dead", Role.VIEWER, 503),
    ],
)
@pytest.mark.parametrize("what", ["stream", "snapshot.jpg"])
async def test_who_gets_no_mjpeg(
    world: World, camera: str, role: Role | None, status: int, what: str
) -> None:
    headers = bearer(role) if role else {}
    async with world.server.client.get(f"/{camera}/{what}", headers=headers) as response:
        assert response.status == status
        assert response.content_type == "application/problem+json"
        if status == 401:
            assert "Basic" in response.headers.getall("WWW-Authenticate")[1]
