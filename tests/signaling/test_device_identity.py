"""A device's own token, and the shared one, at each address of signaling."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp import ClientSession, TCPConnector

from edge.device_tokens import device_token
from edge.roles import Role
from protocol.messages import RegisterBoard, RegisterCamera
from signaling.settings import SignalingLimits
from tests.signaling.test_relay_websocket import RIDES
from tests.support.signaling_server import SignalingServer, WsClient, signaling_server
from tests.support.tokens import known_tokens

URL = "http://192.168.0.20:8080/stream"
SHARED = known_tokens().by_role[Role.DEVICE]
PATHS = ["/ws", "/ws/esp32", "/ws/board"]


@pytest.fixture
async def server() -> AsyncIterator[SignalingServer]:
    async with (
        signaling_server(SignalingLimits(call_timeout_s=0.3), with_tokens=True) as running,
        await running.gateway(RIDES, boards=("dev-1", "dev-2")),
    ):
        yield running


async def register(server: SignalingServer, path: str, device_id: str, token: str) -> WsClient:
    client = await server.connect(path)
    if path == "/ws/board":
        await client.send(RegisterBoard(device_id, token=token))
    else:
        await client.send(RegisterCamera(device_id, URL, token=token))
    return client


async def accepted(server: SignalingServer, path: str, device_id: str, token: str) -> None:
    async with await register(server, path, device_id, token) as client:
        if path == "/ws/board":
            # What signaling let through waits for a gateway, which does not come here.
            assert await client.refused() == ("gateway-offline", 4404)
        else:
            await client.expect("registered")


@pytest.mark.parametrize("path", PATHS)
async def test_a_devices_own_token_is_taken_and_pins_its_id(
    server: SignalingServer, path: str
) -> None:
    own = known_tokens().device_token("dev-1")
    await accepted(server, path, "dev-1", SHARED)
    await accepted(server, path, "dev-1", own)
    async with await register(server, path, "dev-1", SHARED) as client:
        assert await client.refused() == ("forbidden", 4403)
    await accepted(server, path, "dev-2", SHARED)


@pytest.mark.parametrize("path", PATHS)
async def test_the_token_of_another_device_is_forbidden_and_counted(
    server: SignalingServer, path: str
) -> None:
    token = known_tokens().device_token("dev-2")
    async with await register(server, path, "dev-1", token) as client:
        assert await client.refused() == ("forbidden", 4403)
    assert server.service.metrics.refused.labels("forbidden")._value.get() == 1
    async with await register(server, path, "dev-1", token[:-1]) as client:
        assert await client.refused() == ("unauthorized", 4401)


@pytest.mark.parametrize("path", PATHS)
async def test_who_has_the_shared_token_cannot_make_a_devices_own(
    server: SignalingServer, path: str
) -> None:
    await accepted(server, path, "dev-1", known_tokens().device_token("dev-1"))
    async with await register(server, path, "dev-1", device_token(SHARED, "dev-1")) as client:
        assert await client.refused() == ("unauthorized", 4401)


async def test_a_devices_token_opens_nothing_else(server: SignalingServer) -> None:
    own = known_tokens().device_token("dev-1")
    for path in ("/api/cameras", "/front/stream", "/api/relay", "/metrics"):
        async with server.client.get(path, headers={"Authorization": f"Bearer {own}"}) as answer:
            assert answer.status == 403, path


@pytest.mark.parametrize("path", ["/ws", "/ws/esp32"])
async def test_another_address_takes_a_live_device_over_only_with_its_own_token(
    server: SignalingServer, path: str
) -> None:
    elsewhere = TCPConnector(local_addr=("127.0.0.2", 0))
    async with ClientSession(server.url, connector=elsewhere) as client:
        stranger = replace(server, client=client)
        async with await register(server, path, "dev-1", SHARED) as device:
            await device.expect("registered")
            async with await register(stranger, path, "dev-1", SHARED) as taker:
                assert await taker.refused() == ("device-taken", 4503)
            async with await register(server, path, "dev-1", SHARED) as again:
                await again.expect("registered")
                assert await device.refused() == ("superseded", 4409), "its own old link"
        await accepted(stranger, path, "dev-1", SHARED)
        async with await register(server, path, "dev-1", SHARED) as device:
            await device.expect("registered")
            await accepted(stranger, path, "dev-1", known_tokens().device_token("dev-1"))
            assert await device.refused() == ("superseded", 4409)
