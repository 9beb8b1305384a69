"""Peerlens with cars, in one program or in two, whose parts can be killed and started again."""

import contextlib
import json
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.processes import Child, child, free_port
from bench.servers import BITRATE_KBPS, LOOPBACK
from bench.target import Place, Target
from edge.roles import Role
from edge.tokens import Tokens

SMALL_CAMERA: Mapping[str, Any] = {
    "source": "synthetic:?width=160&height=120&fps=12",
    "motion": {"enabled": False},
}
"""For cars whose stopping counts: pictures must not take the machine."""


def busy_camera(source: str) -> Mapping[str, Any]:
    """What the other benchmarks look at."""
    return {"source": source, "video": {"max_bitrate_kbps": BITRATE_KBPS}}


class Program:
    """One ``peerlens COMMAND``. It can be killed, and started again at the same address."""

    def __init__(self, command: str, file: Path, origin: str) -> None:
        self.name = command
        self.origin = origin
        self._file = file
        self._running = contextlib.ExitStack()
        self._child: Child | None = None

    @property
    def socket_origin(self) -> str:
        return self.origin.replace("http", "ws", 1)

    @property
    def pid(self) -> int:
        assert self._child is not None
        return self._child.popen.pid

    def start(self) -> None:
        """Start it; it answers when this returns. Raises :class:`ProcessFailed`."""
        command = Path(sys.executable).with_name("peerlens")
        argv = [str(command), self.name, "-c", str(self._file)]
        running = child(self.name, argv, ready=f"{self.origin}/healthz")
        self._child = self._running.enter_context(running)

    def kill(self) -> None:
        """SIGKILL. Without effect on one that does not run."""
        if self._child is not None:
            os.killpg(self.pid, signal.SIGKILL)
            self._child.popen.wait()
        self.stop()

    @property
    def is_running(self) -> bool:
        return self._child is not None

    def pause(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Start it, and have it run for the time of the block."""
        self.start()
        try:
            yield
        finally:
            self.stop()

    def stop(self) -> None:
        """End it in an orderly way."""
        self._running.close()
        self._child = None


@dataclass(frozen=True)
class Tickets:
    """The tokens that drivers and boards need; none where the server is open."""

    driver: str = ""
    board: str = ""


@dataclass(frozen=True)
class Drivable:
    """A running Peerlens with ``cars`` cars, ``car-0`` and on.

    ``gateway`` has the cars; drivers introduce themselves at ``front``, which is the gateway or
    signaling.
    """

    gateway: Program
    front: Program
    cars: int
    tickets: Tickets

    def targets(self, program: Program | None = None) -> list[Target]:
        """Where the driver of each car connects: ``front`` if not told otherwise."""
        origin = (program or self.front).origin
        return [
            Target("whep", f"{origin}/camera-{car}/whep", f"{origin}/healthz", self.tickets.driver)
            for car in range(self.cars)
        ]

    def places(self) -> list[Place]:
        """Where the driver of each car joins ``front`` that has no peer connection."""
        url = f"{self.front.socket_origin}/ws/control"
        pictures = f"{self.gateway.socket_origin}/ws/viewer"
        token = self.tickets.driver
        return [Place(url, pictures, f"camera-{car}", token) for car in range(self.cars)]

    @property
    def board_url(self) -> str:
        return f"{self.gateway.socket_origin}/ws/board"

    @property
    def relayed_board_url(self) -> str:
        return f"{self.front.socket_origin}/ws/board"


@contextlib.contextmanager
def drivable(cameras: Sequence[Mapping[str, Any]], host: str = LOOPBACK) -> Iterator[Drivable]:
    """Run ``peerlens up`` with a car for each camera, and everything else at its default.

    On another host than loopback it asks for tokens, as it must.
    """
    with tempfile.TemporaryDirectory(prefix="bench-drive-") as folder:
        place, port = Path(folder), free_port()
        state = place / "state"
        mode = "open" if host == LOOPBACK else "token"
        auth = {"mode": mode, "state_dir": str(state)}
        http = {"host": host, "port": port}
        file = written(place / "up.yaml", {"http": http, "auth": auth, **_cars(cameras)})
        program = Program("up", file, f"http://{host}:{port}")
        with program.running():
            tickets = Tickets() if mode == "open" else _tickets(state)
            yield Drivable(program, program, len(cameras), tickets)


@contextlib.contextmanager
def drivable_apart(cameras: Sequence[Mapping[str, Any]]) -> Iterator[Drivable]:
    """The same as two programs, signaling and gateway, on loopback."""
    with tempfile.TemporaryDirectory(prefix="bench-drive-") as folder:
        place, ports = Path(folder), (free_port(), free_port())
        cars = _cars(cameras)
        of_signaling = {"http": {"port": ports[0]}, "cars": cars["cars"]}
        link = {"url": f"ws://{LOOPBACK}:{ports[0]}/ws", "gateway_id": "bench"}
        of_gateway = {"http": {"port": ports[1]}, "signaling": link, **cars}
        signaling = Program(
            "signaling",
            written(place / "signaling.yaml", of_signaling),
            f"http://{LOOPBACK}:{ports[0]}",
        )
        gateway = Program(
            "gateway",
            written(place / "gateway.yaml", of_gateway),
            f"http://{LOOPBACK}:{ports[1]}",
        )
        with signaling.running(), gateway.running():
            yield Drivable(gateway, signaling, len(cameras), Tickets())


def _cars(cameras: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    numbers = range(len(cameras))
    return {
        "cameras": {f"camera-{number}": cameras[number] for number in numbers},
        "cars": {
            f"car-{number}": {"camera": f"camera-{number}", "board": f"board-{number}"}
            for number in numbers
        },
    }


def written(file: Path, configuration: Mapping[str, Any]) -> Path:
    """Write a configuration file; return it."""
    # JSON is YAML.
    file.write_text(json.dumps(configuration))
    return file


def _tickets(state: Path) -> Tickets:
    by_role = Tokens.load_or_create(state).by_role
    return Tickets(driver=by_role[Role.DRIVER], board=by_role[Role.DEVICE])
