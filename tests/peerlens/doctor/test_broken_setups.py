"""Set-ups that are broken on purpose, with real parts: the doctor finds what it is."""

import asyncio
import contextlib
import itertools
import ssl
import time
from collections.abc import AsyncIterator
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from yarl import URL

from edge.problems import Handler
from edge.roles import Role
from peerlens.doctor import camera_reading
from peerlens.doctor.finding import Level
from peerlens.virtual_camera import Fault, ScenePictures, VirtualCamera
from protocol.messages import RegisterCamera
from tests.support.certificates import Certificates, certificates
from tests.support.coturn import CONFIG, coturn
from tests.support.counted_pictures import PICTURES, CountedPictures
from tests.support.doctor import examined, found, ids
from tests.support.polling import until
from tests.support.program import free_port
from tests.support.raw_camera import Connection, raw_camera
from tests.support.signaling_server import SignalingServer, signaling_server
from tests.support.tokens import known_tokens

FPS = 25.0
CAMERAS: dict[str, Any] = {"front": {"source": "synthetic:"}}


def camera(**settings: Any) -> VirtualCamera:
    return VirtualCamera(ScenePictures(320, 240, FPS), **settings)


async def test_cameras_that_fail_each_in_its_own_way(tmp_path: Path) -> None:
    async def page(connection: Connection) -> None:
        await connection.answer("text/html", "Content-Length: 0")

    async with contextlib.AsyncExitStack() as stack:
        good = await stack.enter_async_context(camera(basic=("me", "right")))
        pictures = CountedPictures(FPS)
        stalling = await stack.enter_async_context(VirtualCamera(pictures))
        slow = await stack.enter_async_context(camera(fault=Fault.SLOW))
        dropping = await stack.enter_async_context(camera(fault=Fault.DROP))
        html = await stack.enter_async_context(raw_camera(page))
        right = {"username": "me", "password": "right-password"}
        sources: dict[str, Any] = {
            "off": {"source": f"http://127.0.0.1:{free_port()}/stream"},
            "html": {"source": html.url},
            "wrong": {"source": good.url, "auth": right | {"password": "wrong-password"}},
            "good": {"source": good.url.replace("//", "//me:right@")},
            "stalling": {"source": stalling.url},
            "slow": {"source": slow.url},
            "dropping": {"source": dropping.url},
            "nowhere": {"source": "http://no-such-camera.invalid/stream"},
        }
        checking = asyncio.create_task(examined(tmp_path, {"cameras": sources}))
        await until(lambda: pictures.made > 2, "pictures of the camera that is to stall")
        stalling.faults.set(Fault.STALL)
        report = await checking
    by_camera = {
        str(each.figures["camera"]): each.id
        for each in report.findings
        if each.area == "camera" and each.level is not Level.OK
    }
    assert by_camera == {
        "off": "camera.unreachable",
        "html": "camera.web-page",
        "wrong": "camera.credentials",
        "stalling": "camera.stalls",
        "slow": "camera.slow",
        "dropping": "camera.unreachable",
        "nowhere": "camera.unknown-host",
    }
    seen = found(report, "call.connected")
    assert seen.figures["camera"] == "good"
    assert seen.figures["path"] == "host/host"
    assert report.exit_code == 4
    text = report.as_text() + report.as_json()
    assert "wrong-password" not in text
    assert "me:right" not in text


@pytest.mark.usefixtures("briefly")
async def test_a_check_up_publishes_nothing(tmp_path: Path) -> None:
    async def refuse(connection: Connection) -> None:
        await connection.answer("text/plain", "Content-Length: 0")

    async with raw_camera(refuse) as sfu:
        outputs = [{"whip": sfu.url, "token": "the-token-of-the-cluster"}]
        cameras = {"front": {"source": "synthetic:", "outputs": outputs}}
        report = await examined(tmp_path, {"cameras": cameras})
    assert found(report, "call.connected").figures["camera"] == "front"
    assert sfu.connections == []
    assert "the-token-of-the-cluster" not in report.as_json()


async def test_a_port_that_another_program_has(tmp_path: Path) -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        report = await examined(tmp_path, {"http": {"port": port}, "limits": {}})
    assert ids(report) == {"port.taken"}
    assert f":{port}" in found(report, "port.taken").do


async def test_an_address_that_this_machine_does_not_have(tmp_path: Path) -> None:
    http = {"host": "192.0.2.1", "port": 8080}
    auth = {"mode": "token", "state_dir": str(tmp_path)}
    report = await examined(tmp_path, {"http": http, "auth": auth, "limits": {}})
    assert ids(report) == {"port.no-such-address"}


# Signaling


def gateway_of(url: str, token: str | None = None) -> dict[str, Any]:
    return {"cameras": CAMERAS, "signaling": {"url": url, "token": token}}


