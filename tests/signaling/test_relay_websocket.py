"""The relay over real sockets: a board or a driver, signaling, and a gateway's end."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, WSServerHandshakeError

from edge.auth import Role
from protocol.messages import Join, Ping, RegisterBoard, RegisterGateway, Telemetry
from signaling.settings import SignalingLimits
from tests.signaling.test_websocket import transport_of
from tests.support.polling import until
from tests.support.signaling_server import FRONT, SignalingServer, WsClient, signaling_server
from tests.support.tokens import known_tokens

BOARD_1 = ("board-1",)
RIDES = replace(FRONT, car="car1")


@dataclass(frozen=True)
class Relay:
    """One relay that is open, its registration delivered."""

    server: SignalingServer
    caller: WsClient
    gateway: WsClient
    link: WsClient
    """The gateway's link to signaling, which the call came over."""


def bearer(role: Role) -> dict[str, str]:
    return {"Authorization": f"Bearer {known_tokens().by_role[role]}"}


async def take(server: SignalingServer, link: WsClient) -> WsClient:
    """Come for the next call, as a gateway does."""
    call = await link.expect("call")
    return await server.connect(f"/ws/relay/{call['call']}", headers=bearer(Role.GATEWAY))


async def board(server: SignalingServer) -> WsClient:
    client = await server.connect("/ws/board")
    await client.send(RegisterBoard("board-1", token=server.token(Role.DEVICE)))
    return client


async def driver(server: SignalingServer, role: Role = Role.DRIVER) -> WsClient:
    client = await server.connect("/ws/control")
    await client.send(Join("front", token=server.token(role)))
    return client


@asynccontextmanager
async def relay(limits: SignalingLimits | None = None) -> AsyncIterator[Relay]:
    async with (
        signaling_server(limits, with_tokens=True) as server,
        await server.gateway(RIDES, boards=BOARD_1) as link,
        await board(server) as caller,
        await take(server, link) as gateway,
    ):
        await gateway.expect("register")
        yield Relay(server, caller, gateway, link)


async def sample(server: SignalingServer, name: str) -> float:
    async with server.client.get("/metrics", headers=bearer(Role.ADMIN)) as response:
        assert response.status == 200
        text = await response.text()
    [line] = [line for line in text.splitlines() if line.startswith(f"peerlens_signaling_{name} ")]
    return float(line.split()[-1])


# What is carried


async def test_a_board_and_its_gateway_speak_through_signaling() -> None:
    async with (
        signaling_server(with_tokens=True) as server,
        await server.gateway(RIDES, boards=BOARD_1) as link,
        await board(server) as caller,
    ):
        await caller.send(Telemetry(5, "disarmed"))
        call = await link.expect("call")
        assert {key: call[key] for key in call if key != "call"} == {
            "type": "call",
            "kind": "board",
            "target": "board-1",
        }
        gateway = await server.connect(f"/ws/relay/{call['call']}", headers=bearer(Role.GATEWAY))
        async with gateway:
            assert await gateway.receive() == {
                "type": "register",
                "role": "board",
                "deviceId": "board-1",
                "v": 1,
            }
            assert (await gateway.receive())["type"] == "telemetry", "said before it came"
            for i in range(100):
                await gateway.send(Ping(i))
                await caller.send(Telemetry(i, "disarmed"))
            assert [(await caller.receive())["id"] for _ in range(100)] == list(range(100))
            assert [(await gateway.receive())["atMs"] for _ in range(100)] == list(range(100))


@pytest.mark.parametrize("role", [Role.DRIVER, Role.ADMIN])
async def test_a_driver_reaches_the_gateway_of_the_camera(role: Role) -> None:
    async with (
        signaling_server(with_tokens=True) as server,
        await server.gateway(RIDES) as link,
        await driver(server, role) as caller,
    ):
        call = await link.expect("call")
        assert (call["kind"], call["target"], call["role"]) == ("driver", "front", role)
        gateway = await server.connect(f"/ws/relay/{call['call']}", headers=bearer(Role.GATEWAY))
        async with gateway:
            assert await gateway.receive() == {"type": "join", "camera": "front", "v": 1}
            await gateway.send('{"what":"ever 🚗","it":["is"]}')
            assert await caller.receive() == {"what": "ever 🚗", "it": ["is"]}


