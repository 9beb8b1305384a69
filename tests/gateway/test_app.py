"""The gateway's HTTP routes on a real server, with real aiortc as the WHEP player."""

import asyncio
import socket
from collections.abc import AsyncIterator

import cv2
import numpy as np
import psutil
import pytest
from aiohttp import ClientSession
from yarl import URL

from edge.app import build_app
from edge.auth import Authenticator
from edge.ice_servers import IceServerIssuer, IceServerSettings, IceSettings
from edge.metrics import metrics_routes, new_registry
from edge.server import serving
from edge.settings import HttpSettings
from gateway.app import camera_list_routes, media_routes
from gateway.gateway import Gateway
from gateway.metrics import GatewayMetrics
from gateway.settings import CameraSettings, WebrtcSettings
from tests.gateway.conftest import SYNTHETIC
from tests.gateway.test_negotiation import CHROMIUM, without_codecs
from tests.support.polling import until
from tests.support.viewer import watching

SDP = {"Content-Type": "application/sdp"}
TRICKLE = {"Content-Type": "application/trickle-ice-sdpfrag"}
DEAD = CameraSettings(source="http://127.0.0.1:9/stream")
TURN = IceSettings(
    ice_servers=(IceServerSettings(urls=("turn:turn.example.org",), username="u", credential="c"),)
)


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    cameras = {"front": SYNTHETIC, "dead": DEAD}
    async with Gateway(cameras, WebrtcSettings(max_viewers=2)) as running:
        yield running


@pytest.fixture
async def client(gateway: Gateway) -> AsyncIterator[ClientSession]:
    http = HttpSettings(port=0)
    registry = new_registry()
    registry.register(GatewayMetrics(gateway))
    routes = [
        *media_routes(gateway, IceServerIssuer(TURN)),
        *camera_list_routes(gateway),
        *metrics_routes(registry),
    ]
    async with (
        serving(build_app(http, Authenticator(), routes), http) as url,
        ClientSession(url) as session,
    ):
        yield session


async def test_a_whep_player_sees_video_and_leaves(client: ClientSession, gateway: Gateway) -> None:
    location = ""

    async def exchange(offer: str) -> str:
        nonlocal location
        async with client.post("/front/whep", data=offer, headers=SDP) as response:
            assert response.status == 201
            assert response.content_type == "application/sdp"
            location = response.headers["Location"]
            return await response.text()

    async with watching(exchange) as viewer:
        await viewer.frames_more(5)
        async with client.delete(location) as response:
            assert response.status == 200
        assert len(gateway.peers) == 0
        async with client.delete(location) as response:
            assert response.status == 404


async def test_whep_trickles(client: ClientSession) -> None:
    async with client.post("/front/whep", data=CHROMIUM, headers=SDP) as response:
        location = response.headers["Location"]
    fragment = (
        "a=mid:0\r\na=candidate:1 1 udp 2113937151 192.168.0.7 58306 typ host\r\n"
        "a=end-of-candidates\r\n"
    )
    async with client.patch(location, data=fragment, headers=TRICKLE) as response:
        assert response.status == 204


@pytest.mark.parametrize(
    ("path", "body", "kind", "status", "slug"),
    [
        ("/front/whep", CHROMIUM, "text/plain", 415, "unsupported-media-type"),
        ("/front/whep", "hello", "application/sdp", 400, "invalid-sdp"),
        ("/front/whep", "v=0\r\nm=video x\r\n", "application/sdp", 400, "invalid-sdp"),
        ("/back/whep", CHROMIUM, "application/sdp", 404, "unknown-camera"),
        (
            "/front/whep",
            without_codecs(CHROMIUM, "H264|VP8"),
            "application/sdp",
            406,
            "no-common-codec",
        ),
    ],
)
async def test_whep_refuses_with_a_reason(
    client: ClientSession, path: str, body: str, kind: str, status: int, slug: str
) -> None:
    async with client.post(path, data=body, headers={"Content-Type": kind}) as response:
        assert response.status == status
        assert response.content_type == "application/problem+json"
        problem = await response.json(content_type="application/problem+json")
        assert problem["type"] == f"urn:peerlens:problem:{slug}"
        assert problem["detail"]


async def test_a_full_gateway_says_when_to_come_back(client: ClientSession) -> None:
    for _ in range(2):
        async with client.post("/front/whep", data=CHROMIUM, headers=SDP) as response:
            assert response.status == 201
    async with client.post("/front/whep", data=CHROMIUM, headers=SDP) as response:
        assert response.status == 503
        assert int(response.headers["Retry-After"]) > 0


