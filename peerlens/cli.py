"""The command line: ``peerlens demo | up | signaling | gateway | device-token | doctor``.

Exit codes: 0 stopped as asked (SIGINT, SIGTERM), 2 bad usage, bad configuration or an
address that cannot be had, 1 anything unexpected. The doctor ends with 3 or 4 when it found
warnings or problems.
"""

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from importlib.metadata import version
from typing import NoReturn

from peerlens import cli_options, open_files
from peerlens.errors import PeerlensError

log = logging.getLogger(__name__)

OK = 0
UNEXPECTED = 1
BAD_USAGE = 2

Run = Callable[[], Awaitable[int | None]]
Prepare = Callable[[argparse.Namespace], Run]
"""Reads options and configuration, and returns what is left to do: it may give an exit code."""


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run ``peerlens`` with ``argv`` (``sys.argv``) and exit."""
    sys.exit(run(sys.argv[1:] if argv is None else argv))


def run(argv: Sequence[str]) -> int:
    """Run the command in ``argv``; returns the exit code."""
    options = parser().parse_args(argv)
    prepare: Prepare = options.prepare
    cli_options.set_up_logs(options)
    open_files.raise_limit()
    # Imported here: it is the HTTP edge, and --help must be quick.
    from edge.errors import ListenError, TokenFileError  # noqa: PLC0415

    try:
        return asyncio.run(_until_stopped(prepare(options)))
    except (PeerlensError, ListenError, TokenFileError) as error:
        _complain(str(error))
        return BAD_USAGE
    except KeyboardInterrupt:
        return OK
    except Exception as error:
        _complain(f"unexpected {type(error).__name__}: {_one_line(error)}")
        if options.log_level == "debug":
            log.exception("This should not happen")
        else:
            _complain("run it again with --log-level debug for the details")
        return UNEXPECTED


async def _until_stopped(run: Run) -> int:
    """Run until it ends by itself or a signal asks it to stop; returns the exit code.

    The first signal cancels; a second one finds Python's own handlers and ends the process.
    """
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(run())
    signals = (signal.SIGINT, signal.SIGTERM)
    stopped = False

    def stop(name: str) -> None:
        nonlocal stopped
        stopped = True
        log.info("= stopping (%s)", name)
        for number in signals:
            loop.remove_signal_handler(number)
        task.cancel()

    for number in signals:
        loop.add_signal_handler(number, stop, number.name)
    try:
        return await task or OK
    except asyncio.CancelledError:
        if not stopped:
            raise
        return OK
    finally:
        for number in signals:
            loop.remove_signal_handler(number)


def _complain(text: str) -> None:
    # The reader of standard error may be gone.
    with contextlib.suppress(BrokenPipeError):
        for line in text.splitlines():
            print(f"peerlens: {line}", file=sys.stderr)


def _one_line(error: Exception) -> str:
    from peerlens.logs import redact  # noqa: PLC0415

    return redact(" ".join(str(error).split())) or "no further details"


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    root = cli_options.new_parser(
        "peerlens",
        "See a cheap camera robot from any browser: MJPEG in, WebRTC out.",
        "peerlens demo                        # no camera needed\n"
        "peerlens up -c peerlens.yaml         # your own cameras",
    )
    root.add_argument("--version", action="version", version=f"peerlens {version('peerlens')}")
    commands = root.add_subparsers(metavar="COMMAND", required=True)
    _add_demo(commands)
    _add_server(
        commands,
        "up",
        _prepare_up,
        "signaling and gateway in one process: the default for one machine",
        "peerlens up -c peerlens.yaml\n"
        "peerlens up -c peerlens.yaml --set http.port=9000\n"
        "PEERLENS_CAMERAS__FRONT__WARM=true peerlens up -c peerlens.yaml",
    )
    _add_server(
        commands,
        "signaling",
        _prepare_signaling,
        "the broker alone: who is where, and who may talk to whom",
        "peerlens signaling --set http.host=0.0.0.0 --set auth.mode=token",
    )
    _add_server(
        commands,
        "gateway",
        _prepare_gateway,
        "the cameras of this network, registered with a broker elsewhere",
        "peerlens gateway -c gateway.yaml --set signaling.url=wss://example.org/ws",
    )
    _add_device_token(commands)
    _add_doctor(commands)
    return root


def _add_device_token(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = cli_options.new_parser(
        "peerlens device-token",
        "Print the token of one camera or control board.\n\n"
        "It speaks for that id only, at the server with this configuration, wherever the token\n"
        "that all devices share does: /ws, /ws/esp32 and /ws/board. It is derived from all of\n"
        "auth.state_dir/tokens.json, so it need not be kept, and is the same each time. Once a\n"
        "device has come with its own token, the shared one no longer speaks for its id.",
        "peerlens device-token front-door -c peerlens.yaml",
        add=lambda **settings: commands.add_parser(
            "device-token", help="print a token that speaks for one device only", **settings
        ),
    )
    command.add_argument("id", metavar="ID", help="the deviceId that it registers with")
    cli_options.add_configuration(command)
    cli_options.add_logging(command)
    command.set_defaults(prepare=_prepare_device_token)


def _add_doctor(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    about = "what is wrong with a connection, and what to do about it"
    doctor = cli_options.new_parser(
        "peerlens doctor",
        f"Find out {about}:\n"
        "cameras, ports, signaling, clocks, STUN, TURN, and a call.\n\n"
        "It may run beside the server it looks at, and leaves cameras that are being watched to\n"
        "it; from others it takes pictures for two or three seconds. It ends within 20 s.\n\n"
        "exit codes: 0 all is well (there may be notes), 3 warnings, 4 problems; 2 bad usage or\n"
        "configuration, 1 anything unexpected",
        "peerlens doctor -c peerlens.yaml\n"
        "peerlens doctor -c gateway.yaml --json\n"
        "peerlens doctor -c peerlens.yaml --public-url https://cars.example.org",
        add=lambda **settings: commands.add_parser("doctor", help=about, **settings),
    )
    cli_options.add_doctor(doctor)
    cli_options.add_configuration(doctor)
    cli_options.add_logging(doctor, "error")
    doctor.set_defaults(prepare=_prepare_doctor)


def _add_demo(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    about = "a virtual ESP32 camera and car, signaling, gateway and web page on this machine"
    demo = cli_options.new_parser(
        "peerlens demo",
        f"Run {about}; prints the address to open.",
        "peerlens demo\n"
        "peerlens demo --cameras 4 --size 320x240 --port 9000\n"
        "peerlens demo --webcam /dev/video0\n"
        "peerlens demo --fault stall          # see what a failing camera looks like",
        add=lambda **settings: commands.add_parser("demo", help=about, **settings),
    )
    cli_options.add_demo(demo)
    cli_options.add_logging(demo)
    demo.set_defaults(prepare=_prepare_demo)


def _add_server(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    prepare: Prepare,
    about: str,
    example: str,
) -> None:
    command = cli_options.new_parser(
        f"peerlens {name}",
        f"Run {about}.",
        example,
        add=lambda **settings: commands.add_parser(name, help=about, **settings),
    )
    cli_options.add_configuration(command)
    cli_options.add_logging(command)
    command.set_defaults(prepare=prepare)


# What each command imports takes a second: only the command that runs pays for it.


def _prepare_demo(options: argparse.Namespace) -> Run:
    demo_options = cli_options.demo_options(options)

    async def run() -> None:
        from peerlens.demo import run_demo  # noqa: PLC0415

        await run_demo(demo_options)

    return run


def _prepare_up(options: argparse.Namespace) -> Run:
    from peerlens.config import UpConfig, load  # noqa: PLC0415

    config = load(UpConfig, options.config, environ=os.environ, flags=options.set)

    async def run() -> None:
        from peerlens.servers import run_up  # noqa: PLC0415

        await run_up(config)

    return run


def _prepare_signaling(options: argparse.Namespace) -> Run:
    from peerlens.config import SignalingConfig, load  # noqa: PLC0415

    config = load(SignalingConfig, options.config, environ=os.environ, flags=options.set)

    async def run() -> None:
        from peerlens.servers import run_signaling  # noqa: PLC0415

        await run_signaling(config)

    return run


def _prepare_gateway(options: argparse.Namespace) -> Run:
    from peerlens.config import GatewayConfig, load  # noqa: PLC0415

    config = load(GatewayConfig, options.config, environ=os.environ, flags=options.set)

    async def run() -> None:
        from peerlens.servers import run_gateway  # noqa: PLC0415

        await run_gateway(config)

    return run


def _prepare_device_token(options: argparse.Namespace) -> Run:
    from peerlens.config import load_any  # noqa: PLC0415
    from peerlens.device_token import token_for  # noqa: PLC0415

    config = load_any(options.config, environ=os.environ, flags=options.set)
    token = token_for(options.id, config.auth)

    async def run() -> None:
        print(token)

    return run


def _prepare_doctor(options: argparse.Namespace) -> Run:
    from peerlens.doctor.command import prepare_doctor  # noqa: PLC0415

    return prepare_doctor(options, os.environ)
