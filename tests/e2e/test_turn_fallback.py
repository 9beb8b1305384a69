"""No UDP between program and browser but through a real coturn; the link loses packets, too."""

import asyncio
from pathlib import Path

import pytest

from bench.network.emulated_link import emulated_link
from bench.network.link import OneWay
from bench.network.profiles import both_ways
from tests.support.linked import (
    LONGEST_FREEZE_S,
    LinkedPage,
    LinkedServer,
    linked_page,
    linked_server,
)
from tests.support.turn_only import turn_only

LOSSY = both_ways(OneWay(delay_ms=10.0, loss=0.05))
WATCHED_S = 2.0


async def relayed_path(server: LinkedServer, page: LinkedPage) -> str:
    """Assert that video comes, through TURN, and that lost packets come again; return the path."""
    await page.plays()
    await page.screen.shown('[data-testid="camera-page"]', "data-path", "turn-udp", 25.0)
    await page.presented.since_last_look()
    before = await page.presented.inbound()
    # A window of measurement, not a wait.
    await asyncio.sleep(WATCHED_S)
    window = await page.presented.since_last_look()
    after = await page.presented.inbound()
    assert window.longest_gap_s < LONGEST_FREEZE_S
    assert after["nackCount"] > before["nackCount"]
    assert after["retransmittedPacketsReceived"] > before["retransmittedPacketsReceived"]
    assert (await server.metrics())["peerlens_peer_resent_packets_total"] > 0
    # Beside it there may be a trial of the direct path.
    [viewer] = [each for each in await server.viewers() if each["state"] == "connected"]
    path: str = viewer["delivery"]["path"]
    return path


@pytest.mark.parametrize("both_relayed", [False, True], ids=["viewer's end", "both ends"])
async def test_video_plays_through_turn(tmp_path: Path, both_relayed: bool) -> None:
    with (
        emulated_link(LOSSY) as link,
        turn_only(link.server, link.viewer, tmp_path, program_relayed=both_relayed) as turn,
    ):
        async with (
            linked_server(link.server, tmp_path, turn=turn.setting(turn.urls(tcp=False))) as server,
            linked_page(server, link.viewer, tmp_path) as page,
        ):
            path = await relayed_path(server, page)
            counts = await server.metrics()
            assert path.startswith("relay/") == both_relayed
            # What is relayed leaves through aioice's transport, one packet at a time.
            assert counts["peerlens_peers_segmented"] == (0 if both_relayed else 1)
