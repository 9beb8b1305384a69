import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Sequence

import pytest
from aiohttp import ClientSession
from hypothesis import given
from hypothesis import strategies as st

from edge import whep_http
from edge.auth import Role
from edge.ice_servers import IceServerIssuer, IceServerSettings, IceSettings
from edge.problems import Problem
from edge.turn_credentials import TurnSettings
from edge.whep_http import Answered, entity_tag, ice_server_links, parse_fragment, whep_routes
from protocol.messages import Candidate, IceServer
from tests.support.http_server import client_of
from tests.support.tokens import bearer, token_authenticator

OFFER = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n"
SDP = {"Content-Type": "application/sdp"}
FRAGMENT = {"Content-Type": "application/trickle-ice-sdpfrag"}
HOST = "candidate:1 1 UDP 2130706431 192.0.2.1 50000 typ host"
SERVERS = IceSettings(
    ice_servers=(
        IceServerSettings(urls=("stun:stun.example",)),
        IceServerSettings(
            urls=("turn:turn.example?transport=udp",), username='a"b\\c', credential="pass"
        ),
    )
)


class Backend:
    """Remembers what it was told, answers as it was told to."""

    def __init__(self) -> None:
        self.offers: list[tuple[str, str, Role]] = []
        self.relayed: list[bool] = []
        self.trickled: list[Candidate] = []
        self.closed: list[str] = []
        self.refusal: Problem | None = None
        self.hangs = False

    async def offer(self, camera: str, sdp: str, role: Role, address: str, relay: bool) -> Answered:
        self.offers.append((camera, sdp, role))
        self.relayed.append(relay)
        if self.hangs:
            await asyncio.Event().wait()
        if self.refusal is not None:
            raise self.refusal
        return Answered("session-1", "v=0\r\nanswer")

    async def candidates(self, session: str, candidates: Sequence[Candidate]) -> None:
        self.trickled += candidates

    async def close(self, session: str) -> None:
        if session != "session-1":
            raise Problem(404, "unknown-session", "there is no such session")
        self.closed.append(session)


@pytest.fixture
def backend() -> Backend:
    return Backend()


@pytest.fixture
async def client(backend: Backend) -> AsyncIterator[ClientSession]:
    async with client_of(
        whep_routes(backend, IceServerIssuer(SERVERS)),
        authenticator=token_authenticator(),
    ) as session:
        session.headers.update(bearer(Role.VIEWER))
        yield session


async def test_an_offer_becomes_a_session(client: ClientSession, backend: Backend) -> None:
    headers = {"Content-Type": "application/sdp; charset=utf-8"}
    async with client.post("/front/whep", data=OFFER, headers=headers) as response:
        assert response.status == 201
        assert response.content_type == "application/sdp"
        assert await response.text() == "v=0\r\nanswer"
        assert response.headers["Location"] == "/front/whep/session-1"
        assert response.headers["ETag"] == entity_tag("session-1")
        assert response.headers["Accept-Patch"] == "application/trickle-ice-sdpfrag"
        assert response.headers.getall("Link") == [
            '<stun:stun.example>; rel="ice-server"',
            '<turn:turn.example?transport=udp>; rel="ice-server"; username="a\\"b\\\\c"; '
            'credential="pass"; credential-type="password"',
        ]
    assert backend.offers == [("front", OFFER, Role.VIEWER)]


@pytest.mark.parametrize(
    ("query", "relay"), [("", True), ("?relay=true", True), ("?relay=false", False)]
)
async def test_an_offer_says_whether_it_needs_a_relay(
    client: ClientSession, backend: Backend, query: str, relay: bool
) -> None:
    async with client.post(f"/front/whep{query}", data=OFFER, headers=SDP) as response:
        assert response.status == 201
    assert backend.relayed == [relay]


