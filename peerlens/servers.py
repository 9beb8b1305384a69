"""What each command runs: signaling and gateway in one process, or either alone."""

import asyncio
import contextlib
import gc
import logging
from collections.abc import AsyncIterator, Iterable

from aiohttp import web
from prometheus_client import CollectorRegistry
from yarl import URL

from edge.app import build_app
from edge.auth import Authenticator, Role, Tokens
from edge.device_gate import DeviceGate
from edge.device_pins import FILE_NAME as PINS_FILE
from edge.device_pins import DevicePins
from edge.health import Readiness, health_routes
from edge.ice_servers import IceServerIssuer
from edge.metrics import RefusalMetrics, metrics_routes, new_registry
from edge.ready_links import ready_links
from edge.server import serving
from edge.settings import AuthSettings, ServerSettings
from gateway.app import camera_list_routes, media_routes
from gateway.drive.routes import drive_routes
from gateway.events.routes import event_routes
from gateway.gateway import Gateway
from gateway.metrics import GatewayMetrics
from gateway.motion.routes import motion_routes
from gateway.output.routes import output_routes
from gateway.picture_routes import picture_routes
from gateway.settings import UplinkSettings
from gateway.uplink import Uplink
from gateway.viewers_api import viewer_routes
from peerlens.config import GatewayConfig, MediaConfig, SignalingConfig, UpConfig
from signaling.app import signaling_routes
from signaling.mjpeg import MjpegRoutes
from signaling.picture_hub import PictureHub
from signaling.picture_websocket import PictureRoutes
from signaling.relay_websocket import relay_routes
from signaling.service import SignalingService
from signaling.whep import forwarding_routes

logger = logging.getLogger(__name__)

LOCAL_GATEWAY_ID = "local"


async def run_up(config: UpConfig) -> None:
    """Run signaling and gateway on one port until cancelled."""
    async with up(config) as server:
        server.announce()
        await serve_until_cancelled()


async def run_signaling(config: SignalingConfig) -> None:
    """Run the broker alone until cancelled."""
    async with signaling(config) as server:
        server.announce()
        await serve_until_cancelled()


async def run_gateway(config: GatewayConfig) -> None:
    """Run a gateway that registers with a broker elsewhere, until cancelled."""
    async with gateway(config) as server:
        print(
            f"Gateway {config.signaling.gateway_id!r} is up: it registers with"
            f" {config.signaling.url}, and serves {server.url}/CAMERA/stream here",
            flush=True,
        )
        await serve_until_cancelled()


async def serve_until_cancelled() -> None:
    """Wait, once all is up."""
    # What is there now stays. Not looking at it again makes collections, which hold up every
    # frame, some 30 ms shorter.
    gc.collect()
    gc.freeze()
    await asyncio.Event().wait()


class RunningServer:
    """A server that answers at ``url``."""

    def __init__(self, url: URL, tokens: Tokens | None, auth: AuthSettings) -> None:
        self.url = url
        self.tokens = tokens
        self._auth = auth

    def announce(self) -> None:
        """Print the address, and the links with tokens when they were just made."""
        print(f"Peerlens is up: {self.url}", flush=True)
        if self.tokens is None:
            return
        if not self.tokens.created:
            print(f"Tokens are in {self._auth.state_dir / 'tokens.json'}", flush=True)
            return
        print("Made new tokens. Open, and give away with care:", flush=True)
        for role, link in ready_links(self.url, self.tokens).items():
            print(f"  {role:<7} {link}", flush=True)
        print(
            f"All of them, those of devices and gateways too, are in"
            f" {self._auth.state_dir / 'tokens.json'}",
            flush=True,
        )


