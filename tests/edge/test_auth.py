import asyncio
import base64

import pytest
from aiohttp import web

from edge.auth import AUTHENTICATOR, Authenticator, Role, token_in
from edge.problems import Problem
from tests.support.clock import Clock
from tests.support.http_server import client_of
from tests.support.tokens import bearer, known_tokens, token_authenticator


async def watch(request: web.Request) -> web.Response:
    role = await request.app[AUTHENTICATOR].require(request, Role.VIEWER, offer_basic=True)
    return web.Response(text=role)


async def drive(request: web.Request) -> web.Response:
    return web.Response(text=await request.app[AUTHENTICATOR].require(request, Role.DRIVER))


async def serve(request: web.Request) -> web.Response:
    return web.Response(text=await request.app[AUTHENTICATOR].require(request, Role.GATEWAY))


ROUTES = [
    web.get("/watch", watch),
    web.post("/watch", watch),
    web.get("/drive", drive),
    web.get("/serve", serve),
]


def basic(password: str) -> dict[str, str]:
    credentials = base64.b64encode(f"anybody:{password}".encode()).decode()
    return {"Authorization": f"Basic {credentials}"}


async def test_an_open_server_asks_for_nothing() -> None:
    async with client_of(ROUTES) as client:
        for path, role in [("/watch", "admin"), ("/drive", "admin"), ("/serve", "gateway")]:
            for headers in ({}, {"Authorization": "Nonsense"}, bearer(Role.VIEWER)):
                async with client.get(path, headers=headers) as response:
                    assert (response.status, await response.text()) == (200, role)


async def test_tokens_give_roles() -> None:
    async with client_of(ROUTES, authenticator=token_authenticator()) as client:
        for path, role, status in [
            ("/watch", Role.VIEWER, 200),
            ("/watch", Role.ADMIN, 200),
            ("/drive", Role.VIEWER, 403),
            ("/drive", Role.DRIVER, 200),
            ("/serve", Role.ADMIN, 403),
            ("/serve", Role.GATEWAY, 200),
            ("/watch", Role.DEVICE, 403),
        ]:
            async with client.get(path, headers=bearer(role)) as response:
                assert response.status == status
                if status == 403:
                    assert (await response.json())["type"] == "urn:peerlens:problem:forbidden"


async def test_basic_carries_a_token_too() -> None:
    token = known_tokens().by_role[Role.VIEWER]
    async with client_of(ROUTES, authenticator=token_authenticator()) as client:
        async with client.get("/watch", headers=basic(token)) as response:
            assert await response.text() == "viewer"
        async with client.get("/watch", headers=basic("wrong")) as response:
            assert response.status == 401


async def test_only_media_asks_for_basic_and_only_get() -> None:
    async with client_of(ROUTES, authenticator=token_authenticator()) as client:
        for method, path, offers_basic in [
            ("GET", "/watch", True),
            ("POST", "/watch", False),
            ("GET", "/drive", False),
        ]:
            async with client.request(method, path) as response:
                assert response.status == 401
                challenges = response.headers.getall("WWW-Authenticate")
                assert challenges[0] == 'Bearer realm="Peerlens"'
                assert ('Basic realm="Peerlens"' in challenges) is offers_basic
                assert (await response.json())["type"] == "urn:peerlens:problem:unauthorized"


@pytest.mark.parametrize(
    "header",
    ["Bearer", "Bearer ", "Basic", "Basic !!!", "Basic /w==", "Digest x", "x" * 1000],
)
async def test_damaged_headers_are_unauthorized(header: str) -> None:
    async with (
        client_of(ROUTES, authenticator=token_authenticator()) as client,
        client.get("/watch", headers={"Authorization": header}) as response,
    ):
        assert response.status == 401


def test_schemes_are_read_without_case() -> None:
    assert token_in("bearer abc") == "abc"
    assert token_in("BASIC " + base64.b64encode(b"a:b:c").decode()) == "b:c"
    assert token_in(None) is None


async def test_wrong_guesses_wait_and_right_ones_do_not() -> None:
    clock = Clock()
    authenticator = Authenticator(known_tokens(), clock=clock)
    right = known_tokens().by_role[Role.VIEWER]
    loop = asyncio.get_running_loop()
    waits = []
    for _ in range(3):
        started = loop.time()
        with pytest.raises(Problem) as caught:
            await authenticator.role_of_token("wrong", "192.0.2.1")
        assert caught.value.status == 401
        waits.append(loop.time() - started)
        clock.advance(waits[-1])
    assert 0.04 < waits[0] < waits[1] < waits[2]
    started = loop.time()
    assert await authenticator.role_of_token(right, "192.0.2.1") is Role.VIEWER
    assert loop.time() - started < 0.3


async def test_too_many_guesses_at_once_are_turned_away() -> None:
    authenticator = Authenticator(known_tokens(), clock=Clock())
    guesses = [
        asyncio.create_task(authenticator.role_of_token("wrong", "192.0.2.1")) for _ in range(20)
    ]
    await asyncio.sleep(0)
    refused = [guess.exception() for guess in guesses if guess.done()]
    assert len(refused) == 4
    for problem in refused:
        assert isinstance(problem, Problem)
        assert (problem.status, problem.slug) == (429, "too-many-guesses")
        assert int(problem.headers["Retry-After"]) >= 1
    # Neither others nor somebody with a right token wait for that.
    right = known_tokens().by_role[Role.ADMIN]
    assert await authenticator.role_of_token(right, "192.0.2.1") is Role.ADMIN
    for guess in guesses:
        guess.cancel()
    await asyncio.gather(*guesses, return_exceptions=True)


async def test_no_token_is_no_guess() -> None:
    authenticator = token_authenticator()
    for _ in range(100):
        with pytest.raises(Problem, match="a token is needed"):
            await authenticator.role_of_token(None, "192.0.2.1")
