"""A real coturn with the project's configuration."""

import contextlib
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.network.namespaces import Namespace

TURN = Path(__file__).parents[2] / "turn"
CONFIG = TURN / "turnserver.conf"
USER, PASSWORD, REALM = "peerlens", secrets.token_hex(12), "turn.test"
LOOPBACK = "127.0.0.1"
DEADLINE_S = 15.0
READY = "SQLite DB connection success"


@dataclass(frozen=True)
class Coturn:
    """A running turnserver, and what it said while it started."""

    port: int
    log: list[str]


@contextlib.contextmanager
def coturn(
    folder: Path,
    *options: str,
    config: Path = CONFIG,
    address: str = LOOPBACK,
    inside: Namespace | None = None,
) -> Iterator[Coturn]:
    """Run coturn on ``address`` for the time of the block; ``options`` are its own."""
    port = _free_port()
    command = [
        "turnserver",
        *("-c", str(config)),
        *(f"--listening-ip={address}", f"--relay-ip={address}", f"--listening-port={port}"),
        *(f"--realm={REALM}", f"--user={USER}:{PASSWORD}"),
        *(f"--userdb={folder}/turndb", f"--pidfile={folder}/pid"),
        *options,
    ]
    said = folder / "turnserver.log"
    with said.open("w") as output:
        process = subprocess.Popen(
            inside.command(*command) if inside is not None else command,
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        end = time.monotonic() + DEADLINE_S
        while READY not in (text := said.read_text(errors="replace")):
            assert process.poll() is None, text
            assert time.monotonic() < end, text
            time.sleep(0.02)
        yield Coturn(port, text.splitlines(keepends=True))
    finally:
        process.kill()
        process.wait(DEADLINE_S)


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
