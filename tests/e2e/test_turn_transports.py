"""Relayed at both ends with minted credentials, over whatever the network lets through."""

from pathlib import Path

import pytest

from bench.browser import CHROMIUM
from bench.network.emulated_link import emulated_link
from bench.network.link import OneWay
from bench.network.profiles import both_ways
from edge.roles import Role
from tests.support.certificates import certificates
from tests.support.chromium import screen
from tests.support.linked import CAMERA, linked_server
from tests.support.turn_only import ADDRESS, Over, turn_only
from tests.support.whep_player import play

NEAR = both_ways(OneWay(delay_ms=5.0))
FIRST_PICTURE_MS = 5_000
"""Generous, for a machine that does other things as well; bench and docs/reach.md tell the time."""


@pytest.mark.parametrize("over", ["udp", "tcp", "tls"])
async def test_video_plays_relayed_at_both_ends(
    tmp_path: Path, over: Over, monkeypatch: pytest.MonkeyPatch
) -> None:
    issued = certificates(tmp_path, ADDRESS)
    # The gateway checks certificates; ours is from an authority of our own.
    monkeypatch.setenv("SSL_CERT_FILE", str(issued.authority))
    with (
        emulated_link(NEAR) as link,
        turn_only(link.server, link.viewer, tmp_path, over=over, tls=issued) as turn,
    ):
        async with (
            linked_server(link.server, tmp_path, turn=turn.setting()) as server,
            screen(
                executable=str(link.viewer.wrapper(tmp_path, CHROMIUM)),
                arguments=["--ignore-certificate-errors"],
            ) as opened,
        ):
            await opened.open(f"{server.url}/healthz")
            played = await play(
                opened.page, f"{server.url}/{CAMERA}/whep", server.token(Role.VIEWER)
            )
            assert (played.local, played.remote, played.over) == ("relay", "relay", over)
            assert played.took_ms < FIRST_PICTURE_MS
            # Neither the secret nor a credential is in the log.
            said = "\n".join(server.program.output)
            assert turn.secret not in said
            assert "credential" not in said
            [viewer] = await server.viewers()
            assert viewer["delivery"]["path"] == "relay/relay"
            counts = await server.metrics()
            assert counts["peerlens_turn_allocations_total"] == 1
            await opened.page.evaluate("leave()")
            await server.counts_reach(
                lambda counts: counts["peerlens_peers"] + counts["peerlens_peers_closing"] == 0,
                "the viewer to be gone",
                10.0,
            )
            assert (await server.metrics())["peerlens_peer_closes_overdue_total"] == 0
