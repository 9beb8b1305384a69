"""Peers of a running gateway that go through a real coturn, and through one that is dead."""

import asyncio
import contextlib
import logging
import re
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psutil
import pytest
from aiortc import RTCConfiguration, RTCIceServer
from aiortc.rtcconfiguration import RTCIceTransportPolicy

from edge.turn_credentials import TurnSettings, minted_ice_servers
from gateway.closing import Closer
from gateway.gateway import Gateway
from gateway.settings import WebrtcSettings
from gateway.turn_choice import Transport
from tests.gateway.conftest import SYNTHETIC
from tests.gateway.test_negotiation import CHROMIUM
from tests.gateway.test_turn_choice import silence
from tests.support.certificates import Certificates, certificates
from tests.support.coturn import LOOPBACK, Coturn, coturn
from tests.support.polling import until
from tests.support.viewer import Viewer

GIVEN_BACK_S = 20.0
ANSWER_S = 3.5
"""Twice the time for gathering, the wait for a choice, and a busy machine."""


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("tls"), LOOPBACK)


@pytest.fixture(scope="module")
def running(issued: Certificates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coturn]:
    folder = tmp_path_factory.mktemp("turn")
    with coturn(folder, "--allow-loopback-peers", tls=issued) as started:
        yield started


def url_over(turn: Coturn, transport: Transport) -> str:
    return turn.urls()[list(Transport).index(transport)]


def gateway_with(turn: Coturn, *urls: str, **webrtc: object) -> Gateway:
    settings = WebrtcSettings.model_validate({"turn": turn.setting(urls), **webrtc})
    return Gateway({"front": SYNTHETIC}, settings, from_loopback=True)


def relayed_candidates(answer: str) -> set[str]:
    """They stand in each media section."""
    return set(re.findall(r"a=candidate:.* typ relay.*", answer))


def relayed_viewer(turn: Coturn) -> Viewer:
    """A viewer that shows nothing but its relayed address."""
    url = url_over(turn, Transport.UDP)
    username, password = turn.credential()
    return Viewer(
        RTCConfiguration(
            iceServers=[RTCIceServer(url, username, password)],
            iceTransportPolicy=RTCIceTransportPolicy.RELAY,
        )
    )


@pytest.mark.parametrize("transport", list(Transport))
async def test_video_arrives_relayed_at_both_ends(
    running: Coturn, issued: Certificates, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(issued.authority))
    url = url_over(running, transport)
    viewer = relayed_viewer(running)
    async with gateway_with(running, url) as gateway:
        answer = await gateway.peers.open("s1", "front", await viewer.offer(), relay=True)
        assert len(relayed_candidates(answer)) == 1
        await viewer.accept(answer)
        await viewer.frames_more(20)
        [peer] = gateway.peers.all()
        assert peer.delivery.path == "relay/relay"
        assert gateway.peers.turn_choice.allocations == {(transport, True): 1}
        await viewer.close()
        peer.close("the test is over")
        await until(lambda: gateway.peers.closing == 0, "the peer to be closed")
        assert gateway.peers.closes_overdue == 0


async def test_a_direct_attempt_makes_no_allocation(running: Coturn) -> None:
    async with gateway_with(running) as gateway:
        answer = await gateway.peers.open("s1", "front", CHROMIUM)
        assert relayed_candidates(answer) == set()
        assert gateway.peers.turn_choice.allocations == {}


async def test_the_relayed_candidate_does_not_tell_where_the_gateway_is(running: Coturn) -> None:
    async with gateway_with(running) as gateway:
        answer = await gateway.peers.open("s1", "front", CHROMIUM, relay=True)
        [candidate] = relayed_candidates(answer)
        assert "raddr 0.0.0.0 rport 9" in candidate


async def test_the_servers_of_the_offer_beat_those_of_the_configuration(
    running: Coturn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "gateway")
    turn = TurnSettings(urls=tuple(running.urls(tls=False)), secret=running.secret)
    for settings in (
        WebrtcSettings(),
        WebrtcSettings(turn=TurnSettings(urls=("turn:127.0.0.1:9",), secret="x" * 16)),
    ):
        async with Gateway({"front": SYNTHETIC}, settings) as gateway:
            given = minted_ice_servers(turn, "s1", time.time())
            answer = await gateway.peers.open(
                "s1", "front", CHROMIUM, relay=True, ice_servers=given
            )
            assert len(relayed_candidates(answer)) == 1
            assert given[1].credential is not None
            assert given[1].credential not in caplog.text