async def test_an_open_server_asks_for_no_tokens() -> None:
    async with (
        signaling_server() as server,
        await server.gateway(RIDES, boards=BOARD_1) as link,
        await board(server) as caller,
    ):
        call = await link.expect("call")
        async with await server.connect(f"/ws/relay/{call['call']}") as gateway:
            await gateway.expect("register")
            await gateway.send(Ping(7))
            assert (await caller.receive())["id"] == 7
        async with await driver(server):
            assert (await link.expect("call"))["role"] == "admin"


async def test_the_largest_message_is_carried() -> None:
    async with relay() as open_:
        text = json.dumps({"x": "x" * (65_536 - len('{"x": ""}'))})
        assert len(text) == 65_536
        await open_.caller.send(text)
        assert len((await open_.gateway.receive())["x"]) > 65_000


async def test_what_is_carried_is_counted() -> None:
    async with relay() as open_:
        assert await sample(open_.server, 'relays{kind="board"}') == 1
        await open_.gateway.send('{"é":1}')
        await open_.caller.receive()
        await open_.caller.send('{"a":1}')
        await open_.gateway.receive()
        assert await sample(open_.server, 'relay_messages_total{kind="board"}') == 2
        assert await sample(open_.server, 'relay_bytes_total{kind="board"}') == 15
        await open_.caller.socket.close()
        await until(lambda: open_.server.service.links_open == 1, "the relay to end")
        assert await sample(open_.server, 'relays{kind="board"}') == 0


# Who may


@pytest.mark.parametrize(
    ("path", "first", "slug", "code"),
    [
        ("/ws/board", "not json", "malformed-message", 4400),
        ("/ws/board", b"\x00", "malformed-message", 4400),
        ("/ws/board", '{"type":"hello","v":1}', "unknown-type", 4400),
        ("/ws/board", '{"type":"register","role":"camera","v":1}', "unknown-type", 4400),
        ("/ws/board", '{"type":"join","camera":"front","v":1}', "unknown-type", 4400),
        ("/ws/board", '{"type":"ping","id":1}', "unexpected-message", 4400),
        ("/ws/board", '{"type":"register","role":"board","deviceId":"/"}', "invalid-field", 4400),
        ("/ws/board", '{"type":"register","role":"board","v":2}', "unsupported-version", 4426),
        ("/ws/board", '{"x":"' + "x" * 66_000 + '"}', "message-too-large", 1009),
        ("/ws/board", RegisterBoard("board-1"), "unauthorized", 4401),
        ("/ws/board", RegisterBoard("board-1", token="x" * 24), "unauthorized", 4401),
        ("/ws/control", '{"type":"hello","v":1}', "unknown-type", 4400),
        ("/ws/control", '{"type":"requestLease"}', "unexpected-message", 4400),
        ("/ws/control", '{"type":"join","v":2}', "unsupported-version", 4426),
        ("/ws/control", Join("front"), "unauthorized", 4401),
        ("/ws/control", Join("front", token="x" * 24), "unauthorized", 4401),
    ],
)
async def test_bad_first_messages(path: str, first: object, slug: str, code: int) -> None:
    async with (
        signaling_server(with_tokens=True) as server,
        await server.gateway(RIDES, boards=BOARD_1) as link,
        await server.connect(path) as caller,
    ):
        await caller.send(first)
        assert await caller.refused() == (slug, code)
        await link.send(Ping(1))
        await link.expect("pong")


@pytest.mark.parametrize("role", [Role.VIEWER, Role.DRIVER, Role.ADMIN, Role.GATEWAY])
async def test_only_a_device_is_a_board(role: Role) -> None:
    async with (
        signaling_server(with_tokens=True) as server,
        await server.gateway(RIDES, boards=BOARD_1),
        await server.connect("/ws/board") as caller,
    ):
        await caller.send(RegisterBoard("board-1", token=server.token(role)))
        assert await caller.refused() == ("forbidden", 4403)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.DEVICE, Role.GATEWAY])
