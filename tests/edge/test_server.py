import asyncio
import logging
import socket

import pytest
from aiohttp import ClientSession, web

from edge.app import build_app
from edge.auth import Authenticator
from edge.errors import ListenError
from edge.server import serving
from edge.settings import HttpSettings
from edge.stopping import STOPPING
from tests.support.http_server import client_of


async def hello(request: web.Request) -> web.Response:
    return web.Response(text="hello")


def app_of(*routes: web.RouteDef) -> web.Application:
    return build_app(HttpSettings(), Authenticator(), routes)


async def test_the_url_has_the_real_port() -> None:
    async with serving(app_of(web.get("/", hello)), HttpSettings(port=0)) as url:
        assert url.port not in (None, 0)
        async with ClientSession() as client, client.get(url) as response:
            assert await response.text() == "hello"


@pytest.mark.parametrize("address", ["127.0.0.1", "[::1]"])
async def test_two_colons_are_every_address_of_both_kinds(address: str) -> None:
    async with serving(app_of(web.get("/", hello)), HttpSettings(host="::", port=0)) as url:
        origin = f"http://{address}:{url.port}/"
        async with ClientSession() as client, client.get(origin) as response:
            assert await response.text() == "hello"


async def test_a_port_in_use_is_one_readable_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ListenError) as caught:
            async with serving(app_of(), HttpSettings(port=port)):
                pass
    assert str(caught.value) == (
        f"cannot listen on 127.0.0.1:{port}: the port is in use; choose another"
    )


@pytest.mark.parametrize(
    ("host", "complaint"),
    [
        ("192.0.2.1", "this machine does not have that address"),
        ("no-such-host.invalid", "the host name is unknown"),
    ],
)
async def test_a_wrong_address_is_one_readable_line(host: str, complaint: str) -> None:
    with pytest.raises(ListenError, match=complaint):
        async with serving(app_of(), HttpSettings(host=host, port=0)):
            pass


async def test_stopping_has_a_deadline_and_tells_handlers() -> None:
    told = asyncio.Event()
    stuck = asyncio.Event()
    ended: list[str] = []

    async def polite(request: web.Request) -> web.Response:
        with request.app[STOPPING].calling(told.set):
            stuck.set()
            await told.wait()
        return web.Response(text="bye")

    async def deaf(request: web.Request) -> web.Response:
        stuck.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("deaf")
        raise AssertionError

    loop = asyncio.get_running_loop()
    async with ClientSession() as client:
        async with serving(
            app_of(web.get("/polite", polite), web.get("/deaf", deaf)),
            HttpSettings(port=0),
            stop_timeout_s=0.3,
        ) as url:
            requests = []
            for path in ("polite", "deaf"):
                stuck.clear()
                requests.append(asyncio.create_task(client.get(url / path)))
                await stuck.wait()
            started = loop.time()
        assert loop.time() - started < 2.0
        answers = await asyncio.gather(*requests, return_exceptions=True)
        assert not isinstance(answers[0], Exception)
        assert isinstance(answers[1], Exception)
        assert ended == ["deaf"]


async def test_the_access_log_holds_no_secrets(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "edge")
    async with client_of([web.get("/hello", hello)]) as client:
        headers = {"Authorization": "Bearer secret-1", "Cookie": "secret-2"}
        async with client.get("/hello?token=secret-3#secret-4", headers=headers) as response:
            assert response.status == 200
    assert "GET /hello -> 200" in caplog.text
    assert "secret" not in caplog.text


async def test_nonsense_is_one_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "edge")
    async with serving(app_of(), HttpSettings(port=0)) as url:
        reader, writer = await asyncio.open_connection(url.host, url.port)
        writer.write(b"GET /?token=secret HTTP/1.1\r\nHost: a\r\nBad Header: secret\r\n\r\n")
        assert b" 400 " in await reader.readline()
        writer.close()
    assert "Traceback" not in caplog.text
    assert "Error handling request" in caplog.text
    assert "secret" not in caplog.text


async def test_a_client_that_leaves_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "edge")
    ended = asyncio.Event()

    async def stream(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b"x" * 100_000)
        finally:
            ended.set()

    async with serving(app_of(web.get("/stream", stream)), HttpSettings(port=0)) as url:
        async with ClientSession() as client, client.get(url / "stream") as response:
            await response.content.read(10)
        async with asyncio.timeout(5):
            await ended.wait()
    assert "Traceback" not in caplog.text
