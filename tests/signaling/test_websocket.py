import asyncio
import json
from typing import Any

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, WSServerHandshakeError

from edge.auth import Role
from edge.settings import HttpSettings
from protocol.codec import to_wire
from protocol.messages import (
    Answer,
    Bye,
    Cameras,
    Candidate,
    Hello,
    Offer,
    Ping,
    RegisterCamera,
    RegisterGateway,
)
from signaling.settings import SignalingLimits
from tests.support.polling import until
from tests.support.signaling_server import FRONT, WsClient, signaling_server
from tests.support.tokens import known_tokens


def transport_of(socket: ClientWebSocketResponse) -> asyncio.Transport:
    """Return what is below a client's socket, to break it there."""
    connection = socket._response.connection
    assert connection is not None
    assert connection.transport is not None
    return connection.transport


HELLO = '{"type":"hello","v":1}'


async def test_a_session_over_real_sockets() -> None:
    async with (
        signaling_server() as server,
        await server.gateway() as gateway,
        await server.browser() as browser,
    ):
        await browser.send(Offer("s1", "front", "v=0"))
        offer = await gateway.expect("offer")
        assert offer == {
            "type": "offer",
            "session": "s1",
            "camera": "front",
            "sdp": "v=0",
            "peer": offer["peer"],
            "role": "admin",
        }
        await browser.send(Candidate("s1", "candidate:1", "0", 0))
        assert (await gateway.expect("candidate"))["candidate"] == "candidate:1"
        await gateway.send(Answer("s1", "v=0 answer"))
        assert (await browser.expect("answer"))["sdp"] == "v=0 answer"
        await browser.send(Bye("s1"))
        await gateway.expect("bye")
        await browser.send(Ping(5))
        assert (await browser.expect("pong"))["id"] == 5


@pytest.mark.parametrize(
    ("first", "slug", "code"),
    [
        ("not json", "malformed-message", 4400),
        ("[]", "malformed-message", 4400),
        ('{"type":"hello","v":NaN}', "malformed-message", 4400),
        ("[" * 20_000, "malformed-message", 4400),
        (b"\x00\x01", "malformed-message", 4400),
        ('{"type":"hallo"}', "unknown-type", 4400),
        ('{"v":1}', "unknown-type", 4400),
        ('{"type":"register","role":"king"}', "unknown-type", 4400),
        ('{"type":"hello","v":"1"}', "invalid-field", 4400),
        ('{"type":"hello","v":1,"extra":1}', "invalid-field", 4400),
        ('{"type":"register","role":"gateway","gatewayId":"-","v":1}', "invalid-field", 4400),
        ('{"type":"ping","id":1}', "unexpected-message", 4400),
        ('{"type":"offer","session":"s","camera":"c","sdp":"v=0"}', "unexpected-message", 4400),
        ('{"type":"registered","v":1,"heartbeatS":5}', "unexpected-message", 4400),
        ('{"type":"hello","v":2}', "unsupported-version", 4426),
        ('{"type":"hello","v":2,"newField":1}', "unsupported-version", 4426),
        ('{"type":"register","role":"camera","v":9}', "unsupported-version", 4426),
        ('{"type":"hello","v":1,"token":"' + "x" * 66_000 + '"}', "message-too-large", 1009),
        ('{"type":"hello","v":1,"token":"' + "é" * 33_000 + '"}', "message-too-large", 1009),
    ],
)
async def test_bad_first_messages(first: str | bytes, slug: str, code: int) -> None:
    async with signaling_server() as server, await server.connect() as client:
        await client.send(first)
        assert await client.refused() == (slug, code)


@pytest.mark.parametrize(
    ("later", "slug", "code"),
    [
        ("{", "malformed-message", 4400),
        (HELLO, "unexpected-message", 4400),
        ('{"type":"answer","session":"s","sdp":"v=0"}', "unexpected-message", 4400),
        ('{"type":"candidate","session":"s"}', "invalid-field", 4400),
        ('{"type":"ping","id":1,"x":"' + "x" * 66_000 + '"}', "message-too-large", 1009),
    ],
)
async def test_bad_later_messages(later: str, slug: str, code: int) -> None:
    async with signaling_server() as server, await server.browser() as client:
        await client.send(later)
        assert await client.refused() == (slug, code)


async def test_a_message_far_too_large_is_refused_with_a_reason() -> None:
    async with signaling_server() as server, await server.browser() as client:
        await client.send("x" * 1_000_000)
        assert await client.refused() == ("message-too-large", 1009)