async def test_only_drivers_and_admins_drive(role: Role) -> None:
    async with (
        signaling_server(with_tokens=True) as server,
        await server.gateway(RIDES),
        await driver(server, role) as caller,
    ):
        assert await caller.refused() == ("forbidden", 4403)


async def test_nobody_to_reach() -> None:
    async with signaling_server(with_tokens=True) as server:
        async with await board(server) as caller:
            assert await caller.refused() == ("board-unknown", 4404)
        async with await driver(server) as caller:
            assert await caller.refused() == ("unknown-camera", 4404)
        async with await server.gateway(RIDES, boards=BOARD_1):
            pass
        await until(lambda: server.service.links_open == 0, "the gateway to be gone")
        async with await board(server) as caller:
            assert await caller.refused() == ("gateway-offline", 4404)


async def test_only_a_gateway_takes_a_call_and_only_one() -> None:
    async with (
        signaling_server(with_tokens=True) as server,
        await server.gateway(RIDES, boards=BOARD_1) as link,
        await board(server) as caller,
    ):
        call = (await link.expect("call"))["call"]
        guesses: list[tuple[str, dict[str, str], int]] = [
            (call, {}, 401),
            (call, {"Authorization": "Bearer " + "x" * 24}, 401),
            (call, bearer(Role.DEVICE), 403),
            (call, bearer(Role.ADMIN), 403),
            ("0" * 32, bearer(Role.GATEWAY), 404),
            ("%00", bearer(Role.GATEWAY), 404),
        ]
        for guess, headers, status in guesses:
            with pytest.raises(WSServerHandshakeError) as caught:
                await server.connect(f"/ws/relay/{guess}", headers=headers)
            assert caught.value.status == status, guess
        path = f"/ws/relay/{call}"
        async with server.client.get(path, headers=bearer(Role.GATEWAY)) as plain:
            assert plain.status == 426, "which does not take it"
        async with await server.connect(path, headers=bearer(Role.GATEWAY)) as gateway:
            await gateway.expect("register")
            with pytest.raises(WSServerHandshakeError) as caught:
                await server.connect(path, headers=bearer(Role.GATEWAY))
            assert caught.value.status == 404
            await caller.send(Ping(3))
            assert (await gateway.receive())["id"] == 3, "the first taker keeps it"


async def test_a_plain_request_is_told_to_upgrade() -> None:
    async with signaling_server() as server:
        for path in ("/ws/board", "/ws/control"):
            async with server.client.get(path) as response:
                assert response.status == 426


async def test_pages_of_other_sites_may_not_drive() -> None:
    async with signaling_server() as server:
        for path in ("/ws/board", "/ws/control", "/ws/relay/x"):
            with pytest.raises(WSServerHandshakeError) as caught:
                await server.connect(path, origin="https://evil.example")
            assert caught.value.status == 403


async def test_where_the_gateway_is_there_is_no_relay() -> None:
    async with signaling_server(serves_media=True) as server:
        for path in ("/ws/board", "/ws/control", "/ws/relay/x"):
            async with server.client.get(path) as response:
                assert response.status == 404


async def test_relays_are_bounded() -> None:
    limits = SignalingLimits(relays=1)
    async with relay(limits) as open_, await driver(open_.server) as second:
        assert await second.refused() == ("overloaded", 4503)
        await open_.caller.send(Ping(1))
        assert (await open_.gateway.receive())["id"] == 1


# Nobody comes


async def test_a_gateway_that_never_comes() -> None:
    limits = SignalingLimits(call_timeout_s=0.3)
    async with (
        signaling_server(limits, with_tokens=True) as server,
        await server.gateway(RIDES, boards=BOARD_1) as link,
        await board(server) as caller,
    ):
        call = (await link.expect("call"))["call"]
        assert await caller.refused() == ("gateway-offline", 4404)
        with pytest.raises(WSServerHandshakeError) as caught:
            await server.connect(f"/ws/relay/{call}", headers=bearer(Role.GATEWAY))
        assert caught.value.status == 404
        await until(lambda: server.service.links_open == 1, "the caller to be forgotten")
        assert await sample(server, 'calls_untaken_total{kind="board"}') == 1


