"""``peerlens demo``: virtual cameras and everything that is needed to see them."""

import asyncio
import contextlib

from edge.settings import AuthSettings, HttpSettings
from gateway.settings import CameraSettings
from peerlens.config import UpConfig
from peerlens.demo_options import DemoOptions
from peerlens.servers import RunningServer, up
from peerlens.virtual_camera import (
    Fault,
    PictureFormat,
    Pictures,
    ScenePictures,
    VideoPictures,
    VirtualCamera,
    WebcamPictures,
)

NAMES = ("Race track", "Pit lane", "Back yard", "Workshop")


async def run_demo(options: DemoOptions) -> None:
    """Run the demo until cancelled."""
    async with contextlib.AsyncExitStack() as stack:
        cameras = {}
        for number in range(options.cameras):
            virtual = VirtualCamera(_pictures(options), fault=Fault(options.fault.value))
            await stack.enter_async_context(virtual)
            camera_id = "front" if number == 0 else f"camera{number + 1}"
            cameras[camera_id] = virtual
        server = await stack.enter_async_context(up(_configuration(options, cameras)))
        _announce(server, cameras)
        await asyncio.Event().wait()


def _pictures(options: DemoOptions) -> Pictures:
    form = PictureFormat(options.width, options.height, options.fps, stamped=options.stamp)
    if options.video is not None:
        return VideoPictures(options.video, form)
    if options.webcam is not None:
        return WebcamPictures(options.webcam, form)
    return ScenePictures(form.width, form.height, form.fps, stamped=form.stamped)


def _configuration(options: DemoOptions, cameras: dict[str, VirtualCamera]) -> UpConfig:
    return UpConfig(
        http=HttpSettings(host=options.host, port=options.port),
        auth=AuthSettings(mode=options.auth_mode, state_dir=options.state_dir),
        cameras={
            camera_id: CameraSettings(source=virtual.url, name=NAMES[number % len(NAMES)])
            for number, (camera_id, virtual) in enumerate(cameras.items())
        },
    )


def _announce(server: RunningServer, cameras: dict[str, VirtualCamera]) -> None:
    server.announce()
    print("\nVirtual cameras, as an ESP32-S3 serves them:")
    for camera_id, virtual in cameras.items():
        print(f"  {camera_id:<8} {virtual.url}")
    first = next(iter(cameras.values()))
    print(
        "\nMake one fail, and watch the page:\n"
        f"  curl '{first.base_url}/control?var=fault&val=stall'   # or drop, corrupt, slow, none\n"
        "\nCtrl-C stops it.",
        flush=True,
    )
