import pytest

from edge.auth import Role
from edge.ice_servers import IceServerSettings, IceSettings
from edge.settings import HttpSettings
from edge.turn_credentials import TurnSettings, mint
from tests.support.polling import until
from tests.support.signaling_server import FRONT, signaling_server
from tests.support.tokens import bearer

STREAM = "http://192.168.0.20:8080/stream"
CAR = {"carId": "car1", "streamUrl": STREAM, "quality": "auto"}
NOT_FOUND = {"error": "Camera not found"}


async def test_cameras_are_listed_as_the_contract_has_them() -> None:
    async with signaling_server() as server:
        async with server.client.get("/api/cameras") as response:
            assert await response.json() == []
        gateway = await server.gateway(FRONT)
        async with server.client.get("/api/cameras") as response:
            assert response.headers["Cache-Control"] == "no-store"
            assert await response.json() == [{"id": "front", "name": "Front", "state": "live"}]
        await gateway.socket.close()
        await until(
            lambda: server.service.broker.cameras()[0].state == "offline", "the camera to go"
        )
        async with server.client.get("/api/cameras") as response:
            [camera] = await response.json()
        assert camera["state"] == "offline"
        assert camera["detail"] == "the gateway home is not connected"


async def test_ice_servers_are_listed() -> None:
    entry = IceServerSettings(
        urls=("turn:t.example", "turns:t.example"), username="user", credential="secret"
    )
    servers = IceSettings(ice_servers=(entry,))
    async with (
        signaling_server(ice_servers=servers) as server,
        server.client.get("/api/ice-servers") as response,
    ):
        assert await response.json() == {
            "iceServers": [
                {
                    "urls": ["turn:t.example", "turns:t.example"],
                    "username": "user",
                    "credential": "secret",
                }
            ]
        }


async def test_each_request_gets_turn_credentials_of_its_own() -> None:
    turn = TurnSettings(urls=("turn:t.example",), secret="0123456789abcdef")
    seen = set()
    async with signaling_server(ice_servers=IceSettings(turn=turn), with_tokens=True) as server:
        for _ in range(2):
            headers = bearer(Role.VIEWER)
            async with server.client.get("/api/ice-servers", headers=headers) as response:
                assert response.headers["Cache-Control"] == "no-store"
                stun, relay = (await response.json())["iceServers"]
                assert stun == {"urls": ["stun:t.example:3478"]}
                expiry, _, name = relay["username"].partition(":")
                assert relay["credential"] == mint(turn.secret, name, int(expiry)).password
                seen.add(name)
        async with server.client.get("/api/ice-servers") as response:
            assert response.status == 401
    assert len(seen) == 2


async def test_a_car_has_the_camera_that_registered_itself() -> None:
    async with signaling_server(cars={"car1": "cam-1"}) as server:
        for car in ("car1", "cam-1"):
            async with server.client.get(f"/api/cars/{car}/camera") as response:
                assert response.status == 404
                assert await response.json() == NOT_FOUND
        device = await server.device(STREAM)
        for car in ("car1", "cam-1"):
            async with server.client.get(f"/api/cars/{car}/camera") as response:
                assert await response.json() == CAR | {"carId": car}
        await device.socket.close()
        await until(lambda: server.service.broker.device("cam-1") is None, "the device to go")
        async with server.client.get("/api/cars/car1/camera") as response:
            assert response.status == 404


async def test_a_device_as_version_1_speaks() -> None:
    async with signaling_server() as server, await server.connect() as device:
        await device.send(
            f'{{"type":"register","deviceId":"car1","role":"camera","streamUrl":"{STREAM}"}}'
        )
        await device.expect("registered")
        async with server.client.get("/api/cars/car1/camera") as response:
            assert await response.json() == CAR


@pytest.mark.parametrize("serves_media", [True, False])
async def test_a_car_with_a_gateways_camera(serves_media: bool) -> None:
    cars = {"car1": "front"}
    async with (
        signaling_server(cars=cars, serves_media=serves_media) as server,
        await server.gateway(FRONT),
        server.client.get("/api/cars/car1/camera") as response,
    ):
        expected = CAR | {"streamUrl": "/front/stream"} if serves_media else NOT_FOUND
        assert await response.json() == expected


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "http://localhost/", "http://169.254.1.1/", "http://[::1]/"]
)
async def test_a_public_server_takes_no_addresses_of_its_own(url: str) -> None:
    http = HttpSettings(host="0.0.0.0", port=0)
    message = f'{{"type":"register","deviceId":"x","role":"camera","streamUrl":"{url}"}}'
    async with signaling_server(http=http) as server, await server.connect() as device:
        await device.send(message)
        assert await device.refused() == ("invalid-field", 4400)
        assert server.service.broker.device("x") is None


@pytest.mark.parametrize("path", ["/api/cameras", "/api/cars/car1/camera", "/api/ice-servers"])
async def test_the_api_is_for_viewers(path: str) -> None:
    async with (
        signaling_server(with_tokens=True, cars={"car1": "cam-1"}) as server,
        await server.device(STREAM),
    ):
        for headers, status in [
            ({}, 401),
            (bearer(Role.DEVICE), 403),
            (bearer(Role.GATEWAY), 403),
            (bearer(Role.VIEWER), 200),
            (bearer(Role.ADMIN), 200),
        ]:
            async with server.client.get(path, headers=headers) as response:
                assert response.status == status
        async with server.client.get(f"{path}?token=x") as response:
            assert response.status == 401


async def test_ids_that_are_none_are_not_found() -> None:
    async with signaling_server(serves_media=True) as server:
        for car in ("%20", "-x", "x" * 65, "..%2f..%2fetc"):
            async with server.client.get(f"/api/cars/{car}/camera") as response:
                assert response.status == 404


async def test_unknown_api_paths_are_problems() -> None:
    async with signaling_server() as server:
        for path in ("/api/nothing", "/api/", "/api"):
            headers = {"Accept": "text/html"}
            async with server.client.get(path, headers=headers) as response:
                assert response.status == 404
                problem = await response.json(content_type="application/problem+json")
                assert problem["type"] == "urn:peerlens:problem:not-found"
        async with server.client.post("/api/cameras") as response:
            assert response.status == 405


async def test_the_server_is_ready_and_measured() -> None:
    async with signaling_server() as server:
        async with server.client.get("/readyz") as response:
            assert response.status == 200
        async with await server.gateway(), await server.browser() as browser:
            await browser.send("nonsense")
            assert await browser.refused() == ("malformed-message", 4400)
            await until(lambda: server.service.links_open == 1, "the browser to go")
            async with server.client.get("/metrics") as response:
                text = await response.text()
        for line in (
            'peerlens_signaling_connections{kind="gateway"} 1.0',
            'peerlens_signaling_connections{kind="browser"} 0.0',
            "peerlens_signaling_sessions 0.0",
            'peerlens_signaling_refused_total{problem="malformed-message"} 1.0',
            'peerlens_signaling_messages_total{type="hello"} 1.0',
        ):
            assert line in text.splitlines()
