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
from bench.network.internet import Families, Internet, internet
from bench.network.namespaces import Namespace
from bench.network.nat import Blocked
from bench.processes import Child, child, python
from bench.reach_scenarios import HOME, UDP_BLOCKED, Event, Scenario
from edge.roles import Role
from edge.tokens import Tokens
from tests.support.certificates import certificates
from tests.support.coturn import Coturn, coturn

CAMERA, CAMERA_FPS, CAMERA_PORT = "front", 25, 8_081
PORT, TURN_PORT, TURN_TLS_PORT = 443, 3_478, 443
"""Of signaling, without TLS, and of coturn."""
SECRET = "made-up-for-namespaces-that-nobody-else-is-in"
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
        self._gateway_uplink = net.connect(
            self._gateway_host,
            scenario.gateway,
            WIFI,
            metric=50,
            families=scenario.gateway_families,
        )
        if scenario.same_network:
            self._uplink = net.join(self.viewer, self._gateway_uplink, WIFI)
        else:
            self._uplink = net.connect(
                self.viewer, scenario.viewer, WIFI, metric=50, families=scenario.viewer_families
            )
        if scenario.two_interfaces:
            net.connect(self.viewer, HOME, MOBILE)
            net.connect(self._gateway_host, UDP_BLOCKED, MOBILE)
        self._tokens = Tokens.load_or_create(folder / "state")
        self._certificates = certificates(folder, *net.addresses(self._turn_host))
        self._turn = self._start_turn() if scenario.has_turn else None
        self._signaling = self._start_signaling()
        self._gateway = self._start_gateway()

    @property
    def page_url(self) -> str:
        """The camera's page, with the token of a viewer."""
        origin = self._origin(self.scenario.viewer_families)
        return f"{origin}/camera/{CAMERA}#token={self._tokens.by_role[Role.VIEWER]}"

    def wait(self) -> None:
        """Until the camera has pictures and is registered. Raises :class:`ProcessFailed`."""
        deadline_s = time.monotonic() + START_TIMEOUT_S
        while not (self._camera_answers() and CAMERA in self._registered()):
            if time.monotonic() > deadline_s:
                logs = "\n".join(child.tail for child in (self._signaling, self._gateway))
                raise ProcessFailed(f"{self.scenario.name}: no camera is registered:\n{logs}")
            time.sleep(POLL_S)

    def signaling_bytes(self) -> int:
        """What the host of signaling has sent and received so far, by the kernel's own count."""
        return self._signaling_host.traffic_bytes("eth0")

    def happens(self, event: Event) -> None:
        """Do it, at once."""
        match event:
            case Event.ADDRESS_CHANGED:  # as from Wi-Fi to LTE
                self._uplink.cut()
                self._uplink = self._net.connect(self.viewer, HOME, MOBILE)
            case Event.GATEWAY_ADDRESS_CHANGED:
                self._gateway_uplink.cut()
                self._gateway_uplink = self._net.connect(self._gateway_host, HOME, MOBILE)
            case Event.UDP_BLOCKED:
                self._uplink.block(Blocked.UDP)
            case Event.UDP_ALLOWED:
                self._uplink.block(Blocked.NOTHING)
            case Event.TURN_KILLED:
                assert self._turn is not None
                self._turn.kill()
            case Event.TURN_STARTED:
                self._turn = self._start_turn()
            case Event.SIGNALING_KILLED:
                self._signaling.popen.kill()
            case Event.SIGNALING_STARTED:
                self._signaling = self._start_signaling()

    # Programs

    def _start_turn(self) -> Coturn:
        # By default it relays from IPv4 addresses, also for those who come over IPv6.
        family = (
            () if self.scenario.families.ipv4 else ("--allocation-default-address-family=keep",)
        )
        return self._run(
            coturn(
                self._folder,
                *family,
                addresses=self._net.addresses(self._turn_host),
                inside=self._turn_host,
                port=TURN_PORT,
                tls=self._certificates,
                tls_port=TURN_TLS_PORT,
                secret=SECRET,
            )
        )

    def _start_signaling(self) -> Child:
        settings = {
            "http": {"host": "::" if self.scenario.families.ipv6 else "0.0.0.0", "port": PORT},
            "auth": {"mode": "token", "state_dir": str(self._folder / "state")},
            "webrtc": self._webrtc,
        }
        return self._start_peerlens("signaling", self._signaling_host, settings)

    def _start_gateway(self) -> Child:
        origin = self._origin(self.scenario.gateway_families)
        arguments = ["--port", str(CAMERA_PORT), "--fps", str(CAMERA_FPS)]
        self._start("camera", self._gateway_host, python("bench.busy_camera", *arguments))
        settings = {
            "signaling": {
                "url": f"{origin.replace('http', 'ws')}/ws",
                "token": self._tokens.by_role[Role.GATEWAY],
                "gateway_id": "home",
            },
            "cameras": {CAMERA: {"source": f"http://127.0.0.1:{CAMERA_PORT}/stream"}},
            "webrtc": self._webrtc,
        }
        return self._start_peerlens("gateway", self._gateway_host, settings)

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
        if self._turn is None:
            return {}
        addresses = self._net.addresses(self._turn_host)
        return {
            "turn": self._turn.setting([url for a in addresses for url in self._turn.urls(host=a)])
        }

    # Signaling, as a browser reaches it

    def _origin(self, families: Families | None = None) -> str:
        """As somebody with these ``families`` reaches it."""
        addresses = self._net.addresses(self._signaling_host)
        is_ipv4 = (families or self.scenario.families).ipv4
        return f"http://{addresses[0]}:{PORT}" if is_ipv4 else f"http://[{addresses[-1]}]:{PORT}"

    def _registered(self) -> list[str]:
        headers = {"Authorization": f"Bearer {self._tokens.by_role[Role.VIEWER]}"}
        request = Request(f"{self._origin()}/api/cameras", headers=headers)
        found = _answer(self._signaling_host, request)
        return [camera["id"] for camera in json.loads(found or "[]")]

    def _camera_answers(self) -> bool:
        request = Request(f"http://127.0.0.1:{CAMERA_PORT}/status")
        return _answer(self._gateway_host, request) is not None


def _answer(host: Namespace, request: Request) -> str | None:
    """What ``request`` gives at ``host``, or None."""
    try:
        with host.entered(), urlopen(request, timeout=ANSWER_TIMEOUT_S) as answer:
            text: str = answer.read().decode()
            return text
    except OSError:
        return None


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
