"""The options of each command: their words, their bounds, and what becomes of them."""

import argparse
import math
import re
from collections.abc import Callable
from pathlib import Path

from peerlens.camera_fault import Fault
from peerlens.demo_options import DemoOptions
from peerlens.errors import ConfigError
from peerlens.logs import LEVELS, set_up

MAX_DEMO_CAMERAS = 64


def new_parser(
    name: str,
    about: str,
    example: str,
    add: Callable[..., argparse.ArgumentParser] = argparse.ArgumentParser,
) -> argparse.ArgumentParser:
    """Return a parser, made by ``add``, whose help ends with an ``example`` of several lines."""
    examples = example.splitlines()
    heading = "examples" if len(examples) > 1 else "example"
    return add(
        prog=name,
        description=about,
        epilog="\n  ".join([f"{heading}:", *examples]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def add_logging(command: argparse.ArgumentParser, level: str = "info") -> None:
    group = command.add_argument_group("logging")
    group.add_argument(
        "--log-level", choices=LEVELS, default=level, help=f"how much to say (default: {level})"
    )
    group.add_argument(
        "--log-format",
        choices=("text", "json"),
        default="text",
        help="lines for people or for machines (default: text)",
    )


def set_up_logs(options: argparse.Namespace) -> None:
    set_up(options.log_level, options.log_format)


def add_configuration(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group(
        "configuration",
        "Flags beat environment variables (PEERLENS_KEY__PATH=value), and those beat the file.",
    )
    group.add_argument(
        "-c",
        "--config",
        metavar="FILE",
        type=Path,
        help="YAML file (default: peerlens.yaml, where there is one)",
    )
    group.add_argument(
        "--set",
        metavar="KEY.PATH=VALUE",
        action="append",
        default=[],
        help="override one setting; may be repeated",
    )


def add_doctor(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("check-up")
    group.add_argument(
        "--json", action="store_true", help="print the findings as one JSON object, for machines"
    )
    group.add_argument(
        "--role",
        choices=("up", "signaling", "gateway"),
        help="the command that the configuration is for (default: told by its keys)",
    )
    group.add_argument(
        "--public-url",
        metavar="URL",
        type=_web_address,
        help="where browsers find the server, if that is elsewhere than where it listens",
    )


def add_demo(command: argparse.ArgumentParser) -> None:
    where = command.add_argument_group("server")
    where.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: %(default)s)"
    )
    where.add_argument(
        "--port", type=_port, default=8080, help="port, 0 for any free one (default: %(default)s)"
    )
    where.add_argument(
        "--auth",
        choices=("open", "token"),
        default="open",
        help="open needs a loopback host; token prints ready links (default: %(default)s)",
    )
    where.add_argument(
        "--state-dir",
        metavar="DIR",
        type=Path,
        default=Path(".peerlens"),
        help="where tokens are kept (default: %(default)s)",
    )
    camera = command.add_argument_group("virtual camera")
    camera.add_argument(
        "--cameras", metavar="N", type=_cameras, default=1, help="how many (default: %(default)s)"
    )
    camera.add_argument(
        "--fps", type=_fps, default=25.0, help="frames a second (default: %(default)g)"
    )
    camera.add_argument(
        "--size", metavar="WxH", type=_size, default=(640, 480), help="pixels (default: 640x480)"
    )
    picture = camera.add_mutually_exclusive_group()
    picture.add_argument(
        "--video", metavar="FILE", type=_existing_file, help="show a video file, over and over"
    )
    picture.add_argument(
        "--webcam", metavar="DEVICE", help="show a webcam of this machine, such as /dev/video0"
    )
    camera.add_argument(
        "--stamp",
        action="store_true",
        help="paint the time into every frame, for measurements",
    )
    camera.add_argument(
        "--fault",
        choices=[fault.value for fault in Fault],
        default=Fault.NONE.value,
        help="misbehave, so that failures can be seen (default: none)",
    )
    car = command.add_argument_group("virtual car")
    car.add_argument(
        "--car",
        choices=("firmware", "python", "none"),
        default="firmware",
        help="the firmware's core, compiled here (or else its Python twin), the Python twin, or"
        " no car to drive (default: %(default)s)",
    )


def demo_options(options: argparse.Namespace) -> DemoOptions:
    """Return what the user asked of the demo. Raises :class:`ConfigError`."""
    from pydantic import ValidationError  # noqa: PLC0415

    from edge.settings import AuthSettings, HttpSettings, ServerSettings  # noqa: PLC0415

    http = HttpSettings(host=options.host, port=options.port)
    try:
        ServerSettings(http=http, auth=AuthSettings(mode=options.auth))
    except ValidationError as error:
        raise ConfigError(
            f"--auth open is refused on --host {options.host}: expected --auth token, or a"
            " loopback host such as 127.0.0.1"
        ) from error
    width, height = options.size
    return DemoOptions(
        host=options.host,
        port=options.port,
        cameras=options.cameras,
        fps=options.fps,
        width=width,
        height=height,
        video=options.video,
        webcam=options.webcam,
        stamp=options.stamp,
        car=options.car,
        fault=Fault(options.fault),
        auth_mode=options.auth,
        state_dir=options.state_dir,
    )


def _whole_number(text: str, at_least: int, at_most: int) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text) or not at_least <= int(text) <= at_most:
        raise argparse.ArgumentTypeError(
            f"expected a whole number from {at_least} to {at_most}, given {text!r}"
        )
    return int(text)


def _port(text: str) -> int:
    return _whole_number(text, 0, 65_535)


def _cameras(text: str) -> int:
    return _whole_number(text, 1, MAX_DEMO_CAMERAS)


def _fps(text: str) -> float:
    try:
        fps = float(text)
    except ValueError:
        fps = math.nan
    if not 1 <= fps <= 120:
        raise argparse.ArgumentTypeError(f"expected a number from 1 to 120, given {text!r}")
    return fps


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"([0-9]{2,4})[xX]([0-9]{2,4})", text)
    width, height = (int(match[1]), int(match[2])) if match else (0, 0)
    # Chroma is subsampled by two, and the painted time needs some room.
    if not (160 <= width <= 3840 and 120 <= height <= 2160) or width % 2 or height % 2:
        raise argparse.ArgumentTypeError(
            f"expected WIDTHxHEIGHT, even, from 160x120 to 3840x2160, given {text!r}"
        )
    return width, height


def _web_address(text: str) -> str:
    if not re.fullmatch(r"https?://[^/?#\s@]+/?", text):
        raise argparse.ArgumentTypeError(
            f"expected http://HOST[:PORT] or https://HOST[:PORT], given {text!r}"
        )
    return text.rstrip("/")


def _existing_file(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        reason = "not a file" if path.exists() else "no such file"
        raise argparse.ArgumentTypeError(f"{text}: {reason}")
    return path