async def test_options_carries_the_ice_servers(client: ClientSession) -> None:
    async with client.options("/front/whep") as response:
        assert response.status == 204
        assert 'rel="ice-server"' in response.headers["Link"]
        assert "turn:turn.example.org" in response.headers["Link"]


async def test_any_number_of_mjpeg_viewers_share_one_connection(
    client: ClientSession, gateway: Gateway
) -> None:
    async def two_pictures() -> None:
        async with client.get("/front/stream") as response:
            assert response.content_type == "multipart/x-mixed-replace"
            seen = b""
            while seen.count(b"\xff\xd8\xff") < 2:
                seen += await response.content.readany()

    async with asyncio.timeout(10):
        await asyncio.gather(*(two_pictures() for _ in range(12)))
    camera = gateway.cameras["front"]
    assert camera.connects == 1
    await until(lambda: camera.viewers == 0, "the viewers to be forgotten")


async def test_an_mjpeg_viewer_that_does_not_read_hurts_nobody_and_is_cut_off(
    client: ClientSession, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.mjpeg_response.WRITE_TIMEOUT_S", 0.5)
    address = URL(str(client._base_url))
    with socket.socket() as lazy:
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        lazy.connect((address.host, address.port))
        lazy.sendall(b"GET /front/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        await until(lambda: gateway.cameras["front"].viewers == 1, "it to be a viewer")
        async with client.get("/front/stream") as response, asyncio.timeout(10):
            received = 0
            while received < 300_000:
                received += len(await response.content.readany())
        mine = lazy.getsockname()[1]

        def cut_off() -> bool:
            connections = psutil.Process().net_connections("tcp")
            return not any(c.raddr and c.raddr.port == mine for c in connections)

        await until(cut_off, "the server's end to be closed", 30)
    await until(lambda: gateway.cameras["front"].viewers == 0, "both to be forgotten")


async def test_a_snapshot_is_the_newest_picture_and_says_its_age(client: ClientSession) -> None:
    async with client.get("/front/snapshot.jpg") as response:
        assert response.status == 200
        assert response.content_type == "image/jpeg"
        assert int(response.headers["Age"]) <= 1
        picture = cv2.imdecode(np.frombuffer(await response.read(), np.uint8), cv2.IMREAD_COLOR)
        assert picture is not None
        assert picture.shape == (240, 320, 3)


async def test_no_picture_is_a_503_that_says_why_as_soon_as_it_is_known(
    client: ClientSession,
) -> None:
    for path in ("/dead/snapshot.jpg", "/dead/stream"):
        async with asyncio.timeout(4), client.get(path) as response:
            assert response.status == 503
            assert "127.0.0.1:9" in await response.text()
            assert response.headers["Retry-After"]
    async with client.get("/back/snapshot.jpg") as response:
        assert response.status == 404


async def test_the_list_of_cameras(client: ClientSession, gateway: Gateway) -> None:
    async with client.get("/front/snapshot.jpg") as response:
        assert response.status == 200
    await until(lambda: gateway.camera("front").info.width, "its size, from the decoder")
    async with client.get("/api/cameras") as response:
        front, dead = await response.json()
    assert (front["id"], front["state"], front["width"]) == ("front", "live", 320)
    assert dead["state"] == "idle"


async def test_metrics_count_frames_by_camera(client: ClientSession, gateway: Gateway) -> None:
    async with client.get("/front/snapshot.jpg") as response:
        assert response.status == 200
    await until(lambda: gateway.cameras["front"].frames > 3, "frames")
    async with client.get("/metrics") as response:
        text = await response.text()
    [frames] = [
        line for line in text.splitlines() if line.startswith("peerlens_camera_frames_total{")
    ][:1]
    assert 'camera="front"' in frames
    assert float(frames.split()[-1]) > 3
    assert "peerlens_peers 0.0" in text


async def test_head_of_a_stream_has_no_body_and_opens_no_camera(
    client: ClientSession, gateway: Gateway
) -> None:
    async with client.head("/front/stream") as response:
        assert response.status == 200
        assert response.content_type == "multipart/x-mixed-replace"
    # What followed on the same connection would be taken for the next answer.
    async with client.get("/api/cameras") as response:
        assert (await response.json())[0]["id"] == "front"
    assert gateway.cameras["front"].connects == 0