@pytest.mark.parametrize("query", ["?relay=", "?relay=yes", "?relay=true&relay=false"])
async def test_anything_else_it_says_is_refused(
    client: ClientSession, backend: Backend, query: str
) -> None:
    async with client.post(f"/front/whep{query}", data=OFFER, headers=SDP) as response:
        assert response.status == 400
        problem = await response.json(content_type="application/problem+json")
        assert problem["type"] == "urn:peerlens:problem:invalid-parameter"
    assert backend.offers == []


@pytest.mark.parametrize(
    ("headers", "body", "status", "slug"),
    [
        ({"Content-Type": "text/plain"}, OFFER, 415, "unsupported-media-type"),
        ({"Content-Type": "application/json"}, OFFER, 415, "unsupported-media-type"),
        (SDP, "", 400, "invalid-sdp"),
        (SDP, "hello", 400, "invalid-sdp"),
        (SDP, "v=0\r\ns=-\r\n", 400, "invalid-sdp"),
        (SDP, b"v=0\r\n\xff\r\nm=", 400, "invalid-sdp"),
        (SDP, OFFER + "a=x\r\n" * 10_000, 413, "payload-too-large"),
        (SDP, OFFER + "a=x\r\n" * 30_000, 413, "payload-too-large"),
    ],
)
async def test_bad_offers_are_refused(
    client: ClientSession,
    backend: Backend,
    headers: dict[str, str],
    body: str | bytes,
    status: int,
    slug: str,
) -> None:
    async with client.post("/front/whep", data=body, headers=headers) as response:
        assert response.status == status
        problem = await response.json(content_type="application/problem+json")
        assert problem["type"] == f"urn:peerlens:problem:{slug}"
        if status == 415:
            assert response.headers["Accept-Post"] == "application/sdp"
    assert backend.offers == []


@pytest.mark.parametrize(
    "refusal",
    [
        Problem(404, "unknown-camera", "there is no camera front"),
        Problem(406, "no-common-codec", "H264, VP8"),
        Problem(503, "too-many-viewers", "full", headers={"Retry-After": "5"}),
    ],
)
async def test_refusals_of_the_backend_pass(
    client: ClientSession, backend: Backend, refusal: Problem
) -> None:
    backend.refusal = refusal
    async with client.post("/front/whep", data=OFFER, headers=SDP) as response:
        assert response.status == refusal.status
        assert response.headers.get("Retry-After") == refusal.headers.get("Retry-After")


async def test_an_answer_that_does_not_come_has_a_deadline(
    client: ClientSession, backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whep_http, "ANSWER_TIMEOUT_S", 0.05)
    backend.hangs = True
    async with client.post("/front/whep", data=OFFER, headers=SDP) as response:
        assert response.status == 504


async def test_a_body_that_does_not_come_has_a_deadline(
    client: ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whep_http, "BODY_TIMEOUT_S", 0.05)

    async def drip() -> AsyncIterator[bytes]:
        yield b"v=0\r\n"
        await asyncio.sleep(5)

    async with client.post("/front/whep", data=drip(), headers=SDP) as response:
        assert response.status == 408


async def test_candidates_trickle(client: ClientSession, backend: Backend) -> None:
    fragment = (
        "a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n"
        "m=video 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n"
        f"a={HOST}\r\na=end-of-candidates\r\n"
    )
    headers = FRAGMENT | {"If-Match": entity_tag("session-1")}
    async with client.patch("/front/whep/session-1", data=fragment, headers=headers) as response:
        assert response.status == 204
    assert backend.trickled == [
        Candidate("session-1", HOST, sdp_mid="0"),
        Candidate("session-1", None),
    ]


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        (SDP, f"a={HOST}", 415),
        (FRAGMENT, "", 400),
        (FRAGMENT, "nonsense", 400),
        (FRAGMENT, "a=candidate:1 1 UDP", 400),
        (FRAGMENT, "a=mid:" + "x" * 33, 400),
        (FRAGMENT, f"a={HOST}\n" * 65, 400),
        (FRAGMENT, f"a={HOST}\n" * 1_000, 413),
        (FRAGMENT | {"If-Match": "*"}, f"a={HOST}", 422),
        (FRAGMENT | {"If-Match": '"other"'}, f"a={HOST}", 412),
    ],
)
async def test_bad_fragments_are_refused(
    client: ClientSession, backend: Backend, headers: dict[str, str], body: str, status: int
) -> None:
    async with client.patch("/front/whep/session-1", data=body, headers=headers) as response:
        assert response.status == status
    assert backend.trickled == []


