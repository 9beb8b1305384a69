"""The real program at one end of an emulated link, and pages of it at either."""

import asyncio
import contextlib
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from prometheus_client.parser import text_string_to_metric_families

from bench.browser import CHROMIUM
from bench.network.namespaces import Namespace
from bench.servers import camera
from edge.roles import Role
from edge.tokens import Tokens
from tests.support.chromium import Screen, screen
from tests.support.presented import Presented
from tests.support.program import Program, free_port, program

ANSWER_TIMEOUT_S = 5.0
PLAYS_DEADLINE_S, QUALITY_DEADLINE_S = 20.0, 15.0
CAMERA = "front"
LONGEST_FREEZE_S = 1.0
"""What no viewer may see, however bad its network (once it has settled)."""
FEW_KEYFRAMES = 2
"""Of its own: one more in many seconds is nothing that anybody sees."""
WHOLE_SHARE = 0.9
"""Of the frames made, at least so many come; the rest is the difference between two looks."""


@dataclass(frozen=True)
class LinkedServer:
    """``peerlens up`` with one camera, in a namespace of its own."""

    program: Program
    url: str
    _namespace: Namespace
    _tokens: Tokens

    def token(self, role: Role) -> str:
        return self._tokens.by_role[role]

    def page_url(self) -> str:
        return f"{self.url}/camera/{CAMERA}#token={self._tokens.by_role[Role.VIEWER]}"

    async def viewers(self) -> list[dict[str, Any]]:
        """GET /api/viewers, the oldest first."""
        found: list[dict[str, Any]] = json.loads(await asyncio.to_thread(self._get, "/api/viewers"))
        return found

    async def metrics(self) -> Counter[str]:
        """GET /metrics: the sum of each sample's values over all its labels."""
        sums: Counter[str] = Counter()
        text = await asyncio.to_thread(self._get, "/metrics")
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                sums[sample.name] += sample.value  # type: ignore[assignment]
        return sums

    async def counts_reach(
        self, true: Callable[[Counter[str]], bool], what: str, deadline_s: float
    ) -> None:
        """Poll the metrics until ``true`` of them; fail, naming ``what`` was waited for."""
        end_s = time.monotonic() + deadline_s
        while not true(await self.metrics()):
            assert time.monotonic() < end_s, f"waited {deadline_s:g} s in vain for {what}"
            await asyncio.sleep(0.1)

    async def frames_made(self) -> int:
        """How many pictures of the camera were encoded at full rate so far."""
        counts = await self.metrics()
        left_out = ("frames_skipped", "frames_shed", "frames_bad")
        taken = counts["peerlens_camera_frames_total"]
        return taken - sum(counts[f"peerlens_camera_{name}_total"] for name in left_out)

    def _get(self, path: str) -> str:
        headers = {"Authorization": f"Bearer {self._tokens.by_role[Role.ADMIN]}"}
        # A thread of its own is in a namespace of its own.
        with (
            self._namespace.entered(),
            urlopen(Request(self.url + path, headers=headers), timeout=ANSWER_TIMEOUT_S) as answer,
        ):
            text: str = answer.read().decode()
            return text


@contextlib.asynccontextmanager
async def linked_server(
    namespace: Namespace, folder: Path, **webrtc: object
) -> AsyncIterator[LinkedServer]:
    """Run the program on a busy camera (640x480, 30 frames/s) in ``namespace``."""
    port, state = free_port(), folder / "state"
    with contextlib.ExitStack() as running:
        with namespace.entered():
            source = running.enter_context(camera())
        configuration = {
            "http": {"host": namespace.address, "port": port},
            "auth": {"mode": "token", "state_dir": str(state)},
            "cameras": {CAMERA: {"source": source}},
            # Keyframes that a recorder asks for would be taken for other viewers'.
            "events": {"clips": False},
            "webrtc": webrtc,
        }
        file = folder / "peerlens.yaml"
        file.write_text(json.dumps(configuration))
        async with program("up", "-c", str(file), inside=namespace) as started:
            await started.printed("Peerlens is up")
            url = f"http://{namespace.address}:{port}"
            yield LinkedServer(started, url, namespace, Tokens.load_or_create(state))


@dataclass(frozen=True)
class LinkedPage:
    """A page that watches the camera, and what it presents."""

    screen: Screen
    presented: Presented

    async def plays(self) -> None:
        await self.screen.state("live", PLAYS_DEADLINE_S)

    async def quality(self) -> str | None:
        return await self.screen.attribute("data-quality")

    async def gets(self, *qualities: str, deadline_s: float = QUALITY_DEADLINE_S) -> None:
        """Wait until the page says that it gets one of these qualities."""
        selector = ", ".join(
            f'[data-testid="camera-page"][data-quality="{quality}"]' for quality in qualities
        )
        await self.screen.page.wait_for_selector(selector, timeout=deadline_s * 1_000)

    @contextlib.asynccontextmanager
    async def undisturbed(self, server: LinkedServer) -> AsyncIterator[None]:
        """Assert that this page has the camera at its best all through the block."""
        await self.presented.since_last_look()
        before, made_before = await self.presented.inbound(), await server.frames_made()
        yield
        after, made = await self.presented.inbound(), await server.frames_made() - made_before
        window = await self.presented.since_last_look()
        received = after["framesReceived"] - before["framesReceived"]
        keyframes = after["keyFramesDecoded"] - before["keyFramesDecoded"]
        assert received >= WHOLE_SHARE * made, f"{received} of {made} frames came"
        assert keyframes <= FEW_KEYFRAMES
        assert window.longest_gap_s < LONGEST_FREEZE_S
        assert await self.quality() == "high"
        assert await self.presented.connections() == 1


@contextlib.asynccontextmanager
async def linked_page(
    server: LinkedServer, namespace: Namespace, folder: Path
) -> AsyncIterator[LinkedPage]:
    """Open the camera's page in a Chromium inside ``namespace``."""
    executable = str(namespace.wrapper(folder, CHROMIUM))
    async with screen(executable=executable) as opened:
        presented = await Presented.on(opened.page)
        await opened.open(server.page_url())
        yield LinkedPage(opened, presented)