@pytest.fixture
def briefly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the doctor look at cameras for a moment only: they are not what is broken."""
    monkeypatch.setattr(camera_reading, "WATCHED_S", 0.2)


@pytest.fixture
async def broker() -> AsyncIterator[SignalingServer]:
    async with signaling_server(with_tokens=True) as server:
        yield server


def ws(server: SignalingServer) -> str:
    return str(server.url.with_scheme("ws") / "ws")


@pytest.mark.usefixtures("briefly")
async def test_signaling_that_is_not_there(tmp_path: Path) -> None:
    report = await examined(tmp_path, gateway_of(f"ws://127.0.0.1:{free_port()}/ws"))
    assert ids(report) == {"signaling.unreachable"}


@pytest.mark.usefixtures("briefly")
@pytest.mark.parametrize(
    ("token", "finding"),
    [
        ("a-token-that-nobody-made-0123456789", "signaling.token"),
        (known_tokens().by_role[Role.VIEWER], "signaling.role"),
    ],
)
async def test_signaling_that_does_not_take_the_token(
    tmp_path: Path, broker: SignalingServer, token: str, finding: str
) -> None:
    report = await examined(tmp_path, gateway_of(ws(broker), token))
    assert ids(report) == {finding}
    assert token not in report.as_json()


@pytest.mark.usefixtures("briefly")
async def test_a_gateway_that_is_registered_stays_so(
    tmp_path: Path, broker: SignalingServer
) -> None:
    async with await broker.gateway() as registered:
        token = known_tokens().by_role[Role.GATEWAY]
        report = await examined(tmp_path, gateway_of(ws(broker), token))
        assert ids(report) == set()
        assert found(report, "signaling.reachable")
        await registered.send('{"type": "ping", "id": 1}')
        await registered.expect("pong")


@pytest.mark.usefixtures("briefly")
async def test_a_camera_that_should_push(tmp_path: Path, broker: SignalingServer) -> None:
    configuration = gateway_of(ws(broker), known_tokens().by_role[Role.GATEWAY])
    configuration["cameras"] = {"far": {"source": "push:cam-1"}}
    report = await examined(tmp_path, configuration)
    assert ids(report) == {"camera.not-pushing"}

    async def push() -> None:
        async with await broker.connect("/ws/esp32") as device:
            await device.send(RegisterCamera("cam-1", token=broker.token(Role.DEVICE)))
            await device.expect("registered")
            for picture in itertools.cycle(PICTURES):
                await device.send(picture)
                await asyncio.sleep(1 / FPS)

    pushing = asyncio.create_task(push())
    try:
        report = await examined(tmp_path, configuration)
    finally:
        pushing.cancel()
        await asyncio.wait({pushing})
    assert ids(report) == set()
    assert found(report, "camera.pictures").figures["camera"] == "far"


@pytest.mark.usefixtures("briefly")
async def test_a_path_that_is_not_signaling(tmp_path: Path, broker: SignalingServer) -> None:
    url = ws(broker).replace("/ws", "/healthz")
    report = await examined(tmp_path, gateway_of(url))
    assert ids(report) == {"signaling.no-websocket"}


def nothing_here(ahead_s: float = 0.0) -> Handler:
    """A web server that is no Peerlens, with a clock of its own."""

    async def answer(_: web.Request) -> web.StreamResponse:
        date = formatdate(time.time() + ahead_s, usegmt=True)
        return web.Response(status=404, headers={"Date": date})

    return answer


def proxy_for(server: SignalingServer) -> Handler:
    """A proxy that asks the server by the server's own name, not by the one it was asked for."""

    async def answer(request: web.Request) -> web.StreamResponse:
        headers = {name: value for name, value in request.headers.items() if name != "Host"}
        async with server.client.get(request.path, headers=headers) as passed_on:
            kept = {"Server": passed_on.headers["Server"]}
            return web.Response(status=passed_on.status, headers=kept)

    return answer


@contextlib.asynccontextmanager
async def tiny_server(answer: Handler, tls: Certificates | None = None) -> AsyncIterator[int]:
    context = None
    if tls is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(tls.certificate, tls.key)
    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


@pytest.mark.usefixtures("briefly")
@pytest.mark.parametrize(("ahead_s", "level"), [(20, Level.WARNING), (-300, Level.PROBLEM)])
async def test_a_clock_that_is_off(tmp_path: Path, ahead_s: float, level: Level) -> None:
    async with tiny_server(nothing_here(ahead_s)) as port:
        report = await examined(tmp_path, gateway_of(f"ws://127.0.0.1:{port}/ws"))
    assert ids(report) == {"signaling.not-peerlens", "clock.off"}
    seen = found(report, "clock.off")
    assert seen.level is level
    assert seen.figures["offset_s"] == pytest.approx(ahead_s, abs=2)


@pytest.mark.usefixtures("briefly")
async def test_a_certificate_that_nobody_trusts(tmp_path: Path) -> None:
    async with tiny_server(nothing_here(), certificates(tmp_path, "127.0.0.1")) as port:
        report = await examined(tmp_path, gateway_of(f"wss://127.0.0.1:{port}/ws"))
    assert ids(report) == {"signaling.certificate"}


@pytest.mark.usefixtures("briefly")
async def test_a_public_address_with_a_broken_certificate(tmp_path: Path) -> None:
    async with tiny_server(nothing_here(), certificates(tmp_path, "elsewhere.test")) as port:
        url = URL(f"https://127.0.0.1:{port}")
        report = await examined(tmp_path, {"limits": {}}, public_url=url)
    assert ids(report) == {"signaling.certificate"}