async def test_a_gateway_that_leaves_before_it_comes() -> None:
    async with signaling_server(with_tokens=True) as server:
        link = await server.gateway(RIDES, boards=BOARD_1)
        async with await board(server) as caller:
            await link.expect("call")
            await link.socket.close()
            assert await caller.refused() == ("gateway-offline", 4404)


async def test_a_caller_that_does_not_wait() -> None:
    async with (
        signaling_server(with_tokens=True) as server,
        await server.gateway(RIDES, boards=BOARD_1) as link,
    ):
        async with await board(server):
            call = (await link.expect("call"))["call"]
        await until(lambda: server.service.links_open == 1, "the caller to be forgotten")
        with pytest.raises(WSServerHandshakeError) as caught:
            await server.connect(f"/ws/relay/{call}", headers=bearer(Role.GATEWAY))
        assert caught.value.status == 404


async def test_who_talks_on_before_the_gateway_comes_is_bounded() -> None:
    async with (
        signaling_server(with_tokens=True) as server,
        await server.gateway(RIDES, boards=BOARD_1) as link,
        await board(server) as caller,
    ):
        await link.expect("call")
        for i in range(32):
            await caller.send(Ping(i))
        assert await caller.refused() == ("timeout", 4408)


async def test_no_first_message_in_time() -> None:
    limits = SignalingLimits(hello_timeout_s=0.3)
    async with signaling_server(limits) as server:
        for path in ("/ws/board", "/ws/control"):
            async with await server.connect(path) as caller:
                await caller.socket.ping()
                assert await caller.refused() == ("timeout", 4408)


# Endings


@pytest.mark.parametrize("code", [1000, 1001, 1011, 3001, 4409])
@pytest.mark.parametrize("caller_ends", [True, False])
async def test_one_end_closes_and_the_other_is_told(caller_ends: bool, code: int) -> None:
    async with relay() as open_:
        ends = (open_.caller, open_.gateway)
        ending, other = ends if caller_ends else ends[::-1]
        await ending.send(Ping(1))
        await ending.socket.close(code=code)
        assert (await other.receive())["id"] == 1, "what was said before still arrives"
        assert await other.closed() == code
        await until(lambda: open_.server.service.links_open == 1, "the relay to end")


@pytest.mark.parametrize("caller_ends", [True, False])
async def test_an_end_that_breaks_is_going_away(caller_ends: bool) -> None:
    async with relay() as open_:
        ends = (open_.caller, open_.gateway)
        ending, other = ends if caller_ends else ends[::-1]
        transport_of(ending.socket).abort()
        assert await other.closed() == 1001


async def test_a_close_without_a_code_is_a_normal_one() -> None:
    async with relay() as open_:
        await open_.caller.socket.send_frame(b"", WSMsgType.CLOSE)
        assert await open_.gateway.closed() == 1000


async def test_a_relay_outlives_the_link_that_it_was_called_over() -> None:
    async with relay() as open_:
        await open_.link.socket.close()
        await until(lambda: open_.server.service.links_open == 1, "the link to be gone")
        await open_.caller.send(Ping(1))
        assert (await open_.gateway.receive())["id"] == 1


async def test_a_restart_ends_both_ends() -> None:
    loop = asyncio.get_running_loop()
    async with ClientSession() as outside:
        async with signaling_server(with_tokens=True) as server:
            ws = server.url / "ws"
            link, caller = [WsClient(await outside.ws_connect(u)) for u in (ws, ws / "board")]
            token = server.token(Role.GATEWAY)
            await link.send(RegisterGateway("home", (FRONT,), token=token, boards=BOARD_1))
            await link.expect("registered")
            await caller.send(RegisterBoard("board-1", token=server.token(Role.DEVICE)))
            relayed = ws / "relay" / (await link.expect("call"))["call"]
            headers = bearer(Role.GATEWAY)
            gateway = WsClient(await outside.ws_connect(relayed, headers=headers))
            await gateway.expect("register")
            codes = [asyncio.create_task(end.closed()) for end in (caller, gateway, link)]
            await asyncio.sleep(0)
            stopping = loop.time()
        assert loop.time() - stopping < 3.0
        assert await asyncio.gather(*codes) == [1001, 1001, 1001]


