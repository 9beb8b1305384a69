"""A real coturn with the project's configuration."""

import contextlib
import os
import secrets
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aioice import stun

from bench.network.namespaces import Namespace
from edge.turn_credentials import Credential, mint
from tests.support.certificates import Certificates

TURN = Path(__file__).parents[2] / "turn"
CONFIG = TURN / "turnserver.conf"
SCHEMA = Path("/usr/share/coturn/schema.sql")
REALM = "turn.test"
LOOPBACK = "127.0.0.1"
DEADLINE_S = 15.0
PROGRAM = os.environ.get("TURNSERVER", "turnserver")
"""Another coturn than the installed one, to test the configuration with it."""


@dataclass(frozen=True)
class Coturn:
    """A running turnserver."""

    addresses: tuple[str, ...]
    port: int
    tls_port: int | None
    secret: str
    _process: subprocess.Popen[bytes]
    _log: Path

    @property
    def log(self) -> list[str]:
        """What it has said so far, line by line."""
        if not self._log.exists():
            return []
        return self._log.read_text(errors="replace").splitlines(keepends=True)

    def urls(
        self, *, host: str | None = None, udp: bool = True, tcp: bool = True, tls: bool = True
    ) -> list[str]:
        """Its addresses, over UDP, TCP and (with a certificate) TLS; by default of the first IP."""
        name = host or self.addresses[0]
        if ":" in name:
            name = f"[{name}]"
        found = [f"turn:{name}:{self.port}?transport=udp"] if udp else []
        found += [f"turn:{name}:{self.port}?transport=tcp"] if tcp else []
        found += [f"turns:{name}:{self.tls_port}?transport=tcp"] if tls and self.tls_port else []
        return found

    def setting(self, urls: Sequence[str] = ()) -> dict[str, Any]:
        """As ``webrtc.turn`` wants it."""
        return {"urls": list(urls) or self.urls(), "secret": self.secret}

    def credential(self, name: str | None = None, lifetime_s: float = 600.0) -> Credential:
        """A credential that it takes, or one that has expired already; each with a name's quota."""
        return mint(self.secret, name or secrets.token_hex(4), time.time() + lifetime_s)

    def kill(self) -> None:
        """SIGKILL, in the middle of everything."""
        self._process.kill()
        self._process.wait(DEADLINE_S)


@contextlib.contextmanager
def coturn(
    folder: Path,
    *options: str,
    config: Path = CONFIG,
    addresses: Sequence[str] = (LOOPBACK,),
    inside: Namespace | None = None,
    port: int | None = None,
    tls: Certificates | None = None,
    tls_port: int | None = None,
    secret: str | None = None,
    own_peers: bool = True,
) -> Iterator[Coturn]:
    """Run coturn for the time of the block, listening and relaying on ``addresses``.

    ``inside`` is where, with those addresses already there. Ports are free ones and the secret a
    random one where they are not given: give them to start a second one in place of the first.
    With ``tls`` it speaks TLS as well. ``own_peers``: it may relay between its own allocations,
    as it must; not on loopback, where coturn allows it only with ``--allow-loopback-peers``.
    ``options`` are coturn's and come last.
    """
    port = port or free_port()
    if tls is not None:
        tls_port = tls_port or free_port()
    secret = secret or secrets.token_hex(16)
    command = [
        PROGRAM,
        *("-c", str(config)),
        *(f"--{kind}-ip={address}" for address in addresses for kind in ("listening", "relay")),
        *(f"--allowed-peer-ip={address}" for address in addresses if own_peers),
        *(f"--listening-port={port}", f"--realm={REALM}", f"--static-auth-secret={secret}"),
        *((f"--cert={tls.certificate}", f"--pkey={tls.key}") if tls else ("--no-tls",)),
        *((f"--tls-listening-port={tls_port}",) if tls else ()),
        *(f"--userdb={folder}/turndb", f"--pidfile={folder}/turn.pid"),
        *options,
    ]
    _make_tables(folder / "turndb")
    said = folder / "turnserver.log"
    with said.open("wb") as output:
        process = subprocess.Popen(
            inside.command(*command) if inside is not None else command,
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    running = Coturn(tuple(addresses), port, tls_port if tls else None, secret, process, said)
    try:
        with inside.entered() if inside is not None else contextlib.nullcontext():
            wait_for(running)
        yield running
    finally:
        running.kill()


def _make_tables(database: Path) -> None:
    """As the package does: where coturn has to, it refuses who comes meanwhile."""
    if not database.exists():
        with contextlib.closing(sqlite3.connect(database)) as connection:
            connection.executescript(SCHEMA.read_text("utf-8"))


def wait_for(running: Coturn) -> None:
    """Wait until it answers, from where it is reached; fail with what it said."""
    end_s = time.monotonic() + DEADLINE_S
    tcp_ports = [port for port in (running.port, running.tls_port) if port]
    for address in running.addresses:
        while not (
            _answers(address, running.port) and all(_accepts(address, port) for port in tcp_ports)
        ):
            text = "".join(running.log)
            assert running._process.poll() is None, text
            assert time.monotonic() < end_s, text
            time.sleep(0.02)


def _answers(address: str, port: int) -> bool:
    """Whether a binding request is answered."""
    request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    with socket.socket(_family(address), socket.SOCK_DGRAM) as asking:
        asking.settimeout(0.1)
        try:
            asking.connect((address, port))
            asking.send(bytes(request))
            return stun.parse_message(asking.recv(2_048)).transaction_id == request.transaction_id
        except OSError:
            return False


def _accepts(address: str, port: int) -> bool:
    with socket.socket(_family(address), socket.SOCK_STREAM) as asking:
        asking.settimeout(0.5)
        return asking.connect_ex((address, port)) == 0


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def free_port() -> int:
    """Return a port that nobody has, over UDP or TCP."""
    while True:
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
            socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream,
        ):
            datagrams.bind((LOOPBACK, 0))
            port = int(datagrams.getsockname()[1])
            if stream.connect_ex((LOOPBACK, port)) == 0:
                continue
            with contextlib.suppress(OSError):
                stream.bind((LOOPBACK, port))
                return port
