"""WHIP's HTTP, against real servers that answer well and badly."""

import asyncio
import contextlib
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from aiohttp import web
from yarl import URL

from gateway.output import whip_client
from gateway.output.errors import BadAnswer, OutputError, Refused, Unreachable
from gateway.output.whip_client import (
    MAX_ANSWER_BYTES,
    MAX_REDIRECTS,
    Created,
    WhipClient,
    new_session,
    shown,
)
from gateway.settings import WhipSettings
from protocol.messages import IceServer
from tests.support.program import free_port

SECRET = "secret-for-tests"
ANSWER = "v=0\r\nm=video 9 X 0\r\n"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def created(location: str | None = "/session/1", **headers: str) -> web.Response:
    if location is not None:
        headers["Location"] = location
    return web.Response(status=201, text=ANSWER, content_type="application/sdp", headers=headers)


class Server:
    """Answers every request with what is set, and keeps what it was asked."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[web.Request] = []
        self.bodies: list[bytes] = []
        self.respond: Handler = self._created

    async def _created(self, _: web.Request) -> web.StreamResponse:
        return created()

    def answers(self, make: Callable[[], web.Response]) -> None:
        async def respond(_: web.Request) -> web.StreamResponse:
            return make()

        self.respond = respond

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        self.bodies.append(await request.read())
        return await self.respond(request)

    def authorizations(self) -> list[str | None]:
        return [request.headers.get("Authorization") for request in self.asked]


@contextlib.asynccontextmanager
async def serving() -> AsyncIterator[Server]:
    server = Server()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield server
    finally:
        await runner.cleanup()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with serving() as running:
        yield running


async def offer(url: str, token: str | None = SECRET) -> Created:
    async with new_session() as session:
        return await WhipClient(session, WhipSettings(whip=url, token=token)).offer("v=0 offer")


async def refused(url: str, token: str | None = SECRET) -> OutputError:
    """Offer, and return why that failed; it must not tell what is secret."""
    with pytest.raises(OutputError) as caught:
        await offer(url, token)
    assert SECRET not in str(caught.value)
    assert "hidden" not in str(caught.value)
    return caught.value


async def test_the_offer_and_what_comes_back(server: Server) -> None:
    links = '<stun:a>; rel="ice-server", <turn:b>; rel="ice-server"; username="u"; credential="c"'
    server.answers(lambda: created("../session/1?x=1#y", Link=links))
    result = await offer(f"{server.url}/hidden/whip/front")
    assert result == Created(
        ANSWER,
        URL(f"{server.url}/hidden/session/1?x=1"),
        (IceServer(("stun:a",)), IceServer(("turn:b",), "u", "c")),
    )
    [request] = server.asked
    assert (request.method, request.content_type) == ("POST", "application/sdp")
    assert request.headers["Authorization"] == f"Bearer {SECRET}"
    assert server.bodies == [b"v=0 offer"]


async def test_without_a_token_there_is_no_header(server: Server) -> None:
    await offer(server.url, token=None)
    assert server.authorizations() == [None]


@pytest.mark.parametrize("location", [None, "", "ftp://x/y", "http://127.0.0.1:9/x", "http://["])
async def test_a_session_without_an_address_cannot_be_ended_and_is_taken(
    server: Server, location: str | None
) -> None:
    server.answers(lambda: created(location))
    assert (await offer(f"{server.url}/whip")).session is None


@pytest.mark.parametrize("status", [307, 308])
async def test_redirects_are_followed(server: Server, status: int) -> None:
    async def respond(request: web.Request) -> web.StreamResponse:
        if request.path == "/whip":
            return web.Response(status=status, headers={"Location": "elsewhere/whip?a=b"})
        return created("session/1")

    server.respond = respond
    result = await offer(f"{server.url}/whip")
    assert result.session == URL(f"{server.url}/elsewhere/session/1")
    assert server.bodies == [b"v=0 offer"] * 2
    assert server.authorizations() == [f"Bearer {SECRET}"] * 2


async def test_the_token_does_not_go_to_another_origin(server: Server) -> None:
    async with serving() as other:
        server.answers(lambda: web.Response(status=307, headers={"Location": f"{other.url}/whip"}))
        result = await offer(f"{server.url}/whip")
        assert result.session == URL(f"{other.url}/session/1")
        assert other.authorizations() == [None]
        assert other.bodies == [b"v=0 offer"]
        other.answers(lambda: web.Response(status=401))
        error = await refused(f"{server.url}/whip")
        assert isinstance(error, Refused)
        assert "not given to another origin" in str(error)
        async with new_session() as session:
            client = WhipClient(session, WhipSettings(whip=server.url, token=SECRET))
            other.answers(web.Response)
            await client.end(URL(f"{other.url}/session/1"))
        assert other.authorizations() == [None] * 3


async def test_a_chain_of_redirects_has_an_end(server: Server) -> None:
    server.answers(lambda: web.Response(status=308, headers={"Location": "/again"}))
    error = await refused(f"{server.url}/whip")
    assert isinstance(error, Refused)
    assert len(server.asked) == MAX_REDIRECTS + 1


@pytest.mark.parametrize("location", [None, "file:///etc/passwd", "gopher://x", "//["])
async def test_a_redirect_to_nowhere_is_refused(server: Server, location: str | None) -> None:
    headers = {} if location is None else {"Location": location}
    server.answers(lambda: web.Response(status=307, headers=headers))
    assert isinstance(await refused(f"{server.url}/whip"), BadAnswer)
    assert len(server.asked) == 1


async def test_names_and_passwords_in_a_redirect_are_not_used(server: Server) -> None:
    port = URL(server.url).port

    async def respond(request: web.Request) -> web.StreamResponse:
        if request.path == "/whip":
            target = f"http://user:hidden@127.0.0.1:{port}/other"
            return web.Response(status=307, headers={"Location": target})
        return created()

    server.respond = respond
    await offer(f"{server.url}/whip", token=None)
    assert server.authorizations() == [None, None]


def test_encryption_is_not_given_up() -> None:
    url = URL("https://sfu.example.org/whip")
    with pytest.raises(Refused, match="not encrypted"):
        whip_client._target(url, {"Location": "http://sfu.example.org/whip"})
    assert whip_client._session_url(url, {"Location": "http://sfu.example.org/1"}) is None


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (200, Refused, "expected 201"),
        (204, Refused, "expected 201"),
        (301, Refused, "use 307"),
        (302, Refused, "use 307"),
        (400, Refused, "is it a WHIP endpoint"),
        (401, Refused, "does not accept the token"),
        (403, Refused, "does not accept the token"),
        (404, Refused, "check the path"),
        (405, Refused, "takes no POST"),
        (406, Refused, "neither H.264"),
        (415, Refused, "takes no application/sdp"),
        (408, Unreachable, "answered 408"),
        (409, Unreachable, "answered 409"),
        (429, Unreachable, "answered 429"),
        (500, Unreachable, "answered 500"),
        (503, Unreachable, "answered 503"),
    ],
)
async def test_each_status_has_its_reason(
    server: Server, status: int, kind: type[OutputError], words: str
) -> None:
    server.answers(
        lambda: (
            web.Response(
                status=status,
                text=f"no, not with {SECRET}",
                headers={"Location": f"{server.url}/x"},
            )
            if status != 204
            else web.Response(status=204)
        )
    )
    error = await refused(f"{server.url}/hidden?key=hidden")
    assert type(error) is kind
    assert words in str(error)
    assert error.needs_a_person == (kind is Refused)
    assert len(server.asked) == 1


async def test_a_token_that_is_missing_is_asked_for(server: Server) -> None:
    server.answers(lambda: web.Response(status=401))
    assert "set token" in str(await refused(server.url, token=None))


@pytest.mark.parametrize(
    ("text", "least_s", "most_s"),
    [
        ("7", 7, 7),
        (" 120 ", 120, 120),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0, 0),
        ("9" * 400, 1e8, 1e10),
    ],
)
async def test_how_long_to_wait_is_read(
    server: Server, text: str, least_s: float, most_s: float
) -> None:
    server.answers(lambda: web.Response(status=503, headers={"Retry-After": text}))
    error = await refused(server.url)
    assert error.retry_after_s is not None
    assert least_s <= error.retry_after_s <= most_s


async def test_a_date_to_wait_for_is_read(server: Server) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=3_000), usegmt=True)
    server.answers(lambda: web.Response(status=503, headers={"Retry-After": date}))
    error = await refused(server.url)
    assert error.retry_after_s is not None
    assert 2_900 <= error.retry_after_s <= 3_000


@pytest.mark.parametrize("text", ["", "soon", "-1", "1e9", "Thu, 99 Jan 1970 00:00:00 GMT", "²"])
async def test_what_is_no_time_is_ignored(server: Server, text: str) -> None:
    assert whip_client._retry_after_s(text, 0.0) is None


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: web.Response(status=201, text=ANSWER), "another type"),
        (lambda: web.Response(status=201, content_type="application/json"), "another type"),
        (
            lambda: web.Response(
                status=201, body=b"v" * (MAX_ANSWER_BYTES + 1), content_type="application/sdp"
            ),
            "more than",
        ),
        (
            lambda: web.Response(status=201, body=b"v=0\xff", content_type="application/sdp"),
            "not UTF-8",
        ),
        (
            lambda: web.Response(
                status=201,
                body=gzip.compress(b"v" * 10_000_000),
                content_type="application/sdp",
                headers={"Content-Encoding": "gzip"},
            ),
            "not UTF-8",
        ),
    ],
)
async def test_answers_that_are_none(
    server: Server, make: Callable[[], web.Response], words: str
) -> None:
    server.answers(make)
    error = await refused(server.url)
    assert isinstance(error, BadAnswer)
    assert words in str(error)


async def test_an_answer_without_end_is_not_read_to_it(server: Server) -> None:
    async def respond(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=201, headers={"Content-Type": "application/sdp"})
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):
            while True:
                await response.write(b"v" * 10_000)
        return response

    server.respond = respond
    assert "more than" in str(await refused(server.url))


@pytest.mark.parametrize("after_headers", [False, True])
async def test_a_slow_server_has_a_deadline(
    server: Server, monkeypatch: pytest.MonkeyPatch, after_headers: bool
) -> None:
    monkeypatch.setattr(whip_client, "OFFER_TIMEOUT_S", 0.3)

    async def respond(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=201, headers={"Content-Type": "application/sdp"})
        if after_headers:
            await response.prepare(request)
        await asyncio.sleep(60)
        return response

    server.respond = respond
    error = await refused(server.url)
    assert isinstance(error, Unreachable)
    assert "no answer in 0.3 s" in str(error)


async def test_nobody_there() -> None:
    error = await refused(f"http://127.0.0.1:{free_port()}/hidden")
    assert isinstance(error, Unreachable)
    assert str(error).endswith("/…: Connection refused")


@pytest.mark.parametrize("answer", [b"", b"garbage\r\n\r\n", b"HTTP/1.1 201\r\n" + b"a" * 20_000])
async def test_what_is_no_http(answer: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1_000)
        writer.write(answer)
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        assert isinstance(await refused(f"http://127.0.0.1:{port}/hidden"), Unreachable)


async def test_a_server_that_is_not_encrypted_though_it_should_be(server: Server) -> None:
    error = await refused(server.url.replace("http:", "https:"))
    assert isinstance(error, OutputError)
    assert "https://127.0.0.1" in str(error)


@pytest.mark.parametrize("status", [200, 204, 404])
async def test_a_session_is_ended(server: Server, status: int) -> None:
    server.answers(lambda: web.Response(status=status))
    async with new_session() as session:
        client = WhipClient(session, WhipSettings(whip=server.url, token=SECRET))
        await client.end(URL(f"{server.url}/session/1"))
    [request] = server.asked
    assert (request.method, request.path) == ("DELETE", "/session/1")
    assert request.headers["Authorization"] == f"Bearer {SECRET}"


async def test_an_end_that_is_refused_or_late(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whip_client, "END_TIMEOUT_S", 0.3)

    async def hang(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(60)
        return web.Response()

    async with new_session() as session:
        client = WhipClient(session, WhipSettings(whip=server.url, token=SECRET))
        server.answers(lambda: web.Response(status=500))
        with pytest.raises(Unreachable, match="with 500"):
            await client.end(URL(f"{server.url}/hidden"))
        server.respond = hang
        with pytest.raises(Unreachable, match="in time"):
            await client.end(URL(f"{server.url}/hidden"))
        with pytest.raises(Unreachable, match="cannot connect"):
            await client.end(URL(f"http://127.0.0.1:{free_port()}/hidden"))


@pytest.mark.parametrize(
    ("url", "seen"),
    [
        ("https://sfu.example.org", "https://sfu.example.org"),
        ("https://sfu.example.org/", "https://sfu.example.org"),
        ("http://10.0.0.2:8889/secret/whip", "http://10.0.0.2:8889/…"),
        ("http://[::1]:8889/?key=secret", "http://[::1]:8889/…"),
    ],
)
def test_what_may_be_seen_of_an_address(url: str, seen: str) -> None:
    assert shown(URL(url)) == seen


@pytest.mark.parametrize(
    ("url", "on_loopback"),
    [
        ("http://127.0.0.1:8889/whip", True),
        ("http://localhost/whip", True),
        ("http://[::1]/whip", True),
        ("https://sfu.example.org/whip", False),
        ("http://10.0.0.2/whip", False),
        ("http://localhost.example.org/whip", False),
    ],
)
async def test_a_server_on_this_machine_is_known(url: str, on_loopback: bool) -> None:
    async with new_session() as session:
        assert WhipClient(session, WhipSettings(whip=url)).on_loopback is on_loopback
