import pytest
from aiohttp import ClientSession, WSServerHandshakeError, web

from edge.origins import normal_origin
from edge.settings import HttpSettings
from tests.support.http_server import client_of
from tests.support.tokens import token_authenticator

FRIEND = "https://friend.example"
STRANGER = "https://stranger.example"
HTTP = HttpSettings(port=0, allowed_origins=(FRIEND + "/",), allowed_hosts=("cam.example",))


async def hello(request: web.Request) -> web.Response:
    return web.Response(text="hello")


async def socket(request: web.Request) -> web.StreamResponse:
    response = web.WebSocketResponse()
    await response.prepare(request)
    await response.close()
    return response


ROUTES = [web.get("/hello", hello), web.post("/hello", hello), web.get("/ws", socket)]


def own_origin(client: ClientSession) -> str:
    return str(client._base_url).rstrip("/")


async def status(client: ClientSession, method: str, path: str, **headers: str) -> int:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    async with client.request(method, path, headers=names) as response:
        return response.status


@pytest.mark.parametrize(
    ("origin", "normal"),
    [
        ("HTTPS://Example.ORG:443", "https://example.org"),
        ("http://example.org:80/", "http://example.org"),
        ("http://example.org:8080", "http://example.org:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("null", None),
        ("file://", None),
        ("http://", None),
        ("http://a:b", None),
        ("", None),
    ],
)
def test_origins_are_compared_in_one_form(origin: str, normal: str | None) -> None:
    assert normal_origin(origin) == normal


async def test_what_acts_needs_a_known_origin() -> None:
    async with client_of(ROUTES, http=HTTP) as client:
        assert await status(client, "POST", "/hello") == 200
        assert await status(client, "POST", "/hello", Origin=own_origin(client)) == 200
        assert await status(client, "POST", "/hello", Origin=FRIEND) == 200
        for stranger in (STRANGER, "null", "nonsense", FRIEND + ".evil.example"):
            assert await status(client, "POST", "/hello", Origin=stranger) == 403
        assert await status(client, "GET", "/hello", Origin=STRANGER) == 200


async def test_websockets_check_the_origin() -> None:
    async with client_of(ROUTES, http=HTTP) as client:
        for origin in (None, FRIEND, own_origin(client)):
            async with client.ws_connect("/ws", origin=origin):
                pass
        with pytest.raises(WSServerHandshakeError) as caught:
            await client.ws_connect("/ws", origin=STRANGER)
        assert caught.value.status == 403


async def test_behind_a_tls_proxy_the_own_page_is_https() -> None:
    async with client_of(ROUTES, http=HTTP) as client:
        headers = {"Host": "cam.example", "Origin": "https://cam.example"}
        assert await status(client, "POST", "/hello", **headers) == 200


async def test_configured_origins_may_read_answers() -> None:
    async with client_of(ROUTES, http=HTTP) as client:
        async with client.get("/hello", headers={"Origin": FRIEND}) as response:
            assert response.headers["Access-Control-Allow-Origin"] == FRIEND
            exposed = response.headers["Access-Control-Expose-Headers"]
            assert all(name in exposed for name in ("Location", "Link", "ETag"))
            assert "Origin" in response.headers.getall("Vary")
            assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        async with client.get("/hello", headers={"Origin": STRANGER}) as response:
            assert "Access-Control-Allow-Origin" not in response.headers
            assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        # Problems are readable too.
        async with client.get("/nowhere", headers={"Origin": FRIEND}) as response:
            assert response.headers["Access-Control-Allow-Origin"] == FRIEND


async def test_preflights_are_answered_for_configured_origins_only() -> None:
    headers = {
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization,content-type",
        "Access-Control-Request-Private-Network": "true",
    }
    async with client_of(ROUTES, http=HTTP, authenticator=token_authenticator()) as client:
        async with client.options("/hello", headers={"Origin": FRIEND, **headers}) as response:
            assert response.status == 204
            assert "PATCH" in response.headers["Access-Control-Allow-Methods"]
            assert "Authorization" in response.headers["Access-Control-Allow-Headers"]
            assert response.headers["Access-Control-Allow-Origin"] == FRIEND
            assert response.headers["Access-Control-Allow-Private-Network"] == "true"
        async with client.options("/hello", headers={"Origin": STRANGER, **headers}) as response:
            assert response.status == 403
            assert "Access-Control-Allow-Origin" not in response.headers


async def test_an_open_loopback_server_knows_its_names() -> None:
    async with client_of(ROUTES, http=HTTP) as client:
        for host in ("localhost", "LOCALHOST:99", "127.0.0.1:8080", "127.9.9.9", "[::1]:80"):
            assert await status(client, "GET", "/hello", Host=host) == 200
        assert await status(client, "GET", "/hello", Host="cam.example:444") == 200
        for host in (
            "rebound.example",
            "rebound.example:8080",
            "192.0.2.1",
            "localhost.evil.example",
        ):
            assert await status(client, "GET", "/hello", Host=host) == 403


async def test_with_tokens_any_name_will_do() -> None:
    async with client_of(ROUTES, http=HTTP, authenticator=token_authenticator()) as client:
        assert await status(client, "GET", "/hello", Host="any.example") == 200
