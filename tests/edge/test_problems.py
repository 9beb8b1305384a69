import asyncio
import logging

import pytest
from aiohttp import ClientError, web

from edge.problems import Problem
from tests.support.http_server import client_of


async def refuse(request: web.Request) -> web.Response:
    raise Problem(503, "too-many-viewers", "come back later", headers={"Retry-After": "5"})


async def fail(request: web.Request) -> web.Response:
    raise KeyError("the password is hunter2")


async def redirect(request: web.Request) -> web.Response:
    raise web.HTTPFound("/elsewhere")


async def read(request: web.Request) -> web.Response:
    return web.Response(body=await request.read())


async def break_off(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    await response.write(b"half of")
    raise Problem(500, "internal-error", "too late")


ROUTES = [
    web.get("/refuse", refuse),
    web.get("/fail", fail),
    web.get("/redirect", redirect),
    web.post("/read", read),
    web.get("/break", break_off),
]


async def test_a_problem_is_told_as_rfc_9457() -> None:
    async with client_of(ROUTES) as client, client.get("/refuse") as response:
        assert response.status == 503
        assert response.headers["Content-Type"].startswith("application/problem+json")
        assert response.headers["Retry-After"] == "5"
        assert await response.json(content_type=None) == {
            "type": "urn:peerlens:problem:too-many-viewers",
            "title": "Service Unavailable",
            "status": 503,
            "detail": "come back later",
        }


@pytest.mark.parametrize(
    ("method", "path", "status", "slug"),
    [
        ("GET", "/nowhere", 404, "not-found"),
        ("DELETE", "/refuse", 405, "method-not-allowed"),
        ("POST", "/read", 413, "payload-too-large"),
    ],
)
async def test_what_aiohttp_refuses_has_the_same_form(
    method: str, path: str, status: int, slug: str
) -> None:
    async with (
        client_of(ROUTES, client_max_size=1_000) as client,
        client.request(method, path, data=b"x" * 2_000) as response,
    ):
        assert response.status == status
        body = await response.json(content_type="application/problem+json")
        assert body["type"] == f"urn:peerlens:problem:{slug}"
        if status == 405:
            assert "GET" in response.headers["Allow"]


async def test_the_unexpected_is_logged_and_tells_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with client_of(ROUTES) as client, client.get("/fail?token=secret") as response:
        text = await response.text()
        assert response.status == 500
        assert "hunter2" not in text
        assert "KeyError" not in text
    assert "hunter2" in caplog.text
    assert "secret" not in caplog.text


async def test_redirects_pass() -> None:
    async with (
        client_of(ROUTES) as client,
        client.get("/redirect", allow_redirects=False) as response,
    ):
        assert response.status == 302


async def test_a_response_that_has_started_is_broken_off(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.CRITICAL, "aiohttp")
    async with client_of(ROUTES) as client, asyncio.timeout(5):
        with pytest.raises(ClientError):
            async with client.get("/break") as response:
                await response.read()
