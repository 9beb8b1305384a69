"""The WebSocket relay beside the direct path: how old its pictures are, and what it costs."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import Request, urlopen

from playwright.sync_api import Browser
from playwright.sync_api import Error as PlaywrightError
from prometheus_client.parser import text_string_to_metric_families

from bench.browser import Shown, chromium, viewer
from bench.drive_servers import Program, busy_camera, written
from bench.errors import NoMeasurement
from bench.figures import frames_lost, percentile, ratio, rounded, table
from bench.latency import Times, readable
from bench.network.emulated_link import emulated_link
from bench.network.namespaces import Namespace
from bench.network.profiles import INTERCONTINENTAL, LAN, LTE, WIFI, Conditions
from bench.options import run
from bench.processes import free_port
from bench.servers import CAMERA_FPS, LOOPBACK, camera
from bench.target import Target
from edge.roles import Role
from edge.tokens import Tokens

CAMERA = "bench"
LINKS = {"lan": LAN, "wifi": WIFI, "lte": LTE, "intercontinental": INTERCONTINENTAL}
QUICK_LINKS = ("lan",)
LIVE_TIMEOUT_MS = 30_000


@dataclass(frozen=True)
class Apart:
    """Signaling and a gateway as two programs at one end of a link; viewers are at the other."""

    origin: str
    tokens: Tokens
    namespace: Namespace

    def direct(self) -> Target:
        """The path without a server: WebRTC, by an offer that signaling forwards."""
        return Target("whep", f"{self.origin}/{CAMERA}/whep", self._blank, self._viewer)

    def relayed(self) -> Target:
        """From the gateway through signaling."""
        url = self.origin.replace("http", "ws", 1)
        return Target("relay", f"{url}/ws/viewer#{CAMERA}", self._blank, self._viewer)

    def page(self) -> str:
        """The real page of the camera."""
        return f"{self.origin}/camera/{CAMERA}#token={self._viewer}"

    @property
    def _blank(self) -> str:
        return f"{self.origin}/healthz"

    @property
    def _viewer(self) -> str:
        return self.tokens.by_role[Role.VIEWER]

    def carried(self) -> "Carried":
        """What signaling has carried so far."""
        headers = {"Authorization": f"Bearer {self.tokens.by_role[Role.ADMIN]}"}
        request = Request(f"{self.origin}/metrics", headers=headers)
        with self.namespace.entered(), urlopen(request, timeout=5.0) as answer:
            text = answer.read().decode()
        sums = {"peerlens_signaling_bytes_total": 0.0, "peerlens_relayed_bytes_total": 0.0}
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                if sample.name in sums:
                    sums[sample.name] += sample.value
        return Carried(
            messages=sums["peerlens_signaling_bytes_total"],
            relayed=sums["peerlens_relayed_bytes_total"],
            at_s=time.monotonic(),
        )


@dataclass(frozen=True)
class Carried:
    """Bytes in and out of signaling since it started."""

    messages: float
    relayed: float
    at_s: float

    def per_minute_since(self, before: "Carried") -> float:
        """Bytes of both kinds."""
        size = self.messages - before.messages + self.relayed - before.relayed
        return size * 60.0 / (self.at_s - before.at_s)


@dataclass(frozen=True)
class Row:
    """One link: frames on screen by either path, and signaling's bytes per viewer and minute."""

    link: str
    direct: Shown
    relayed: Shown
    direct_bytes: float
    relayed_bytes: float


def measure(quick: bool) -> None:
    """Both paths over each link, one after the other; ``quick`` is over the first link only."""
    times = Times(settle_s=3.0, collect_s=8.0) if quick else Times(settle_s=8.0, collect_s=30.0)
    rows = [over(name, LINKS[name], times) for name in (QUICK_LINKS if quick else LINKS)]
    figures: dict[str, float | int | None] = {}
    for row in rows:
        prefix = "" if row is rows[0] else f"{row.link}_"
        figures |= _figures(row, prefix)
    _print(rows)
    print(rounded(figures))


def over(name: str, conditions: Conditions, times: Times) -> Row:
    """Signaling, gateway and camera at one end of an emulated link, Chromium at the other."""
    with contextlib.ExitStack() as running:
        link = running.enter_context(emulated_link(conditions))
        with link.server.entered():
            source = running.enter_context(camera())
            apart = running.enter_context(_apart(source, link.server))
        with link.viewer.entered():
            browser = running.enter_context(chromium())
        # The relay last: it goes on for some seconds after its last viewer.
        direct_bytes = _bytes_of_the_page(browser, apart, times)
        direct, _ = _shown(browser, apart, apart.direct(), times)
        relayed, relayed_bytes = _shown(browser, apart, apart.relayed(), times)
        return Row(name, direct, relayed, direct_bytes, relayed_bytes)