async def test_text_that_is_no_unicode_is_refused_with_a_reason() -> None:
    async with signaling_server() as server, await server.browser() as client:
        await client.socket.send_frame(b'{"type":"\xff"}', WSMsgType.TEXT)
        assert await client.refused() == ("malformed-message", 4400)


async def test_the_largest_message_is_taken() -> None:
    async with signaling_server() as server, await server.browser() as client:
        padding = " " * (65_536 - len('{"type":"ping","id":1}'))
        await client.send('{"type":"ping","id":1}' + padding)
        await client.expect("pong")


async def test_too_fast() -> None:
    limits = SignalingLimits(messages_per_s=0.01, message_burst=10)
    async with signaling_server(limits) as server, await server.browser() as client:
        for i in range(12):
            await client.send(Ping(i))
        answers = 0
        while (message := await client.receive())["type"] == "pong":
            answers += 1
        assert answers == 9
        assert message["problem"] == "urn:peerlens:problem:too-fast"
        assert await client.closed() == 4429


async def test_ping_frames_count_as_well() -> None:
    limits = SignalingLimits(messages_per_s=0.01, message_burst=10)
    async with signaling_server(limits) as server, await server.browser() as client:
        for _ in range(12):
            await client.socket.ping()
        assert await client.refused() == ("too-fast", 4429)


async def test_a_gateway_may_answer_for_many() -> None:
    limits = SignalingLimits(messages_per_s=0.01, message_burst=10)
    async with signaling_server(limits) as server, await server.gateway() as gateway:
        for i in range(100):
            await gateway.send(Ping(i))
        for i in range(100):
            assert (await gateway.expect("pong"))["id"] == i


@pytest.mark.parametrize("pings", [False, True])
async def test_no_first_message_in_time(pings: bool) -> None:
    limits = SignalingLimits(hello_timeout_s=0.3)
    async with signaling_server(limits) as server, await server.connect() as client:
        if pings:
            await client.socket.ping()
        assert await client.refused() == ("timeout", 4408)


async def test_a_silent_link_is_asked_and_then_closed() -> None:
    limits = SignalingLimits(heartbeat_s=0.3)
    async with signaling_server(limits) as server:
        async with await server.connect(autoping=False) as dead:
            await dead.send(HELLO)
            await dead.expect("welcome")
            async with asyncio.timeout(3):
                assert (await dead.socket.receive()).type is WSMsgType.PING
            assert await dead.refused() == ("timeout", 4408)
        async with await server.browser() as alive:
            # Answering pings is enough to stay.
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(1.0):
                    await alive.socket.receive()
            assert server.service.links_open == 1


async def test_a_newer_link_of_a_gateway_supersedes() -> None:
    async with (
        signaling_server() as server,
        await server.gateway() as older,
        await server.browser() as browser,
        await server.gateway() as newer,
    ):
        assert await older.refused() == ("superseded", 4409)
        await browser.send(Offer("s1", "front", "v=0"))
        await newer.expect("offer")


async def test_too_many_connections() -> None:
    limits = SignalingLimits(connections=2)
    async with signaling_server(limits) as server:
        async with await server.browser(), await server.connect(), await server.connect() as third:
            assert await third.refused() == ("overloaded", 4503)
        await until(lambda: server.service.links_open == 0, "the links to close")
        async with await server.browser():
            pass


async def test_a_link_that_does_not_read_is_closed_as_too_slow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("signaling.socket_end.SEND_TIMEOUT_S", 0.3)
    limits = SignalingLimits(messages_per_s=10_000, message_burst=10_000)
    async with signaling_server(limits) as server, await server.gateway() as gateway:
        browser = await server.browser()
        transport = transport_of(browser.socket)
        await browser.send(Offer("s1", "front", "v=0"))
        await gateway.expect("offer")
        transport.pause_reading()
        big = Candidate("s1", "x" * 1_000)
        for _ in range(8_000):
            await gateway.send(big)
            if server.service.links_open < 2:
                break
            await asyncio.sleep(0)
        await until(lambda: server.service.links_open == 1, "the slow link to be closed")
        refused = server.service.metrics.refused.labels("timeout")
        assert refused._value.get() == 1
        # Nobody else notices.
        await gateway.send(Ping(1))
        while (await gateway.receive())["type"] != "pong":
            pass
        transport.resume_reading()
        await browser.socket.close()


