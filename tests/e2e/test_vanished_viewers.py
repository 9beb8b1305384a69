"""Viewers that leave without a word: the gateway notices, and nobody else does."""

from pathlib import Path

from bench.network.emulated_link import emulated_link
from bench.network.link import OneWay
from bench.network.profiles import LAN, both_ways
from tests.support.killed import kill_browser_of
from tests.support.linked import linked_page, linked_server

DEAD = both_ways(OneWay(loss=1.0))
SILENCE_TIMEOUT_S = 4.0
NOTICED_S, CLOSED_S = SILENCE_TIMEOUT_S + 5.0, 10.0


async def test_killed_and_cut_off_browsers_are_dropped(tmp_path: Path) -> None:
    with emulated_link(LAN) as link:
        async with (
            linked_server(link.server, tmp_path, silence_timeout_s=SILENCE_TIMEOUT_S) as server,
            linked_page(server, link.server, tmp_path) as near,
            linked_page(server, link.viewer, tmp_path) as killed,
            linked_page(server, link.viewer, tmp_path) as cut_off,
        ):
            for page in (near, killed, cut_off):
                await page.plays()
            assert len(await server.viewers()) == 3
            async with near.undisturbed(server):
                await kill_browser_of(killed.screen.page)
                link.change(DEAD)
                await server.counts_reach(
                    lambda counts: counts["peerlens_peers"] == 1, "the viewer left", NOTICED_S
                )
                await server.counts_reach(
                    lambda counts: counts["peerlens_peers_closing"] == 0, "closing", CLOSED_S
                )
            assert (await server.metrics())["peerlens_peer_closes_overdue_total"] == 0
            assert sum("heartbeat lost" in line for line in server.program.output) == 2
