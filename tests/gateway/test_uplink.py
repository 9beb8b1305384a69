"""The gateway's link against a real signaling server."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from edge.ice_servers import IceSettings
from edge.roles import Role
from edge.settings import HttpSettings
from gateway import uplink as uplink_module
from gateway.gateway import Gateway
from gateway.settings import UplinkSettings, WebrtcSettings
from gateway.uplink import MAX_EVENTS, Uplink
from protocol.messages import Bye, Candidate, EventChanged, Offer
from tests.gateway.conftest import SYNTHETIC
from tests.gateway.test_negotiation import CHROMIUM, without_codecs
from tests.support.coturn import coturn
from tests.support.events import event
from tests.support.polling import until
from tests.support.program import free_port
from tests.support.signaling_server import SignalingServer, WsClient, signaling_server
from tests.support.viewer import Viewer


@contextlib.asynccontextmanager
async def linked(gateway: Gateway, server: SignalingServer) -> AsyncIterator[Uplink]:
    settings = UplinkSettings(
        url=str(server.url.with_scheme("ws") / "ws"), token=server.token(Role.GATEWAY)
    )
    async with Uplink(gateway, settings) as uplink:
        await until(lambda: uplink.problem is None, "the link")
        yield uplink


async def watch(browser: WsClient, *past: str) -> tuple[Viewer, str]:
    """Negotiate as the page does, past other news; returns the viewer and its session."""
    viewer, session = Viewer(), secrets.token_hex(16)
    await browser.send(Offer(session, "front", await viewer.offer()))
    answer = await browser.expect("answer", past=("cameras", *past))
    assert answer["session"] == session
    await viewer.accept(answer["sdp"])
    return viewer, session


async def test_a_browser_watches_through_signaling_and_says_bye(gateway: Gateway) -> None:
    async with signaling_server() as server, linked(gateway, server):
        async with await server.browser() as browser:
            viewer, session = await watch(browser)
            await viewer.frames_more(5)
            await browser.send(Bye(session))
            await until(lambda: len(gateway.peers) == 0, "the peer to end")
        await viewer.close()


async def test_cameras_are_registered_and_their_changes_told(gateway: Gateway) -> None:
    async with signaling_server() as server, linked(gateway, server):
        [front] = server.service.broker.cameras()
        assert (front.id, front.state) == ("front", "idle")
        with gateway.camera("front").wanted():
            await until(
                lambda: server.service.broker.cameras()[0].state == "live", "the news to arrive"
            )


async def test_refusals_reach_the_browser_by_session(gateway: Gateway) -> None:
    async with (
        signaling_server() as server,
        linked(gateway, server),
        await server.browser() as browser,
    ):
        await browser.send(Offer("s1", "front", without_codecs(CHROMIUM, "H264|VP8")))
        error = await browser.expect("error")
        assert error["problem"].endswith(":no-common-codec")
        assert error["session"] == "s1"
        await browser.send(Offer("s2", "front", "v=0\r\nm=nonsense\r\n"))
        assert (await browser.expect("error"))["problem"].endswith(":invalid-sdp")
        await browser.send(Offer("s3", "front", CHROMIUM))
        await browser.expect("answer")
        await browser.send(Candidate("s3", "candidate:nonsense", "0", 0))
        await browser.send(Offer("s4", "front", CHROMIUM))
        await browser.expect("answer")


async def test_what_comes_in_one_piece_with_an_offer_is_not_lost(gateway: Gateway) -> None:
    async with (
        signaling_server() as server,
        linked(gateway, server),
        await server.browser() as browser,
    ):
        candidate = "candidate:1 1 udp 2113937151 192.168.0.7 58306 typ host"
        for session in ("s1", "s2"):
            await browser.send(Offer(session, "front", CHROMIUM))
            await browser.send(Candidate(session, candidate, "0", 0))
        await browser.send(Bye("s2"))
        await browser.expect("answer")
        await until(lambda: len(gateway.peers) == 1, "the end of the other session")
        [peer] = gateway.peers.all()
        assert peer.session == "s1"
        assert "58306" in peer.connection.remoteDescription.sdp


async def test_an_offer_that_fails_unexpectedly_costs_only_itself(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> str:
        raise RuntimeError("a defect")

    async with (
        signaling_server() as server,
        linked(gateway, server) as uplink,
        await server.browser() as browser,
    ):
        with monkeypatch.context() as patch:
            patch.setattr(gateway.peers, "open", fail)
            await browser.send(Offer("s1", "front", CHROMIUM))
            assert (await browser.expect("error"))["session"] == "s1"
        assert uplink.problem is None
        await browser.send(Offer("s2", "front", CHROMIUM))
        await browser.expect("answer")


async def test_signaling_forgets_the_sessions_of_viewers_that_vanish() -> None:
    settings = WebrtcSettings(connect_timeout_s=1.0)
    async with (
        Gateway({"front": SYNTHETIC}, settings) as gateway,
        signaling_server() as server,
        linked(gateway, server),
        await server.browser() as browser,
    ):
        await browser.send(Offer("s1", "front", CHROMIUM))
        await browser.expect("answer")
        sdp = {"Content-Type": "application/sdp"}
        async with server.client.post("/front/whep", data=CHROMIUM, headers=sdp) as response:
            assert response.status == 201
        assert server.service.broker.sessions_open == 2
        bye = await browser.expect("bye")
        assert (bye["session"], bye["reason"]) == ("s1", "not connected in time")
        await until(lambda: server.service.broker.sessions_open == 0, "the player's session to end")
        assert server.service.links_open == 2, "the gateway and the browser"


async def test_a_change_while_registering_is_told(gateway: Gateway) -> None:
    told = ""
    front = gateway.camera("front")

    async def slow(request: web.Request) -> web.WebSocketResponse:
        nonlocal told
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.receive()
        await until(lambda: front.info.fps and front.info.fps > 25, "the camera to settle")
        await socket.send_str('{"type":"registered","heartbeatS":5,"v":1}')
        async for message in socket:
            told += message.data
        return socket

    app = web.Application()
    app.router.add_get("/ws", slow)
    runner = web.AppRunner(app, shutdown_timeout=0.5)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        async with Uplink(gateway, UplinkSettings(url=f"ws://127.0.0.1:{port}/ws")):
            with front.wanted():
                await until(lambda: '"live"' in told, "the news of the camera")
    finally:
        await runner.cleanup()


async def test_media_goes_on_while_signaling_restarts(gateway: Gateway) -> None:
    http = HttpSettings(port=free_port())
    url = f"ws://127.0.0.1:{http.port}/ws"
    async with Uplink(gateway, UplinkSettings(url=url)) as uplink:
        async with signaling_server(http=http) as server:
            await until(lambda: uplink.problem is None, "the first link")
            async with await server.browser() as browser:
                viewer, _ = await watch(browser)
                await viewer.frames_more(3)
        await until(lambda: uplink.problem is not None, "the loss to be noticed")
        await viewer.frames_more(10)
        async with signaling_server(http=http) as server:
            await until(lambda: uplink.problem is None, "the second link")
            assert [camera.id for camera in server.service.broker.cameras()] == ["front"]
            await viewer.frames_more(3)
            assert len(gateway.peers) == 1
        await viewer.close()


async def test_a_wrong_token_is_said_and_not_hammered(gateway: Gateway) -> None:
    async with signaling_server(with_tokens=True) as server:
        url = str(server.url.with_scheme("ws") / "ws")
        async with Uplink(gateway, UplinkSettings(url=url, token="wrong" * 8)) as uplink:
            await until(lambda: uplink.problem != "not connected yet", "the refusal")
            assert "token" in (uplink.problem or "")


async def test_a_gateway_that_was_superseded_does_not_fight(gateway: Gateway) -> None:
    async with (
        signaling_server() as server,
        linked(gateway, server) as uplink,
        await server.gateway(gateway_id="home"),
    ):
        await until(lambda: uplink.problem is not None, "it to be thrown out")
        assert "another gateway has registered as 'home'" in (uplink.problem or "")
        assert uplink._task is not None
        await until(uplink._task.done, "it to give up")


async def test_a_server_that_talks_nonsense_does_not_end_the_uplink(gateway: Gateway) -> None:
    attempts = 0

    async def nonsense(request: web.Request) -> web.WebSocketResponse:
        nonlocal attempts
        attempts += 1
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.receive()
        await socket.send_str('{"type":"surprise"}' if attempts % 2 else '{"type":"ping","id":1}')
        await socket.close()
        return socket

    app = web.Application()
    app.router.add_get("/ws", nonsense)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        async with Uplink(gateway, UplinkSettings(url=f"ws://127.0.0.1:{port}/ws")) as uplink:
            await until(lambda: attempts >= 4, "more attempts")
            assert uplink.problem is not None
    finally:
        await runner.cleanup()


async def test_a_silent_link_is_given_up(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    registered = asyncio.Event()
    monkeypatch.setattr(uplink_module, "RETRY_FIRST_S", 30.0)

    async def silent(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.receive()
        await socket.send_str('{"type":"registered","heartbeatS":0.2,"v":1}')
        registered.set()
        async for _ in socket:
            pass
        return socket

    app = web.Application()
    app.router.add_get("/ws", silent)
    runner = web.AppRunner(app, shutdown_timeout=0.5)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        async with Uplink(gateway, UplinkSettings(url=f"ws://127.0.0.1:{port}/ws")) as uplink:
            await asyncio.wait_for(registered.wait(), 5)
            await until(lambda: "silent" in (uplink.problem or ""), "the silence to be noticed")
    finally:
        await runner.cleanup()


async def test_events_are_told_to_browsers_through_signaling(gateway: Gateway) -> None:
    news = EventChanged(event(1_000.0, what="person"))
    async with (
        signaling_server() as server,
        linked(gateway, server),
        await server.browser() as browser,
    ):
        # More than may wait: the rest is dropped, and nothing else is held up.
        for _ in range(10 * MAX_EVENTS):
            gateway.events.publish(news)
        told = await browser.expect("event")
        assert told["event"]["id"] == news.event.id
        assert told["event"]["what"] == "person"
        viewer, _ = await watch(browser, "event")
        await viewer.frames_more(3)
        await viewer.close()


async def test_an_offer_through_turn_is_answered_with_what_signaling_minted(
    gateway: Gateway, tmp_path: Path
) -> None:
    """The gateway itself knows no TURN server and no secret."""
    with coturn(tmp_path) as turn:
        settings = IceSettings.model_validate({"turn": turn.setting()})
        async with (
            signaling_server(ice_servers=settings) as server,
            linked(gateway, server),
            await server.browser() as browser,
        ):
            await browser.send(Offer("s1", "front", CHROMIUM))
            assert "typ relay" not in (await browser.expect("answer"))["sdp"]
            await browser.send(Offer("s2", "front", CHROMIUM, relay=True))
            assert "typ relay" in (await browser.expect("answer"))["sdp"]
            assert gateway.peers.turn_choice.allocations.total() == 1