@pytest.mark.usefixtures("briefly")
async def test_a_public_address_that_is_right(tmp_path: Path) -> None:
    async with signaling_server() as server:
        report = await examined(tmp_path, {"limits": {}}, public_url=server.url)
    assert ids(report) == set()
    assert found(report, "signaling.reachable")


@pytest.mark.usefixtures("briefly")
async def test_a_proxy_that_hides_the_name_it_was_asked_for(tmp_path: Path) -> None:
    async with signaling_server() as server, tiny_server(proxy_for(server)) as port:
        url = URL(f"http://localhost:{port}")
        report = await examined(tmp_path, {"limits": {}}, public_url=url)
    assert ids(report) == {"signaling.foreign-page"}


# TURN: coturn on loopback, where it relays between its own addresses only when told so

ON_LOOPBACK = "--allow-loopback-peers"


async def test_a_turn_server_that_is_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tls = certificates(tmp_path, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(tls.authority))
    with coturn(tmp_path, ON_LOOPBACK, tls=tls) as running:
        turn = running.setting(running.urls(host="localhost"))
        report = await examined(tmp_path, {"webrtc": {"turn": turn}})
    assert ids(report) == set()
    assert report.exit_code == 0
    ways = [each.figures["way"] for each in report.findings if each.id == "turn.allocates"]
    assert ways == ["udp", "tcp", "tls"]
    good = {"turn.relays", "turn.closed", "clock.turn-right", "nat.none"}
    assert good <= ids(report, Level.OK)
    assert running.secret not in report.as_json()


async def test_a_turn_server_with_another_secret(tmp_path: Path) -> None:
    with coturn(tmp_path, ON_LOOPBACK) as running:
        turn = running.setting() | {"secret": "another-secret-0123456789"}
        report = await examined(tmp_path, {"webrtc": {"turn": turn}})
    assert ids(report) == {"turn.credentials"}
    assert "another-secret" not in report.as_json()


async def test_credentials_that_have_ended(tmp_path: Path) -> None:
    with coturn(tmp_path, ON_LOOPBACK) as running:
        username, credential = running.credential(lifetime_s=-7_000)
        entry = {"urls": running.urls(tcp=False), "username": username, "credential": credential}
        report = await examined(tmp_path, {"webrtc": {"ice_servers": [entry]}})
    assert ids(report) == {"turn.expired"}
    assert credential not in report.as_json()


@pytest.mark.parametrize(
    ("ahead_s", "level", "others"),
    [
        (-700, Level.PROBLEM, set()),
        (-30, Level.WARNING, set()),
        (30, Level.WARNING, set()),
        (90, Level.PROBLEM, set()),
    ],
)
async def test_a_clock_that_is_not_that_of_the_turn_server(
    tmp_path: Path, ahead_s: float, level: Level, others: set[str]
) -> None:
    with coturn(tmp_path, ON_LOOPBACK) as running:
        report = await examined(
            tmp_path,
            {"webrtc": {"turn": running.setting(running.urls(tcp=False))}},
            clock_s=lambda: time.time() + ahead_s,
        )
    assert ids(report) == {"clock.turn-off", *others}
    assert found(report, "clock.turn-off").level is level


async def test_a_turn_server_that_is_not_there(tmp_path: Path) -> None:
    urls = [f"turn:127.0.0.1:{free_port()}?transport={way}" for way in ("udp", "tcp")]
    turn = {"urls": urls, "secret": "a-secret-0123456789"}
    report = await examined(tmp_path, {"webrtc": {"turn": turn}})
    assert ids(report) == {"stun.silent", "turn.unreachable"}


async def test_a_turn_server_with_a_certificate_of_its_own_making(tmp_path: Path) -> None:
    with coturn(tmp_path, ON_LOOPBACK, tls=certificates(tmp_path, "127.0.0.1")) as running:
        turn = running.setting(running.urls(tcp=False))
        report = await examined(tmp_path, {"webrtc": {"turn": turn}})
    assert ids(report) == {"turn.certificate"}


async def test_a_turn_server_that_relays_to_everybody(tmp_path: Path) -> None:
    config = tmp_path / "open.conf"
    lines = CONFIG.read_text("utf-8").splitlines(keepends=True)
    config.write_text("".join(line for line in lines if not line.startswith("denied-peer-ip")))
    with coturn(tmp_path, ON_LOOPBACK, config=config) as running:
        turn = running.setting(running.urls(tcp=False))
        report = await examined(tmp_path, {"webrtc": {"turn": turn}})
    assert ids(report) == {"turn.open-relay"}
    assert "169.254.169.254" in str(found(report, "turn.open-relay").figures["open_to"])


async def test_a_turn_server_that_may_not_relay_to_itself(tmp_path: Path) -> None:
    with coturn(tmp_path) as running:
        turn = running.setting(running.urls(tcp=False))
        report = await examined(tmp_path, {"webrtc": {"turn": turn}})
    assert ids(report) == {"turn.does-not-relay"}