async def test_what_signaling_told_serves_where_nothing_is_configured(running: Coturn) -> None:
    turn = TurnSettings(urls=tuple(running.urls(tls=False)), secret=running.secret)
    async with Gateway({"front": SYNTHETIC}, WebrtcSettings()) as gateway:
        gateway.peers.expect_servers(minted_ice_servers(turn, "home", time.time()))
        answer = await gateway.peers.open("s1", "front", CHROMIUM, relay=True)
        assert len(relayed_candidates(answer)) == 1


async def test_an_allocation_is_given_back_when_the_peer_ends(tmp_path: Path) -> None:
    """Otherwise it would be held for ten minutes."""
    with coturn(tmp_path, "--total-quota=1") as small:
        async with gateway_with(small) as gateway:

            async def relayed(session: str) -> int:
                answer = await gateway.peers.open(session, "front", CHROMIUM, relay=True)
                return len(relayed_candidates(answer))

            assert await relayed("first") == 1
            assert await relayed("second") == 0, "one is all there is"
            gateway.peers.close("first", "bye")
            await until(lambda: gateway.peers.closing == 0, "the peer to be closed")
            assert gateway.peers.closes_overdue == 0
            # coturn takes some seconds to clean up after a goodbye.
            end_s, attempts = time.monotonic() + GIVEN_BACK_S, 0
            while await relayed(f"next-{attempts}") == 0:
                assert time.monotonic() < end_s
                gateway.peers.close(f"next-{attempts}", "bye")
                attempts += 1
                await asyncio.sleep(0.2)


async def test_a_wrong_secret_costs_the_relay_and_not_the_answer(running: Coturn) -> None:
    settings = WebrtcSettings(
        turn=TurnSettings(urls=(url_over(running, Transport.UDP),), secret="x" * 16)
    )
    async with Gateway({"front": SYNTHETIC}, settings) as gateway:
        answer = await gateway.peers.open("s1", "front", CHROMIUM, relay=True)
        assert relayed_candidates(answer) == set()
        assert "typ host" in answer
        assert gateway.peers.turn_choice.allocations == {(Transport.UDP, False): 1}


@pytest.mark.parametrize("scheme", ["turn:127.0.0.1:{}", "turns:127.0.0.1:{}"])
async def test_a_dead_server_delays_no_answer_for_long_and_nothing_hangs(scheme: str) -> None:
    with silence() as port:
        turn = {"urls": [scheme.format(port)], "secret": "x" * 16}
        settings = WebrtcSettings.model_validate({"turn": turn})
        async with Gateway({"front": SYNTHETIC}, settings) as gateway:
            for number in range(3):
                started_s = time.monotonic()
                answer = await gateway.peers.open(f"s{number}", "front", CHROMIUM, relay=True)
                assert time.monotonic() - started_s < ANSWER_S
                assert "typ host" in answer
                gateway.peers.close(f"s{number}", "bye")
            await until(lambda: gateway.peers.closing == 0, "the peers to be closed")
            assert gateway.peers.closes_overdue == 0


@pytest.mark.parametrize("transport", [Transport.UDP, Transport.TCP])
async def test_a_server_that_dies_in_mid_call_leaves_nothing_behind(
    tmp_path: Path, transport: Transport
) -> None:
    """aioice alone would say goodbye to it for 40 s."""
    process = psutil.Process()
    with coturn(tmp_path, "--allow-loopback-peers") as dying:
        url = url_over(dying, transport)
        async with gateway_with(dying, url, close_timeout_s=0.5) as gateway:
            await until(lambda: not gateway.peers.turn_choice.is_looking, "the first look")
            tasks, files = len(asyncio.all_tasks()), process.num_fds()
            async with watching_relayed(dying, gateway) as viewer:
                await viewer.frames_more(5)
                dying.kill()
            await until(lambda: gateway.peers.closing == 0, "the close to be given up")
            await until(lambda: not gateway.peers.turn_choice.is_looking, "the last look")
            await until(lambda: len(asyncio.all_tasks()) <= tasks, "stray tasks to end")
            await until(lambda: process.num_fds() <= files, "sockets to be closed")


@contextlib.asynccontextmanager
async def watching_relayed(turn: Coturn, gateway: Gateway) -> AsyncIterator[Viewer]:
    """As `watching`, but it leaves without waiting for the TURN server."""
    viewer = relayed_viewer(turn)
    await viewer.accept(await gateway.peers.open("s1", "front", await viewer.offer(), relay=True))
    try:
        yield viewer
    finally:
        gateway.peers.close("s1", "the viewer gave up")
        closer = Closer(0.5)
        closer.close(viewer.connection)
        await closer.finish()
        await viewer.close()
