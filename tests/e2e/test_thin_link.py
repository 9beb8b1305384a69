"""A viewer behind 300 kbit/s with 5 % loss, beside one on a good network, in real Chromium."""

import asyncio
from pathlib import Path

from bench.network.emulated_link import emulated_link
from bench.network.profiles import LAN, THIN
from tests.support.linked import LONGEST_FREEZE_S, linked_page, linked_server

SETTLED_S, WATCHED_S = 4.0, 10.0
TRIAL_FREEZE_S = 2.0
"""A trial of a better quality that fails costs a freeze: mostly under a second, now and then a
little more, when its keyframes lose the same packets twice."""


async def test_a_thin_link_costs_quality_and_nobody_else_anything(tmp_path: Path) -> None:
    with emulated_link(LAN) as link:
        async with (
            linked_server(link.server, tmp_path) as server,
            linked_page(server, link.server, tmp_path) as near,
            linked_page(server, link.viewer, tmp_path) as far,
        ):
            await near.plays()
            await far.plays()
            # The page is in the browser's cache now: what the thin link carries is the video.
            link.change(THIN)
            await far.screen.page.reload()
            await far.plays()
            await far.gets("medium", "low")

            # A window of measurement, not a wait.
            await asyncio.sleep(SETTLED_S)
            await far.presented.since_last_look()
            async with near.undisturbed(server):
                await asyncio.sleep(WATCHED_S)
                thin = await far.presented.since_last_look()
            assert len(thin.freezes(LONGEST_FREEZE_S)) <= 1
            assert thin.longest_gap_s < TRIAL_FREEZE_S
            assert len(thin.frames) > WATCHED_S
            assert await far.quality() in ("medium", "low")

            sessions = [viewer["session"] for viewer in await server.viewers()]
            link.change(LAN)
            await far.gets("high", deadline_s=45.0)
            climb = await far.presented.since_last_look()
            assert climb.heights[-1] == 480
            assert climb.longest_gap_s < LONGEST_FREEZE_S
            assert [viewer["session"] for viewer in await server.viewers()] == sessions
            assert await far.presented.connections() == 1
