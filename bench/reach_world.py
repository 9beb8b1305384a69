"""Everything that one scenario needs: its networks, and the real programs in them.

Signaling and coturn are public hosts. The gateway and its camera share a host behind a router,
and whoever watches is behind another.
"""

import contextlib
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any, TypeVar
from urllib.request import Request, urlopen

from bench.errors import ProcessFailed
from bench.network.internet import Internet, internet
from bench.network.namespaces import Namespace
from bench.network.nat import Blocked
from bench.processes import Child, child, python
from bench.reach_scenarios import HOME, Scenario
from edge.roles import Role
from edge.tokens import Tokens
from tests.support.certificates import certificates
from tests.support.coturn import Coturn, coturn

CAMERA, CAMERA_FPS, CAMERA_PORT = "front", 25, 8_081
PORT, TURN_PORT, TURN_TLS_PORT = 443, 3_478, 443
"""Of signaling, without TLS, and of coturn."""
SECRET = "made up for namespaces that nobody else is in"
WIFI, MOBILE = "wlan0", "wwan0"
START_TIMEOUT_S, ANSWER_TIMEOUT_S, POLL_S = 30.0, 2.0, 0.05
Running = TypeVar("Running")
PEERLENS = str(Path(sys.executable).with_name("peerlens"))


class World:
    """A running scenario. Single use."""

    def __init__(self, scenario: Scenario, net: Internet, folder: Path, running: ExitStack) -> None:
        self.scenario = scenario
        self.viewer = net.private_host("viewer")
        self._net = net
        self._folder = folder
        self._running = running
        self._signaling_host, self._turn_host = net.public_host(), net.public_host()
        self._gateway_host = net.private_host("gateway")
        self._uplink = net.connect(self.viewer, scenario.viewer, WIFI, metric=50)
        if scenario.second_uplink is not None:
            net.connect(self.viewer, scenario.second_uplink, MOBILE)
        net.connect(self._gateway_host, scenario.gateway)
        self._tokens = Tokens.load_or_create(folder / "state")
        self._certificates = certificates(folder, self._turn_host.address)
        self._turn = self._start_turn() if scenario.has_turn else None
        self._signaling = self._start_signaling()
        self._start_gateway()

    @property
    def page_url(self) -> str:
        """The camera's page, with the token of a viewer."""
        return f"{self._origin}/camera/{CAMERA}#token={self._tokens.by_role[Role.VIEWER]}"

    def wait(self) -> None:
        """Until the gateway has registered its camera. Raises :class:`ProcessFailed`."""
        deadline_s = time.monotonic() + START_TIMEOUT_S
        while CAMERA not in self._cameras():
            if time.monotonic() > deadline_s:
                raise ProcessFailed(f"{self.scenario.name}: the camera is not registered")
            time.sleep(POLL_S)

    def signaling_bytes(self) -> int:
        """What the host of signaling has sent and received so far, by the kernel's own count."""
        return self._signaling_host.traffic_bytes("eth0")

    # Events

    def change_address(self) -> None:
        """Move the viewer from one network to another, at once: Wi-Fi to LTE, say."""
        self._uplink.cut()
        self._uplink = self._net.connect(self.viewer, HOME, MOBILE)

    def block_udp(self) -> None:
        """Let the viewer's router drop UDP from now on."""
        self._uplink.block(Blocked.UDP)

    def kill_turn(self) -> None:
        assert self._turn is not None
        self._turn.kill()

    def restart_turn(self) -> None:
        self._turn = self._start_turn()

    def kill_signaling(self) -> None:
        self._signaling.popen.kill()

    def restart_signaling(self) -> None:
        self._signaling = self._start_signaling()

    # Programs

    def _start_turn(self) -> Coturn:
        return self._run(
            coturn(
                self._folder,
                addresses=[self._turn_host.address],
                inside=self._turn_host,
                port=TURN_PORT,
                tls=self._certificates,
                tls_port=TURN_TLS_PORT,
                secret=SECRET,
            )
        )

    def _start_signaling(self) -> Child:
        settings = {
            "http": {"host": self._signaling_host.address, "port": PORT},
            "auth": {"mode": "token", "state_dir": str(self._folder / "state")},
            "webrtc": self._webrtc,
        }
        return self._start_peerlens("signaling", self._signaling_host, settings)

    def _start_gateway(self) -> None:
        arguments = ["--port", str(CAMERA_PORT), "--fps", str(CAMERA_FPS)]
        self._start("camera", self._gateway_host, python("bench.busy_camera", *arguments))
        settings = {
            "signaling": {
                "url": f"{self._origin.replace('http', 'ws')}/ws",
                "token": self._tokens.by_role[Role.GATEWAY],
                "gateway_id": "home",
            },
            "cameras": {CAMERA: {"source": f"http://127.0.0.1:{CAMERA_PORT}/stream"}},
            "webrtc": self._webrtc,
        }
        self._start_peerlens("gateway", self._gateway_host, settings)

    def _start_peerlens(self, command: str, host: Namespace, settings: dict[str, Any]) -> Child:
        file = self._folder / f"{command}.yaml"
        file.write_text(json.dumps(settings))
        # The gateway asks coturn for its certificate.
        trust = f"SSL_CERT_FILE={self._certificates.authority}"
        return self._start(command, host, ["env", trust, PEERLENS, command, "-c", str(file)])

    def _start(self, name: str, host: Namespace, argv: Sequence[str]) -> Child:
        return self._run(child(name, host.command(*argv)))

    def _run(self, program: AbstractContextManager[Running]) -> Running:
        return self._running.enter_context(program)

    @property
    def _webrtc(self) -> dict[str, Any]:
        return {"turn": self._turn.setting()} if self._turn is not None else {}

    # Signaling, as a browser reaches it

    @property
    def _origin(self) -> str:
        address = self._signaling_host.address
        return f"http://[{address}]:{PORT}" if ":" in address else f"http://{address}:{PORT}"

    def _cameras(self) -> list[str]:
        try:
            return [camera["id"] for camera in json.loads(self._get("/api/cameras", Role.VIEWER))]
        except OSError:
            return []

    def _get(self, path: str, role: Role) -> str:
        headers = {"Authorization": f"Bearer {self._tokens.by_role[role]}"}
        request = Request(self._origin + path, headers=headers)
        with self._signaling_host.entered(), urlopen(request, timeout=ANSWER_TIMEOUT_S) as answer:
            text: str = answer.read().decode()
            return text


@contextlib.contextmanager
def world(scenario: Scenario) -> Iterator[World]:
    """Run ``scenario`` for the time of the block; programs inside must be ended before.

    Raises :class:`bench.errors.BenchError`.
    """
    with (
        tempfile.TemporaryDirectory(prefix="bench-reach-") as folder,
        internet(scenario.families) as net,
        ExitStack() as running,
    ):
        yield World(scenario, net, Path(folder), running)
