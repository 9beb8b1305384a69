"""A real signaling server on loopback, and clients that speak its protocol."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from aiohttp import ClientSession, ClientTimeout, ClientWebSocketResponse, WSMsgType
from prometheus_client import CollectorRegistry
from yarl import URL

from edge.app import build_app
from edge.auth import Authenticator, Role
from edge.health import Readiness, health_routes
from edge.ice_servers import IceServerIssuer, IceSettings
from edge.metrics import metrics_routes
from edge.server import serving
from edge.settings import HttpSettings
from protocol.codec import encode
from protocol.messages import CameraInfo, Hello, RegisterCamera, RegisterGateway
from signaling.app import signaling_routes
from signaling.mjpeg import MjpegRoutes
from signaling.picture_hub import PictureHub
from signaling.picture_websocket import PictureRoutes
from signaling.relay_websocket import relay_routes
from signaling.service import SignalingService
from signaling.settings import SignalingLimits
from signaling.whep import forwarding_routes
from tests.support.tokens import known_tokens

DEADLINE_S = 5.0
FRONT = CameraInfo("front", "Front", "live")
PROBLEM = "urn:peerlens:problem:"


class WsClient:
    """One WebSocket to the server. Every wait ends after five seconds."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.socket = socket

    async def send(self, message: object) -> None:
        """Send a message of the contract, or any text or bytes as they are."""
        if isinstance(message, bytes):
            await self.socket.send_bytes(message)
        else:
            text = message if isinstance(message, str) else encode(message)
            await self.socket.send_str(text)

    async def receive(self) -> dict[str, Any]:
        """Return the next message."""
        async with asyncio.timeout(DEADLINE_S):
            frame = await self.socket.receive()
        assert frame.type is WSMsgType.TEXT, f"{frame}, closed with {self.socket.close_code}"
        message = json.loads(frame.data)
        assert isinstance(message, dict)
        return message

    async def expect(self, kind: str, *, past: tuple[str, ...] = ("cameras",)) -> dict[str, Any]:
        """Return the next message of type ``kind``, past news such as that of cameras."""
        while True:
            message = await self.receive()
            if message["type"] == kind:
                return message
            assert message["type"] in past, f"expected {kind}, got {message}"

    async def refused(self) -> tuple[str, int]:
        """Return the problem of the `error` that comes next, and the close code after it."""
        error = await self.expect("error")
        assert error["detail"]
        return error["problem"].removeprefix(PROBLEM), await self.closed()

    async def closed(self) -> int:
        """Wait for the close and return its code."""
        async with asyncio.timeout(DEADLINE_S):
            frame = await self.socket.receive()
        assert frame.type in (WSMsgType.CLOSE, WSMsgType.CLOSED), frame
        assert self.socket.close_code is not None
        return self.socket.close_code

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.socket.close()


@dataclass(frozen=True)
class SignalingServer:
    """A running server and an HTTP client for it."""

    url: URL
    service: SignalingService
    client: ClientSession
    with_tokens: bool

    async def connect(self, path: str = "/ws", **options: Any) -> WsClient:
        """Open a WebSocket that has said nothing yet."""
        return WsClient(await self.client.ws_connect(path, **options))

    async def browser(self, role: Role = Role.VIEWER) -> WsClient:
        """Open a WebSocket that has been welcomed."""
        browser = await self.connect()
        await browser.send(Hello(token=self.token(role)))
        await browser.expect("welcome")
        return browser

    async def gateway(
        self, *cameras: CameraInfo, gateway_id: str = "home", boards: tuple[str, ...] = ()
    ) -> WsClient:
        """Open a WebSocket of a registered gateway."""
        gateway = await self.connect()
        token = self.token(Role.GATEWAY)
        await gateway.send(
            RegisterGateway(gateway_id, cameras or (FRONT,), token=token, boards=boards)
        )
        await gateway.expect("registered")
        return gateway

    async def device(self, url: str, device_id: str = "cam-1") -> WsClient:
        """Open a WebSocket of a registered camera device."""
        device = await self.connect()
        await device.send(RegisterCamera(device_id, url, token=self.token(Role.DEVICE)))
        await device.expect("registered")
        return device

    def token(self, role: Role) -> str | None:
        return known_tokens().by_role[role] if self.with_tokens else None


@contextlib.asynccontextmanager
async def signaling_server(
    limits: SignalingLimits | None = None,
    *,
    with_tokens: bool = False,
    http: HttpSettings | None = None,
    ice_servers: IceSettings | None = None,
    cars: Mapping[str, str] | None = None,
    web_root: Path | None = None,
    serves_media: bool = False,
) -> AsyncIterator[SignalingServer]:
    """Run everything the signaling server consists of."""
    http = http or HttpSettings(port=0)
    registry, readiness = CollectorRegistry(), Readiness()
    service = SignalingService(
        limits,
        ice_servers=IceServerIssuer(ice_servers),
        cars=cars,
        from_loopback=http.is_loopback,
        registry=registry,
    )
    readiness.add("signaling", service.ready)
    hub = PictureHub(service, calls=not serves_media)
    pictures = PictureRoutes(service, hub)
    apart = [
        *forwarding_routes(service),
        *relay_routes(service),
        *pictures.all(),
        *MjpegRoutes(service, hub).all(),
    ]
    routes = [
        *health_routes(readiness),
        *metrics_routes(registry),
        *(pictures.beside_a_gateway() if serves_media else apart),
        *signaling_routes(service, web_root=web_root, serves_media=serves_media),
    ]
    authenticator = Authenticator(known_tokens() if with_tokens else None)
    app = build_app(http, authenticator, routes, registry=registry)
    async with (
        service,
        serving(app, http, stop_timeout_s=1.0) as url,
        ClientSession(url, timeout=ClientTimeout(total=10)) as client,
    ):
        yield SignalingServer(url, service, client, with_tokens)
