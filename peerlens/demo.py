"""``peerlens demo``: virtual cameras, a virtual car, and all that it takes to see and drive."""

import asyncio
import contextlib
import ipaddress
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

from edge.roles import Role
from edge.settings import AuthSettings, HttpSettings
from gateway.drive.settings import CarSettings
from gateway.events.settings import EventsSettings
from gateway.settings import CameraSettings
from peerlens.config import UpConfig
from peerlens.demo_options import DemoOptions
from peerlens.servers import RunningServer, serve_until_cancelled, up
from peerlens.virtual_camera import (
    DrivenCar,
    Fault,
    PictureFormat,
    Pictures,
    VirtualCamera,
    choose_pictures,
    now_and_then,
)
from peerlens.virtual_car.outputs import Outputs
from peerlens.virtual_car.twin import BoardLink, driving

CAR_ID, BOARD_ID = "car1", "board-1"
FIRST_CAMERA_ID = "front"
EVENTS_MB = 200


async def run_demo(options: DemoOptions) -> None:
    """Run the demo until cancelled."""
    async with contextlib.AsyncExitStack() as stack:
        has_scene = options.video is None and options.webcam is None
        driven = DrivenCar() if has_scene and options.car != "none" else None
        cameras = {}
        for number in range(options.cameras):
            virtual = VirtualCamera(_pictures(options, driven if number == 0 else None))
            await stack.enter_async_context(virtual)
            camera_id = FIRST_CAMERA_ID if number == 0 else f"camera{number + 1}"
            cameras[camera_id] = virtual
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="peerlens-demo-")))
        configuration = _configuration(options, cameras, folder, has_car=driven is not None)
        server = await stack.enter_async_context(up(configuration))
        _announce(server, cameras, has_car=driven is not None)
        if driven is not None:
            await stack.enter_async_context(_driving(driven, server, options))
        await _misbehave(options, cameras)


@contextlib.asynccontextmanager
async def _driving(
    driven: DrivenCar, server: RunningServer, options: DemoOptions
) -> AsyncIterator[None]:
    """Let the board of ``driven`` register with the server, and move the car."""

    def outputs_changed(outputs: Outputs) -> None:
        driven.outputs = outputs

    def say(line: str) -> None:
        print(line, flush=True)

    token = server.tokens.by_role[Role.DEVICE] if server.tokens else None
    url = server.url.with_scheme("ws").with_host(_own_host(options.host)) / "ws" / "board"
    link = BoardLink(str(url), BOARD_ID, token)
    wants_firmware = options.car == "firmware"
    async with driving(link, outputs_changed, say, wants_firmware=wants_firmware):
        yield


def _own_host(host: str) -> str:
    """Return the host by which this process reaches a server that listens on ``host``."""
    with contextlib.suppress(ValueError):
        ip = ipaddress.ip_address(host)
        if ip.is_unspecified:
            return "127.0.0.1" if ip.version == 4 else "::1"
    return host


def _driving_address(server: RunningServer) -> str:
    """Return where to drive; with the token while it is told anyway, as it was just made."""
    address = f"{server.url.origin()}/drive/{FIRST_CAMERA_ID}"
    if server.tokens is None or not server.tokens.created:
        return address
    return f"{address}#token={quote(server.tokens.by_role[Role.DRIVER], safe='')}"


async def _misbehave(options: DemoOptions, cameras: dict[str, VirtualCamera]) -> None:
    """Let the cameras fail now and then if that was asked for; runs until cancelled."""
    if options.fault is Fault.NONE:
        await serve_until_cancelled()
    await asyncio.gather(*(now_and_then(each.faults, options.fault) for each in cameras.values()))


def _pictures(options: DemoOptions, driven: DrivenCar | None) -> Pictures:
    form = PictureFormat(options.width, options.height, options.fps, stamped=options.stamp)
    return choose_pictures(form, video=options.video, webcam=options.webcam, driven=driven)


def _configuration(
    options: DemoOptions, cameras: dict[str, VirtualCamera], folder: Path, *, has_car: bool
) -> UpConfig:
    """``folder`` holds what need not outlive the demo: all but the tokens."""
    state_dir = options.state_dir if options.auth_mode == "token" else folder
    return UpConfig(
        http=HttpSettings(host=options.host, port=options.port),
        auth=AuthSettings(mode=options.auth_mode, state_dir=state_dir),
        events=EventsSettings(path=folder / "events", max_mb=EVENTS_MB),
        cameras={
            # Warm, so there are events to see before anybody has watched.
            camera_id: CameraSettings(source=virtual.url, name=_name(options, number), warm=True)
            for number, (camera_id, virtual) in enumerate(cameras.items(), 1)
        },
        cars={CAR_ID: CarSettings(camera=FIRST_CAMERA_ID, board=BOARD_ID)} if has_car else {},
    )


def _name(options: DemoOptions, number: int) -> str:
    shown = options.video.name if options.video else options.webcam or "Race track"
    return shown[:90] if options.cameras == 1 else f"{shown[:90]} {number}"


def _announce(server: RunningServer, cameras: dict[str, VirtualCamera], *, has_car: bool) -> None:
    server.announce()
    if has_car:
        print(f"Drive the blue car: {_driving_address(server)}")
    print("\nVirtual cameras, as an ESP32-S3 serves them:")
    for camera_id, virtual in cameras.items():
        print(f"  {camera_id:<8} {virtual.url}")
    first = next(iter(cameras.values()))
    print(
        "\nMake one fail, and watch the page:\n"
        f"  curl '{first.base_url}/control?var=fault&val=stall'\n"
        f"(or {', '.join(fault for fault in Fault if fault is not Fault.STALL)})\n"
        "\nCtrl-C stops it.",
        flush=True,
    )
