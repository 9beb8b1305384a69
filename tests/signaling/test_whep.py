import asyncio

import pytest
from aiohttp import ClientResponse

from edge.auth import Role
from edge.ice_servers import IceServerSettings, IceSettings
from protocol.messages import Answer, Bye, Error, Offer
from signaling.settings import SignalingLimits
from tests.support.polling import until
from tests.support.signaling_server import (
    FRONT,
    PROBLEM,
    SignalingServer,
    WsClient,
    signaling_server,
)
from tests.support.tokens import bearer

OFFER = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n"
SDP = {"Content-Type": "application/sdp"}
FRAGMENT = {"Content-Type": "application/trickle-ice-sdpfrag"}


def post(server: SignalingServer, camera: str = "front") -> "asyncio.Task[ClientResponse]":
    async def send() -> ClientResponse:
        headers = SDP | (bearer(Role.VIEWER) if server.with_tokens else {})
        async with server.client.post(f"/{camera}/whep", data=OFFER, headers=headers) as response:
            await response.read()
            return response

    return asyncio.create_task(send())


async def slug(response: ClientResponse) -> str:
    problem = await response.json(content_type="application/problem+json")
    return str(problem["type"]).removeprefix(PROBLEM)


async def watched(server: SignalingServer, gateway: WsClient) -> tuple[ClientResponse, str]:
    """Open a session; return the response and the session's id."""
    posting = post(server)
    offer = await gateway.expect("offer")
    await gateway.send(Answer(offer["session"], "v=0 answer"))
    return await posting, offer["session"]


async def test_a_player_watches_through_the_gateways_link() -> None:
    servers = IceSettings(ice_servers=(IceServerSettings(urls=("stun:stun.example",)),))
    async with (
        signaling_server(ice_servers=servers, with_tokens=True) as server,
        await server.gateway() as gateway,
    ):
        posting = post(server)
        offer = await gateway.expect("offer")
        assert (offer["camera"], offer["sdp"], offer["role"]) == ("front", OFFER, "viewer")
        session = offer["session"]
        assert len(session) >= 22
        await gateway.send(Answer(session, "v=0 answer"))
        response = await posting
        assert response.status == 201
        assert await response.text() == "v=0 answer"
        assert response.headers["Location"] == f"/front/whep/{session}"
        assert response.headers["Link"] == '<stun:stun.example>; rel="ice-server"'

        location = response.headers["Location"]
        headers = bearer(Role.VIEWER)
        fragment = "m=video 9 X 0\r\na=mid:0\r\na=candidate:1 1 UDP 1 192.0.2.1 5000 typ host\r\n"
        trickle = FRAGMENT | headers | {"If-Match": response.headers["ETag"]}
        async with server.client.patch(location, data=fragment, headers=trickle) as patched:
            assert patched.status == 204
        candidate = await gateway.expect("candidate")
        assert candidate["session"] == session
        assert candidate["candidate"] == "candidate:1 1 UDP 1 192.0.2.1 5000 typ host"
        assert candidate["sdpMid"] == "0"

        async with server.client.delete(location, headers=headers) as deleted:
            assert deleted.status == 200
        assert (await gateway.expect("bye"))["session"] == session
        async with server.client.delete(location, headers=headers) as again:
            assert again.status == 404
        assert server.service.broker.sessions_open == 0
        assert server.service.links_open == 1


@pytest.mark.parametrize(
    ("problem", "status", "shown"),
    [
        ("invalid-sdp", 400, "invalid-sdp"),
        ("unknown-camera", 404, "unknown-camera"),
        ("no-common-codec", 406, "no-common-codec"),
        ("too-many-viewers", 503, "too-many-viewers"),
        ("timeout", 504, "timeout"),
        ("something-new", 502, "gateway-failed"),
    ],
)
async def test_refusals_of_the_gateway(problem: str, status: int, shown: str) -> None:
    async with signaling_server() as server, await server.gateway() as gateway:
        posting = post(server)
        offer = await gateway.expect("offer")
        await gateway.send(Error(PROBLEM + problem, "H264, VP8", offer["session"]))
        response = await posting
        assert response.status == status
        assert await slug(response) == shown
        assert ("Retry-After" in response.headers) is (status == 503)
        assert server.service.links_open == 1


async def test_cameras_that_cannot_be_watched() -> None:
    async with signaling_server() as server:
        gateway = await server.gateway()
        response = await post(server, "nowhere")
        assert (response.status, await slug(response)) == (404, "unknown-camera")
        await gateway.socket.close()
        await until(lambda: server.service.links_open == 0, "the gateway to go")
        response = await post(server)
        assert (response.status, await slug(response)) == (503, "gateway-offline")
        assert int(response.headers["Retry-After"]) > 0


async def test_a_gateway_that_leaves_before_it_answers() -> None:
    async with signaling_server() as server:
        gateway = await server.gateway()
        posting = post(server)
        await gateway.expect("offer")
        await gateway.socket.close()
        response = await posting
        assert (response.status, await slug(response)) == (503, "gateway-offline")


async def test_no_answer_in_time() -> None:
    limits = SignalingLimits(negotiation_timeout_s=0.2)
    async with signaling_server(limits) as server, await server.gateway() as gateway:
        response = await post(server)
        assert (response.status, await slug(response)) == (504, "timeout")
        await gateway.expect("offer")
        assert (await gateway.expect("bye"))["reason"] == "negotiation timed out"
        assert server.service.links_open == 1


async def test_too_many_players() -> None:
    limits = SignalingLimits(sessions_per_address=1)
    async with signaling_server(limits) as server, await server.gateway() as gateway:
        _, session = await watched(server, gateway)
        response = await post(server)
        assert (response.status, await slug(response)) == (503, "too-many-sessions")
        await gateway.send(Bye(session))
        await until(lambda: server.service.broker.sessions_open == 0, "the session to end")
        await watched(server, gateway)
    limits = SignalingLimits(connections=1)
    async with signaling_server(limits) as server, await server.gateway():
        response = await post(server)
        assert (response.status, await slug(response)) == (503, "overloaded")


async def test_a_session_ends_with_its_gateway_and_leaves_nothing() -> None:
    async with signaling_server() as server:
        gateway = await server.gateway()
        response, _ = await watched(server, gateway)
        await gateway.socket.close()
        await until(lambda: server.service.links_open == 0, "the links to close")
        async with server.client.delete(response.headers["Location"]) as deleted:
            assert deleted.status == 404


async def test_sessions_of_browsers_are_not_players() -> None:
    async with (
        signaling_server() as server,
        await server.gateway() as gateway,
        await server.browser() as browser,
    ):
        await browser.send(Offer("s1", "front", "v=0"))
        offer = await gateway.expect("offer")
        for session in ("s1", offer["peer"]):
            async with server.client.delete(f"/front/whep/{session}") as response:
                assert response.status == 404
        assert server.service.broker.sessions_open == 1


async def test_a_player_that_hangs_up_ends_its_negotiation() -> None:
    async with signaling_server() as server, await server.gateway(FRONT) as gateway:
        posting = post(server)
        offer = await gateway.expect("offer")
        posting.cancel()
        await asyncio.wait([posting])
        await gateway.send(Answer(offer["session"], "v=0"))
        # Nobody reads the answer, but the session stands until the gateway ends it.
        await gateway.send(Bye(offer["session"]))
        await until(lambda: server.service.broker.sessions_open == 0, "the session to end")
        await until(lambda: server.service.links_open == 1, "the player to go")