# Too much


@pytest.mark.parametrize("caller_floods", [True, False])
async def test_a_flood_ends_both(caller_floods: bool) -> None:
    limits = SignalingLimits(relay_messages_per_s=0.01, relay_message_burst=10)
    async with relay(limits) as open_:
        ends = (open_.caller, open_.gateway)
        flooding, other = ends if caller_floods else ends[::-1]
        for i in range(12):
            await flooding.send(Ping(i))
        taken = 9 if caller_floods else 10  # the registration was a message, too
        assert [(await other.receive())["id"] for _ in range(taken)] == list(range(taken))
        assert await other.closed() == 4429
        if caller_floods:
            assert await flooding.refused() == ("too-fast", 4429)
        else:
            assert await flooding.closed() == 4429
        await until(lambda: open_.server.service.links_open == 1, "the relay to end")


@pytest.mark.parametrize("caller_does", [True, False])
@pytest.mark.parametrize("size", [65_537, 1_000_000])
async def test_a_message_that_is_too_large_ends_both(caller_does: bool, size: int) -> None:
    async with relay() as open_:
        ends = (open_.caller, open_.gateway)
        sending, other = ends if caller_does else ends[::-1]
        await sending.send("x" * size)
        told = asyncio.create_task(other.closed())
        if caller_does:
            assert await sending.refused() == ("message-too-large", 1009)
        else:
            assert await _code_of(sending.socket) == 1009
        assert await told == 1009


async def test_binary_frames_end_both() -> None:
    async with relay() as open_:
        await open_.caller.send(b"\x00\x01")
        assert await open_.caller.refused() == ("malformed-message", 4400)
        assert await open_.gateway.closed() == 4400


@pytest.mark.parametrize("caller_reads", [True, False])
async def test_who_does_not_read_ends_both(caller_reads: bool) -> None:
    limits = SignalingLimits(relay_messages_per_s=100_000, relay_message_burst=100_000)
    async with relay(limits) as open_:
        ends = (open_.caller, open_.gateway)
        sending, deaf = ends if caller_reads else ends[::-1]
        transport_of(deaf.socket).pause_reading()
        code = asyncio.create_task(_code_of(sending.socket))
        text = json.dumps({"x": "x" * 10_000})
        while not code.done():
            await sending.send(text)
            await asyncio.sleep(0)
        assert await code == 4408
        await until(lambda: open_.server.service.links_open == 1, "the relay to end")
        transport_of(deaf.socket).resume_reading()


async def _code_of(socket: ClientWebSocketResponse) -> int | None:
    while (await socket.receive()).type is WSMsgType.TEXT:
        pass
    return socket.close_code


# Silence


@pytest.mark.parametrize("caller_is_dead", [True, False])
async def test_a_dead_end_is_found(caller_is_dead: bool) -> None:
    limits = SignalingLimits(heartbeat_s=0.4)
    async with (
        signaling_server(limits, with_tokens=True) as server,
        await server.gateway(RIDES, boards=BOARD_1) as link,
        await server.connect("/ws/board", autoping=not caller_is_dead) as caller,
    ):
        await caller.send(RegisterBoard("board-1", token=server.token(Role.DEVICE)))
        call = (await link.expect("call"))["call"]
        gateway = await server.connect(
            f"/ws/relay/{call}", headers=bearer(Role.GATEWAY), autoping=caller_is_dead
        )
        async with gateway:
            await gateway.expect("register")
            alive, dead = (gateway, caller) if caller_is_dead else (caller, gateway)
            async with asyncio.timeout(3):
                assert (await dead.socket.receive()).type is WSMsgType.PING
            assert await alive.closed() == 4408


async def test_who_only_answers_pings_stays() -> None:
    async with relay(SignalingLimits(heartbeat_s=0.3)) as open_:
        answers = [asyncio.create_task(end.receive()) for end in (open_.caller, open_.gateway)]
        done, _ = await asyncio.wait(answers, timeout=1.5)
        assert not done
        await open_.caller.send(Ping(1))
        await open_.gateway.send(Ping(2))
        assert [message["id"] for message in await asyncio.gather(*answers)] == [2, 1]