async def test_a_session_is_deleted_once(client: ClientSession, backend: Backend) -> None:
    async with client.delete("/front/whep/session-1") as response:
        assert response.status == 200
    async with client.delete("/front/whep/session-2") as response:
        assert response.status == 404
    assert backend.closed == ["session-1"]


async def test_options_tell_the_relays_to_viewers_only(client: ClientSession) -> None:
    async with client.options("/front/whep") as response:
        assert response.status == 204
        assert len(response.headers.getall("Link")) == 2
        assert response.headers["Accept-Post"] == "application/sdp"
    async with client.options("/front/whep", headers={"Authorization": "Bearer x"}) as response:
        assert response.status == 401
        assert "Link" not in response.headers


async def test_links_carry_credentials_of_each_session_and_request(backend: Backend) -> None:
    turn = TurnSettings(urls=("turn:t.example",), secret="0123456789abcdef")
    routes = whep_routes(backend, IceServerIssuer(IceSettings(turn=turn)))
    names = []
    async with client_of(routes) as client:
        for method, path in (
            ("POST", "/front/whep"),
            ("OPTIONS", "/front/whep/session-1"),
            ("OPTIONS", "/front/whep"),
            ("OPTIONS", "/front/whep"),
        ):
            async with client.request(method, path, data=OFFER, headers=SDP) as response:
                stun, relay = response.headers.getall("Link")
                assert response.headers["Cache-Control"] == "no-store"
                assert stun == '<stun:t.example:3478>; rel="ice-server"'
                found = re.search(r'username="\d+:(\w+)"; credential="[^"]+"', relay)
                assert found is not None
                names.append(found[1])
    assert names[0] == names[1], "one session, one quota"
    assert len(set(names)) == 3


async def test_other_methods_and_bad_ids() -> None:
    async with client_of(whep_routes(Backend())) as client:
        for method, path, status in [
            ("GET", "/front/whep", 405),
            ("GET", "/front/whep/session-1", 405),
            ("PUT", "/front/whep", 405),
            ("POST", "/-front/whep", 404),
            ("POST", f"/{'x' * 65}/whep", 404),
            ("DELETE", "/front/whep/..%2f", 404),
        ]:
            async with client.request(method, path) as response:
                assert response.status == status
                if status == 405:
                    assert response.headers["Allow"]


async def test_everything_needs_a_token(backend: Backend) -> None:
    async with client_of(whep_routes(backend), authenticator=token_authenticator()) as client:
        for method, path in [
            ("POST", "/front/whep"),
            ("PATCH", "/front/whep/session-1"),
            ("DELETE", "/front/whep/session-1"),
        ]:
            async with client.request(method, path, data=OFFER, headers=SDP) as response:
                assert response.status == 401
    assert not backend.offers
    assert not backend.closed


def test_candidates_know_their_section() -> None:
    assert parse_fragment("s", f"m=a\na=mid:1\na={HOST}\nm=b\na={HOST}\n") == [
        Candidate("s", HOST, sdp_mid="1"),
        Candidate("s", HOST, sdp_m_line_index=0),
    ]


def test_links_without_credentials_are_plain() -> None:
    assert ice_server_links(IceServer(("stun:a", "stun:b"), "only a name")) == [
        '<stun:a>; rel="ice-server"',
        '<stun:b>; rel="ice-server"',
    ]


LINES = st.sampled_from(["m=x", "a=mid:", "a=" + HOST, "a=", "=", "a=end-of-candidates"])


@given(st.text() | st.lists(LINES).map("\n".join))
def test_any_fragment_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(Problem):
        assert parse_fragment("s", text)
