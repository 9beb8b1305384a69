"""Publishing to a real WHIP server, with real aiortc on both ends."""

import asyncio
import contextlib
import gc
import logging
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import psutil
import pytest
from aiohttp import ClientSession, web
from yarl import URL

from gateway.gateway import Gateway
from gateway.output import publication, retry
from gateway.output.lifecycle import OutputState
from gateway.output.media_flow import SILENCE_S
from gateway.output.output import Output
from gateway.output.whip_client import END_TIMEOUT_S
from gateway.quality import Quality
from gateway.settings import CameraSettings, WebrtcSettings, WhipSettings
from gateway.stream import EncodedStream
from gateway.units import AccessUnit, RawFrame
from peerlens.virtual_camera import VirtualCamera
from peerlens.virtual_camera.pictures import ScenePictures
from tests.gateway.conftest import SYNTHETIC
from tests.gateway.test_negotiation import without_codecs
from tests.gateway.test_peers import to
from tests.support.polling import until
from tests.support.program import Program, free_port, python_program
from tests.support.viewer import watching
from tests.support.whip_server import DECODED, WhipServer, whip_server


@contextlib.asynccontextmanager
async def publishing(
    *urls: str,
    token: str | None = None,
    camera: CameraSettings = SYNTHETIC,
    webrtc: WebrtcSettings | None = None,
) -> AsyncIterator[Gateway]:
    """Run a gateway whose camera ``front`` has these outputs."""
    outputs = tuple(WhipSettings(whip=url, token=token) for url in urls)
    settings = camera.model_copy(update={"outputs": outputs})
    async with Gateway({"front": settings}, webrtc or WebrtcSettings()) as gateway:
        yield gateway


@contextlib.asynccontextmanager
async def server_process(port: int) -> AsyncIterator[Program]:
    """Run a server that can be killed, in a process of its own."""
    arguments = ("-m", "tests.support.whip_server", "--port", str(port))
    async with python_program(*arguments) as running:
        yield running


def keyframes_of(gateway: Gateway) -> int:
    return sum(stream.keyframes for stream in gateway.cameras["front"].all_streams)


def state_of(output: Output) -> OutputState:
    return output.lifecycle.state


async def in_state(output: Output, state: OutputState, deadline_s: float = 10.0) -> None:
    await until(lambda: state_of(output) is state, f"the output to be {state}", deadline_s)


async def test_pictures_get_there_and_move() -> None:
    async with whip_server(WhipServer()) as server, publishing(server.url) as gateway:
        session = await server.session()
        await session.frames_more(5)
        assert session.newest is not None
        assert (session.newest.width, session.newest.height) == (320, 240)
        before = session.newest.to_ndarray(format="gray")
        await session.frames_more(10)
        assert (before != session.newest.to_ndarray(format="gray")).mean() > 0.001
        [output] = gateway.outputs.all
        assert state_of(output) is OutputState.LIVE
        assert output.counts.packets > 0


async def test_it_is_the_viewers_stream_and_encoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    encoded: list[tuple[Quality, float]] = []
    encode = EncodedStream.encode

    def counted(stream: EncodedStream, frame: RawFrame, *rest: Any) -> AccessUnit | None:
        encoded.append((stream.rung.quality, frame.capture_s))
        return encode(stream, frame, *rest)

    monkeypatch.setattr(EncodedStream, "encode", counted)
    async with (
        whip_server(WhipServer()) as one,
        whip_server(WhipServer()) as other,
        publishing(one.url, other.url) as gateway,
        watching(to(gateway)) as viewer,
    ):
        await viewer.frames_more(30)
        for server in (one, other):
            session = await server.session()
            await session.frames_more(30)
        assert gateway.cameras["front"].viewers == 3
    assert len(encoded) == len(set(encoded)), "no picture was encoded twice"


async def test_a_request_for_a_keyframe_is_answered_by_one() -> None:
    async with whip_server(WhipServer()) as server, publishing(server.url) as gateway:
        session = await server.session()
        await session.frames_more(15)
        before = keyframes_of(gateway)
        await session.ask_for_keyframe()
        await until(lambda: keyframes_of(gateway) > before, "a keyframe")
        await session.frames_more(15)


async def test_a_server_without_h264_gets_vp8() -> None:
    server = WhipServer()
    server.read = lambda offer: without_codecs(offer, "H264")
    async with whip_server(server), publishing(server.url):
        session = await server.session()
        await session.frames_more(10)
        assert "VP8/90000" in session.connection.localDescription.sdp
        assert "H264" not in session.connection.localDescription.sdp