@contextlib.asynccontextmanager
async def up(config: UpConfig) -> AsyncIterator[RunningServer]:
    """Serve everything on one port. The gateway still talks to signaling over a WebSocket."""
    tokens = _tokens(config.auth)
    registry, readiness = new_registry(), Readiness()
    media = _media(config)
    registry.register(GatewayMetrics(media))
    service = _service(config, registry)
    readiness.add("signaling", service.ready)
    pushed = PictureRoutes(service, PictureHub(service, calls=False))
    routes = [
        *media_routes(media, IceServerIssuer(config.webrtc)),
        *drive_routes(media.cars, service.refused),
        *picture_routes(media.picture_viewers, pushed.view, service.refused),
        *pushed.beside_a_gateway(),
        *viewer_routes(media),
        *event_routes(media.recording),
        *motion_routes(media),
        *output_routes(media.outputs),
        *signaling_routes(service, web_root=config.http.web_root, serves_media=True),
    ]
    app = _app(config, tokens, registry, readiness, routes)
    async with media, service, serving(app, config.http) as url:
        uplink = UplinkSettings(
            url=_own_websocket(url, config.http.host),
            token=tokens.by_role[Role.GATEWAY] if tokens else None,
            gateway_id=LOCAL_GATEWAY_ID,
        )
        media.signaling = uplink
        async with Uplink(media, uplink) as link:
            readiness.add("gateway", lambda: link.problem)
            yield RunningServer(url, tokens, config.auth)


@contextlib.asynccontextmanager
async def signaling(config: SignalingConfig) -> AsyncIterator[RunningServer]:
    """Serve the broker and the page; WHEP is forwarded to the gateway that has the camera."""
    tokens = _tokens(config.auth)
    registry, readiness = new_registry(), Readiness()
    service = _service(config, registry)
    readiness.add("signaling", service.ready)
    hub = PictureHub(service, calls=True)
    routes = [
        *forwarding_routes(service),
        *relay_routes(service),
        *PictureRoutes(service, hub).all(),
        *MjpegRoutes(service, hub).all(),
        *signaling_routes(service, web_root=config.http.web_root),
    ]
    app = _app(config, tokens, registry, readiness, routes)
    async with service, serving(app, config.http) as url:
        yield RunningServer(url, tokens, config.auth)


@contextlib.asynccontextmanager
async def gateway(config: GatewayConfig) -> AsyncIterator[RunningServer]:
    """Serve the cameras of this network, and register with the broker."""
    tokens = _tokens(config.auth)
    registry, readiness = new_registry(), Readiness()
    media = _media(config, config.signaling)
    registry.register(GatewayMetrics(media))
    refusals = RefusalMetrics(registry)
    routes = [
        *media_routes(media, IceServerIssuer(config.webrtc)),
        *drive_routes(media.cars, refusals.refused),
        *picture_routes(media.picture_viewers, on_refused=refusals.refused),
        *camera_list_routes(media),
        *viewer_routes(media),
        *event_routes(media.recording),
        *motion_routes(media),
        *output_routes(media.outputs),
    ]
    app = _app(config, tokens, registry, readiness, routes)
    async with (
        media,
        serving(app, config.http) as url,
        Uplink(media, config.signaling) as link,
    ):
        readiness.add("signaling", lambda: link.problem)
        yield RunningServer(url, tokens, config.auth)


def _media(config: MediaConfig, uplink: UplinkSettings | None = None) -> Gateway:
    return Gateway(
        config.cameras,
        config.webrtc,
        config.cars,
        config.drive,
        events=config.events,
        ai=config.ai,
        mqtt=config.mqtt,
        gateway_id=uplink.gateway_id if uplink else LOCAL_GATEWAY_ID,
        state_dir=config.auth.state_dir,
        signaling=uplink,
        from_loopback=config.http.is_loopback,
    )


def _tokens(auth: AuthSettings) -> Tokens | None:
    return Tokens.load_or_create(auth.state_dir) if auth.mode == "token" else None


def _service(config: UpConfig | SignalingConfig, registry: CollectorRegistry) -> SignalingService:
    return SignalingService(
        config.limits,
        ice_servers=IceServerIssuer(config.webrtc),
        cars={car: settings.camera for car, settings in config.cars.items()},
        from_loopback=config.http.is_loopback,
        registry=registry,
    )


def _app(
    config: ServerSettings,
    tokens: Tokens | None,
    registry: CollectorRegistry,
    readiness: Readiness,
    routes: Iterable[web.AbstractRouteDef],
) -> web.Application:
    pins = DevicePins(config.auth.state_dir / PINS_FILE if tokens is not None else None)
    return build_app(
        config.http,
        Authenticator(tokens, devices=DeviceGate(pins)),
        [*health_routes(readiness), *metrics_routes(registry), *routes],
        registry=registry,
    )


def _own_websocket(url: URL, host: str) -> str:
    """Return the address by which this process reaches its own ``/ws``."""
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}
    return str(url.with_scheme("ws").with_host(everywhere.get(host, host)) / "ws")