async def test_viewers_cannot_overflow_a_gateway() -> None:
    limits = SignalingLimits(
        messages_per_s=10_000,
        message_burst=10_000,
        sessions_per_connection=2_000,
        sessions_per_address=2_000,
    )
    async with (
        signaling_server(limits) as server,
        await server.gateway() as gateway,
        await server.browser() as browser,
    ):
        transport = transport_of(gateway.socket)
        transport.pause_reading()
        sent, sdp = 0, "v=0" + "x" * 47_000

        async def refusal() -> dict[str, Any]:
            return await browser.expect("error")

        refused = asyncio.create_task(refusal())
        while not refused.done():
            await browser.send(Offer(f"s{sent}", "front", sdp))
            sent += 1
            await asyncio.sleep(0)
        assert (await refused)["problem"] == "urn:peerlens:problem:gateway-offline"
        assert server.service.links_open == 2
        transport.resume_reading()
        assert (await gateway.expect("offer"))["session"] == "s0"


async def test_news_of_cameras_reach_browsers_at_a_bounded_pace() -> None:
    async with (
        signaling_server() as server,
        await server.gateway() as gateway,
        await server.browser() as browser,
    ):
        loop = asyncio.get_running_loop()
        started = loop.time()
        for i in range(50):
            camera = {"id": "front", "name": "Front", "state": "live", "viewers": i}
            await gateway.send(json.dumps({"type": "cameras", "cameras": [camera]}))
        told = 0
        while True:
            told += 1
            cameras = (await browser.receive())["cameras"]
            if cameras[0].get("viewers") == 49:
                break
        assert told <= 2 + (loop.time() - started) * 4


# Who may come in


async def test_origins_are_checked_before_anything_else() -> None:
    http = HttpSettings(port=0, allowed_origins=("https://friend.example",))
    async with signaling_server(http=http) as server:
        for origin in (None, "https://friend.example", str(server.url.origin())):
            async with await server.connect(origin=origin) as client:
                await client.send(HELLO)
                await client.expect("welcome")
        for headers in (
            {"Origin": "https://stranger.example"},
            {"Origin": "null"},
            {"Host": "rebound.example", "Origin": "http://rebound.example"},
        ):
            with pytest.raises(WSServerHandshakeError) as caught:
                await server.client.ws_connect("/ws", headers=headers)
            assert caught.value.status == 403
        assert server.service.links_open == 0


async def test_plain_http_is_told_to_upgrade() -> None:
    async with signaling_server() as server, server.client.get("/ws") as response:
        assert response.status == 426
        assert response.headers["Upgrade"] == "websocket"
        problem = await response.json(content_type="application/problem+json")
        assert problem["type"] == "urn:peerlens:problem:upgrade-required"


@pytest.mark.parametrize(
    ("message", "role", "outcome"),
    [
        (Hello(), Role.VIEWER, "welcome"),
        (Hello(), Role.DRIVER, "welcome"),
        (Hello(), Role.ADMIN, "welcome"),
        (Hello(), Role.GATEWAY, "forbidden"),
        (Hello(), Role.DEVICE, "forbidden"),
        (Hello(), None, "unauthorized"),
        (RegisterGateway("home"), Role.GATEWAY, "registered"),
        (RegisterGateway("home"), Role.ADMIN, "forbidden"),
        (RegisterGateway("home"), None, "unauthorized"),
        (RegisterCamera("cam-1", "http://192.168.0.9/"), Role.DEVICE, "registered"),
        (RegisterCamera("cam-1", "http://192.168.0.9/"), Role.GATEWAY, "forbidden"),
        (RegisterCamera("cam-1", "http://192.168.0.9/"), None, "unauthorized"),
    ],
)
async def test_tokens_decide(
    message: Hello | RegisterGateway | RegisterCamera, role: Role | None, outcome: str
) -> None:
    token = known_tokens().by_role[role] if role else None
    wire = json.dumps({**to_wire(message), "token": token})
    async with signaling_server(with_tokens=True) as server, await server.connect() as client:
        await client.send(wire)
        if outcome in ("welcome", "registered"):
            answer = await client.expect(outcome)
            assert answer.get("role") == (role if outcome == "welcome" else None)
        else:
            codes = {"unauthorized": 4401, "forbidden": 4403}
            assert await client.refused() == (outcome, codes[outcome])


