"""``peerlens demo``: virtual cameras and everything that is needed to see them."""

import asyncio
import contextlib

from edge.settings import AuthSettings, HttpSettings
from gateway.settings import CameraSettings
from peerlens.config import UpConfig
from peerlens.demo_options import DemoOptions
from peerlens.servers import RunningServer, serve_until_cancelled, up
from peerlens.virtual_camera import (
    Fault,
    PictureFormat,
    Pictures,
    VirtualCamera,
    choose_pictures,
    now_and_then,
)


async def run_demo(options: DemoOptions) -> None:
    """Run the demo until cancelled."""
    async with contextlib.AsyncExitStack() as stack:
        cameras = {}
        for number in range(options.cameras):
            virtual = VirtualCamera(_pictures(options))
            await stack.enter_async_context(virtual)
            camera_id = "front" if number == 0 else f"camera{number + 1}"
            cameras[camera_id] = virtual
        server = await stack.enter_async_context(up(_configuration(options, cameras)))
        _announce(server, cameras)
        await _misbehave(options, cameras)


async def _misbehave(options: DemoOptions, cameras: dict[str, VirtualCamera]) -> None:
    """Let the cameras fail now and then if that was asked for; runs until cancelled."""
    if options.fault is Fault.NONE:
        await serve_until_cancelled()
    await asyncio.gather(*(now_and_then(each.faults, options.fault) for each in cameras.values()))


def _pictures(options: DemoOptions) -> Pictures:
    form = PictureFormat(options.width, options.height, options.fps, stamped=options.stamp)
    return choose_pictures(form, video=options.video, webcam=options.webcam)


def _configuration(options: DemoOptions, cameras: dict[str, VirtualCamera]) -> UpConfig:
    return UpConfig(
        http=HttpSettings(host=options.host, port=options.port),
        auth=AuthSettings(mode=options.auth_mode, state_dir=options.state_dir),
        cameras={
            camera_id: CameraSettings(source=virtual.url, name=_name(options, number))
            for number, (camera_id, virtual) in enumerate(cameras.items(), 1)
        },
    )


def _name(options: DemoOptions, number: int) -> str:
    shown = options.video.name if options.video else options.webcam or "Race track"
    return shown[:90] if options.cameras == 1 else f"{shown[:90]} {number}"


def _announce(server: RunningServer, cameras: dict[str, VirtualCamera]) -> None:
    server.announce()
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