async def test_it_ends_with_a_delete_and_a_goodbye() -> None:
    async with whip_server(WhipServer(token="t0ken")) as server:
        async with publishing(server.url, token="t0ken") as gateway:
            session = await server.session()
            await session.frames_more(1)
            [name] = server.sessions
        assert server.deleted == [name]
        assert server.sessions == {}
        [output] = gateway.outputs.all
        assert state_of(output) is OutputState.STOPPED
        async with ClientSession() as client:
            target = URL(server.url).with_path(f"/session/{name}")
            headers = {"Authorization": "Bearer t0ken"}
            async with client.delete(target, headers=headers) as response:
                assert response.status == 404, "it is gone"


async def test_a_server_that_does_not_answer_delete_holds_nobody_up() -> None:
    server = WhipServer()
    server.deletes_hang = True
    async with whip_server(server):
        async with publishing(server.url):
            await (await server.session()).frames_more(1)
            started = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - started < END_TIMEOUT_S + 5.0


async def test_a_server_that_never_answers_holds_nobody_up() -> None:
    async def hang(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(3600)
        return web.Response()

    server = WhipServer()
    server.instead = hang
    loop = asyncio.get_running_loop()
    async with whip_server(server):
        async with publishing(server.url) as gateway, watching(to(gateway)) as viewer:
            [output] = gateway.outputs.all
            await until(lambda: server.posts, "the offer")
            await viewer.frames_more(15)
            assert state_of(output) is OutputState.CONNECTING
            stopping_s = loop.time()
        assert loop.time() - stopping_s < 5.0


async def test_a_wrong_token_is_told_once_and_touches_no_viewer(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "RARELY_S", 0.1)
    caplog.set_level(logging.INFO, "gateway.output")
    async with (
        whip_server(WhipServer(token="right")) as server,
        whip_server(WhipServer()) as other,
        publishing(server.url, other.url, token="wr0ng") as gateway,
        watching(to(gateway)) as viewer,
    ):
        refused, fine = gateway.outputs.all
        await in_state(refused, OutputState.FAILED)
        assert "does not accept the token" in (refused.lifecycle.detail or "")
        await until(lambda: len(server.posts) >= 4, "it to be tried again")
        await viewer.frames_more(10)
        await (await other.session()).frames_more(10)
        assert state_of(fine) is OutputState.LIVE
        assert gateway.cameras["front"].connects == 1
        # Once the person has come, it goes on by itself.
        server.token = "wr0ng"
        await (await server.session()).frames_more(1)
    failures = [text for text in caplog.messages if "whip0 = failed" in text]
    assert len(failures) == 1
    assert "wr0ng" not in caplog.text


async def test_a_server_that_is_killed_and_comes_back_is_found_again() -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    async with contextlib.AsyncExitStack() as stack:
        first = await stack.enter_async_context(server_process(port))
        gateway = await stack.enter_async_context(publishing(f"{url}/whip/front"))
        [output] = gateway.outputs.all
        await first.printed(DECODED)
        await until(lambda: output.delivery and output.delivery.lost is not None, "a report")
        await first.kill()
        await in_state(output, OutputState.FAILED, SILENCE_S + 5)
        assert "no report" in (output.lifecycle.detail or "")
        second = await stack.enter_async_context(server_process(port))
        await second.printed(DECODED)
        assert state_of(output) is OutputState.LIVE
        assert output.attempts >= 2


async def test_a_server_that_ends_the_session_gets_another() -> None:
    async with whip_server(WhipServer()) as server, publishing(server.url) as gateway:
        session = await server.session()
        await session.frames_more(5)
        server.sessions.clear()
        await session.connection.close()
        await (await server.session()).frames_more(5)
        [output] = gateway.outputs.all
        assert output.attempts == 2
        await session.close()


async def test_it_follows_a_redirect() -> None:
    async def redirect(request: web.Request) -> web.StreamResponse:
        return web.Response(status=307, headers={"Location": server.url})

    door = WhipServer()
    door.instead = redirect
    async with whip_server(WhipServer()) as server, whip_server(door), publishing(door.url):
        await (await server.session()).frames_more(5)
    assert len(server.deleted) == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda _: "garbage", "0 media sections"),
        (lambda answer: answer.replace("a=recvonly", "a=inactive"), "inactive"),
        (lambda answer: answer.replace("a=mid:0", "a=mid:1"), "BUNDLE"),
        (lambda answer: re.sub("(a=mid:|BUNDLE )0", r"\g<1>1", answer), "contradicts"),
    ],
)
async def test_a_bad_answer_is_refused_and_the_session_ended(
    change: Callable[[str], str], reason: str
) -> None:
    server = WhipServer()

    def decorate(response: web.Response) -> None:
        response.text = change(response.text or "")

    server.decorate = decorate
    async with whip_server(server), publishing(server.url) as gateway:
        [output] = gateway.outputs.all
        await in_state(output, OutputState.FAILED)
        assert reason in (output.lifecycle.detail or "")
        await until(lambda: len(server.deleted) == 1, "the DELETE")