def _shown(browser: Browser, apart: Apart, target: Target, times: Times) -> tuple[Shown, float]:
    before = apart.carried()
    with viewer(browser, target) as page:
        page.connect()
        page.collect(times.settle_s)
        shown = readable(page.collect(times.collect_s), target.endpoint)
        return shown, apart.carried().per_minute_since(before)


def _bytes_of_the_page(browser: Browser, apart: Apart, times: Times) -> float:
    """What signaling carries for one real page that watches directly, its arrival included."""
    before = apart.carried()
    context = browser.new_context()
    try:
        page = context.new_page()
        page.goto(apart.page())
        live = '[data-testid="camera-page"][data-state="live"]'
        page.wait_for_selector(live, timeout=LIVE_TIMEOUT_MS)
        page.wait_for_timeout((times.settle_s + times.collect_s) * 1_000)
        return apart.carried().per_minute_since(before)
    except PlaywrightError as error:
        raise NoMeasurement(f"the page shows no video: {error.message}") from error
    finally:
        context.close()


@contextlib.contextmanager
def _apart(source: str, namespace: Namespace) -> Iterator[Apart]:
    host, port = namespace.address, free_port()
    with TemporaryDirectory(prefix="bench-relay-") as folder:
        place = Path(folder)
        auth = {"mode": "token", "state_dir": str(place / "state")}
        of_signaling = {"http": {"host": host, "port": port}, "auth": auth}
        tokens = Tokens.load_or_create(place / "state")
        of_gateway = {
            "http": {"host": LOOPBACK, "port": (own := free_port())},
            "cameras": {CAMERA: busy_camera(source)},
            "signaling": {
                "url": f"ws://{host}:{port}/ws",
                "token": tokens.by_role[Role.GATEWAY],
            },
        }
        origin = f"http://{host}:{port}"
        signaling = Program("signaling", written(place / "signaling.yaml", of_signaling), origin)
        gateway_file = written(place / "gateway.yaml", of_gateway)
        gateway = Program("gateway", gateway_file, f"http://{LOOPBACK}:{own}")
        with signaling.running(), gateway.running():
            yield Apart(origin, tokens, namespace)


def _figures(row: Row, prefix: str) -> dict[str, float | int | None]:
    def ages(shown: Shown, percent: int) -> float:
        return percentile(shown.ages_ms, percent)

    return {
        f"{prefix}p50_ms": ages(row.relayed, 50),
        f"{prefix}p95_ms": ages(row.relayed, 95),
        f"{prefix}direct_p50_ms": ages(row.direct, 50),
        f"{prefix}direct_p95_ms": ages(row.direct, 95),
        f"{prefix}ratio": ratio(ages(row.relayed, 50), ages(row.direct, 50)),
        f"{prefix}fps": len(row.relayed.ages_ms) / _span_s(row.relayed),
        f"{prefix}direct_bytes_per_minute": row.direct_bytes,
        f"{prefix}relayed_bytes_per_minute": row.relayed_bytes,
        f"{prefix}share_pct": 100.0 * ratio(row.direct_bytes, row.relayed_bytes),
    }


def _span_s(shown: Shown) -> float:
    return max(1.0, (max(shown.painted_ms) - min(shown.painted_ms)) / 1_000.0)


def _print(rows: list[Row]) -> None:
    header = ("", "p50 ms", "p95 ms", "p99 ms", "frames", "lost", "MB/viewer-minute")
    cells = [
        (f"{name}, {row.link}", *_cells(shown), f"{size / 1e6:.3f}")
        for row in rows
        for name, shown, size in (
            ("direct", row.direct, row.direct_bytes),
            ("relay", row.relayed, row.relayed_bytes),
        )
    ]
    print(table(header, cells))


def _cells(shown: Shown) -> tuple[object, ...]:
    return (
        *(f"{percentile(shown.ages_ms, percent):.1f}" for percent in (50, 95, 99)),
        len(shown.ages_ms),
        frames_lost(shown.painted_ms, CAMERA_FPS),
    )


if __name__ == "__main__":
    run("relay", "The relay's glass to glass beside the direct path's, in milliseconds.", measure)
