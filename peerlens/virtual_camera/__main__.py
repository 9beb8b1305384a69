"""``python -m peerlens.virtual_camera``: the virtual camera in a process of its own."""

import argparse
import asyncio
import contextlib
import logging
import signal
import sys
from pathlib import Path

from peerlens.camera_fault import Fault
from peerlens.virtual_camera.choosing import choose_pictures
from peerlens.virtual_camera.errors import PicturesError
from peerlens.virtual_camera.pictures import PictureFormat, Pictures
from peerlens.virtual_camera.server import VirtualCamera
from peerlens.virtual_camera.wire import Dialect


def main() -> int:
    options = _parser().parse_args()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        asyncio.run(_serve(options))
    except (PicturesError, ValueError, OSError) as error:
        print(f"virtual camera: {error}", file=sys.stderr)
        return 2
    return 0


async def _serve(options: argparse.Namespace) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(name, stopped.set)
    camera = VirtualCamera(
        _pictures(options),
        options.host,
        options.port,
        dialect=Dialect(chunked=not options.unchunked),
        fault=Fault(options.fault),
        basic=_pair(options.basic),
        bearer=options.bearer,
    )
    async with camera:
        print(camera.url, flush=True)
        await stopped.wait()


def _pictures(options: argparse.Namespace) -> Pictures:
    form = PictureFormat(options.width, options.height, options.fps, options.quality, options.stamp)
    return choose_pictures(form, video=options.video, webcam=options.webcam)


def _pair(text: str | None) -> tuple[str, str] | None:
    if text is None:
        return None
    name, colon, password = text.partition(":")
    if not colon:
        raise ValueError("--basic: expected NAME:PASSWORD")
    return name, password


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m peerlens.virtual_camera",
        description="A virtual ESP32-S3 camera: /stream, /snapshot, /status and /control.",
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8081, help="0 picks one (default: 8081)")
    parser.add_argument("--width", type=int, default=640)
    parser.add_argument("--height", type=int, default=480)
    parser.add_argument("--fps", type=float, default=30.0)
    parser.add_argument("--quality", type=int, default=80, help="of the JPEGs, 1 to 100")
    parser.add_argument("--stamp", action="store_true", help="paint the clock in, for benchmarks")
    sight = parser.add_mutually_exclusive_group()
    sight.add_argument("--video", type=Path, metavar="FILE", help="serve a video file")
    sight.add_argument("--webcam", metavar="DEVICE", help="serve a webcam, e.g. /dev/video0")
    parser.add_argument("--fault", choices=[fault.value for fault in Fault], default="none")
    parser.add_argument("--unchunked", action="store_true", help="plain bytes, no HTTP chunks")
    lock = parser.add_mutually_exclusive_group()
    lock.add_argument("--basic", metavar="NAME:PASSWORD", help="ask for HTTP Basic credentials")
    lock.add_argument("--bearer", metavar="TOKEN", help="ask for a Bearer token")
    return parser


if __name__ == "__main__":
    sys.exit(main())