async def test_another_certificate_than_the_answer_says_is_refused() -> None:
    server = WhipServer()

    def decorate(response: web.Response) -> None:
        text = re.sub(r"(a=fingerprint:sha-\d+ )(..)", r"\g<1>00", response.text or "")
        response.text = text

    server.decorate = decorate
    async with whip_server(server), publishing(server.url) as gateway:
        [output] = gateway.outputs.all
        await in_state(output, OutputState.FAILED)
        assert output.counts.packets == 0


async def test_the_servers_stun_is_asked_when_the_direct_way_has_failed() -> None:
    server = WhipServer()
    asked: list[bytes] = []

    class Stun(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, addr: Any) -> None:
            asked.append(data)

    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        Stun, local_addr=("127.0.0.1", 0)
    )
    port = transport.get_extra_info("sockname")[1]

    def decorate(response: web.Response) -> None:
        response.headers["Link"] = f'<stun:127.0.0.1:{port}>; rel="ice-server"'
        if len(server.posts) == 1:
            response.text = re.sub(r"a=ice-pwd:.*", f"a=ice-pwd:{'x' * 22}", response.text or "")

    server.decorate = decorate
    webrtc = WebrtcSettings(connect_timeout_s=0.5, gather_timeout_s=0.2)
    async with whip_server(server), publishing(server.url, webrtc=webrtc) as gateway:
        [output] = gateway.outputs.all
        await in_state(output, OutputState.FAILED)
        assert "does UDP get there" in (output.lifecycle.detail or "")
        assert asked == []
        await in_state(output, OutputState.LIVE)
        assert asked, "for the second attempt, the STUN server that the first one was told of"
    transport.close()


async def test_a_camera_without_pictures_is_not_published() -> None:
    dead = CameraSettings(source="http://127.0.0.1:9/stream")
    async with whip_server(WhipServer()) as server, publishing(server.url, camera=dead) as gateway:
        camera = gateway.cameras["front"]
        await until(lambda: camera.connects >= 2, "the camera to be tried")
        [output] = gateway.outputs.all
        assert state_of(output) is OutputState.WAITING
        assert output.lifecycle.detail == "the camera gives no pictures"
        assert server.posts == []


async def test_a_camera_that_goes_ends_the_session_and_one_that_returns_opens_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(publication, "CAMERA_AWAY_S", 0.5)
    async with (
        VirtualCamera(ScenePictures(320, 240, 30.0)) as virtual,
        whip_server(WhipServer()) as server,
        publishing(server.url, camera=CameraSettings(source=virtual.url)) as gateway,
    ):
        [output] = gateway.outputs.all
        await (await server.session()).frames_more(5)
        virtual.faults.set("drop")
        await in_state(output, OutputState.WAITING)
        assert len(server.deleted) == 1
        virtual.faults.clear()
        await (await server.session()).frames_more(5)
        assert output.attempts == 2


async def test_fifty_reconnects_leave_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "FIRST_S", 0.01)
    monkeypatch.setattr(retry, "MOST_S", 0.01)
    process = psutil.Process()
    async with whip_server(WhipServer()) as server, publishing(server.url) as gateway:
        [output] = gateway.outputs.all

        async def reconnect() -> None:
            session = await server.session()
            await session.frames_more(1)
            server.sessions.clear()
            await session.close()

        async def settled() -> tuple[int, int]:
            await (await server.session()).frames_more(1)
            await until(lambda: gateway.outputs.closing == 0, "all closes to end")
            gc.collect()
            return len(asyncio.all_tasks()), process.num_fds()

        for _ in range(10):
            await reconnect()
        tasks, sockets = await settled()
        memory = process.memory_info().rss
        for _ in range(50):
            await reconnect()
        after = await settled()
        assert after[0] <= tasks + 2
        assert after[1] <= sockets + 2
        grown = process.memory_info().rss - memory
        assert grown < 10e6, f"{grown / 50_000:.0f} kB kept for each reconnect"
        assert output.attempts >= 61
        assert gateway.cameras["front"].viewers == 1
