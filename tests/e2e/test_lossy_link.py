"""A fast link that loses packets, in real Chromium: what is lost is asked for, and comes again."""

import asyncio
from dataclasses import replace
from pathlib import Path

from bench.network.emulated_link import emulated_link
from bench.network.profiles import WIFI, both_ways
from tests.support.linked import LONGEST_FREEZE_S, linked_page, linked_server

LOSSY_WIFI = both_ways(replace(WIFI.down, loss=0.03))
WATCHED_S = 6.0
FEW_REQUESTS = 3


async def test_lost_packets_are_sent_again_at_full_quality(tmp_path: Path) -> None:
    with emulated_link(LOSSY_WIFI) as link:
        async with (
            linked_server(link.server, tmp_path) as server,
            linked_page(server, link.viewer, tmp_path) as page,
        ):
            await page.plays()
            await page.gets("high")
            await page.presented.since_last_look()
            before = await page.presented.inbound()
            # A window of measurement, not a wait.
            await asyncio.sleep(WATCHED_S)
            window = await page.presented.since_last_look()
            after = await page.presented.inbound()

            assert window.longest_gap_s < LONGEST_FREEZE_S
            assert window.heights == [480]
            assert await page.quality() == "high"
            assert after["nackCount"] > before["nackCount"]
            assert after["pliCount"] - before["pliCount"] <= FEW_REQUESTS
            # Chromium counts from the first one on.
            resent = "retransmittedPacketsReceived"
            assert after.get(resent, 0) > before.get(resent, 0)
            counts = await server.metrics()
            assert counts["peerlens_peer_resent_packets_total"] > 0
            assert link.traffic().down.lost > 0
            assert await page.presented.connections() == 1