async def test_guesses_are_slowed() -> None:
    async with signaling_server(with_tokens=True) as server:
        loop = asyncio.get_running_loop()

        async def guess() -> float:
            started = loop.time()
            async with await server.connect() as client:
                await client.send(Hello(token="wrong"))
                assert await client.refused() == ("unauthorized", 4401)
            return loop.time() - started

        waits = [await guess() for _ in range(4)]
        assert waits[-1] >= 0.4
        assert waits[0] < waits[-1]
        # Over HTTP, the same address has the same record.
        started = loop.time()
        async with server.client.get(
            "/api/cameras", headers={"Authorization": "Bearer wrong"}
        ) as response:
            assert response.status == 401
        assert loop.time() - started > 0.7
        # Somebody with a right token does not wait for that.
        started = loop.time()
        async with await server.browser():
            assert loop.time() - started < 0.8


# Ends


async def test_a_restart_is_seen_as_going_away_and_survived() -> None:
    loop = asyncio.get_running_loop()
    async with ClientSession() as outside:
        async with signaling_server() as server:
            port = server.url.port
            clients = [WsClient(await outside.ws_connect(server.url / "ws")) for _ in range(3)]
            browser, newcomer, deaf = clients
            await browser.send(Hello())
            await browser.expect("welcome")
            transport_of(deaf.socket).pause_reading()
            codes = [asyncio.create_task(client.closed()) for client in (browser, newcomer)]
            await asyncio.sleep(0)
            stopping = loop.time()
        assert loop.time() - stopping < 3.0
        assert await asyncio.gather(*codes) == [1001, 1001]
    assert port is not None
    async with (
        signaling_server(http=HttpSettings(port=port)) as server,
        await server.gateway() as again,
        await server.browser() as back,
    ):
        await back.send(Offer("s2", "front", "v=0"))
        assert (await again.expect("offer"))["session"] == "s2"
        # The session from before the restart is not known here, and its end no mistake.
        await again.send(Bye("s1"))
        await again.send(Ping(1))
        await again.expect("pong")


async def test_a_failure_of_the_server_ends_only_that_link(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with (
        signaling_server() as server,
        await server.browser() as unlucky,
        await server.browser() as other,
    ):
        with monkeypatch.context() as broken:
            broken.setattr(server.service.broker, "received", _fail)
            await unlucky.send(Ping(1))
            assert await unlucky.closed() == 1011
        await other.send(Ping(2))
        assert (await other.expect("pong"))["id"] == 2
    assert "a defect" in caplog.text


def _fail(*_: object) -> None:
    raise RuntimeError("a defect")


async def test_500_connections_leave_nothing_behind() -> None:
    limits = SignalingLimits(connections_per_address=600, sessions_per_address=600)
    async with signaling_server(limits) as server, await server.gateway() as gateway:
        tasks_before = len(asyncio.all_tasks())

        async def answering() -> None:
            while True:
                offer = await gateway.expect("offer")
                await gateway.send(Answer(offer["session"], "v=0"))

        answerer = asyncio.create_task(answering())

        async def watch(number: int) -> None:
            client = await server.browser()
            await client.send(Offer(f"s{number}", "front", "v=0"))
            await client.expect("answer")
            if number % 3 == 0:
                await client.socket.close()
            elif number % 3 == 1:
                await client.send("nonsense")
                assert await client.refused() == ("malformed-message", 4400)
            else:
                transport_of(client.socket).abort()
                await client.socket.close()

        for batch in range(5):
            await asyncio.gather(*(watch(batch * 100 + i) for i in range(100)))
        answerer.cancel()
        await asyncio.wait([answerer])
        service = server.service
        await until(lambda: service.links_open == 1, "all links to close")
        assert service.broker.sessions_open == 0
        await until(lambda: len(asyncio.all_tasks()) <= tasks_before + 1, "all tasks to end")


async def test_cameras_of_a_lost_gateway_go_offline_for_browsers() -> None:
    async with signaling_server() as server, await server.browser() as browser:
        gateway = await server.gateway()
        assert (await browser.expect("cameras"))["cameras"][0]["state"] == "live"
        await gateway.socket.close()
        camera = (await browser.expect("cameras"))["cameras"][0]
        assert (camera["id"], camera["state"]) == ("front", "offline")
        async with await server.gateway():
            assert (await browser.expect("cameras"))["cameras"][0]["state"] == "live"


async def test_a_gateway_that_drops_its_cameras() -> None:
    async with (
        signaling_server() as server,
        await server.browser() as browser,
        await server.gateway(FRONT) as gateway,
    ):
        await browser.expect("cameras")
        await gateway.send(Cameras(()))
        assert (await browser.expect("cameras"))["cameras"] == []
