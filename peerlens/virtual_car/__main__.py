"""``python -m peerlens.virtual_car``: the Python twin in a process of its own.

It takes and prints the same as ``twin-car``, the firmware's core compiled for this machine:
``out …`` for each change of the outputs (see outputs.line_of), ``link up``, ``link down REASON``,
and with ``--trace`` a line ``cmd MICROSECONDS SEQ`` for each command that it acts upon.
"""

import argparse
import asyncio
import os
import sys
import threading
import time

from peerlens.virtual_car.client import BoardClient
from peerlens.virtual_car.errors import Superseded
from peerlens.virtual_car.identity import TOKEN_VARIABLE, board_identity
from peerlens.virtual_car.outputs import Outputs, line_of


def main() -> int:
    options = _parser().parse_args()
    try:
        asyncio.run(_client(options).run())
    except ValueError as error:
        print(f"virtual car: {error}", file=sys.stderr)
        return 2
    except Superseded as error:
        print(f"virtual car: {error}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, BrokenPipeError):
        return 0
    return 0


def _client(options: argparse.Namespace) -> BoardClient:
    lines = _Lines()
    return BoardClient(
        options.url,
        board_identity(options.id, os.environ.get(TOKEN_VARIABLE), options.failsafe_ms),
        on_outputs=lines.outputs,
        on_link=lines.link,
        on_command=lines.command if options.trace else lambda _: None,
    )


class _Lines:
    """Standard output, one whole line at a time, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def outputs(self, outputs: Outputs) -> None:
        self._print(line_of(outputs, _now_us()))

    def link(self, lost_because: str | None) -> None:
        if lost_because is None:
            self._print("link up")
        else:
            self._print(f"link down {' '.join(lost_because.split())}")

    def command(self, seq: int) -> None:
        self._print(f"cmd {_now_us()} {seq}")

    def _print(self, line: str) -> None:
        with self._lock:
            print(line, flush=True)


def _now_us() -> int:
    return time.monotonic_ns() // 1_000


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m peerlens.virtual_car",
        description="The control board of a virtual car, in Python; prints what it would do.",
        epilog=f"The token, where one is needed, is in the environment: {TOKEN_VARIABLE}.",
    )
    parser.add_argument("--url", default="ws://127.0.0.1:8080/ws/board")
    parser.add_argument("--id", default="board-1")
    parser.add_argument(
        "--failsafe-ms", type=float, default=250.0, help="100 to 500 (default: 250)"
    )
    parser.add_argument("--trace", action="store_true", help="print each command that counts")
    return parser


if __name__ == "__main__":
    sys.exit(main())
