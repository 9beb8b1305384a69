from aiohttp import web

from edge.settings import HttpSettings
from tests.support.http_server import client_of

FRIEND = "https://friend.example"


async def page(request: web.Request) -> web.Response:
    return web.Response(text="<p>", content_type="text/html")


async def stream(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    await response.write(b"x")
    return response


ROUTES = [web.get("/page", page), web.get("/stream", stream)]


async def test_every_answer_is_narrowed() -> None:
    async with client_of(ROUTES) as client:
        for path in ("/page", "/stream", "/nowhere"):
            async with client.get(path) as response:
                assert response.headers["X-Content-Type-Options"] == "nosniff"
                assert response.headers["Server"] == "Peerlens"
                assert response.headers["Referrer-Policy"] == "no-referrer"
                assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
                assert ("Content-Security-Policy" in response.headers) is (path == "/page")


async def test_the_csp_suits_live_video() -> None:
    async with client_of(ROUTES) as client:
        async with client.get("/page", headers={"Host": "localhost:8080"}) as response:
            rules = dict(
                rule.split(" ", 1)
                for rule in response.headers["Content-Security-Policy"].split("; ")
            )
        assert rules["default-src"] == "'self'"
        assert "script-src" not in rules
        assert rules["connect-src"] == "'self' ws://localhost:8080 wss://localhost:8080"
        assert {"blob:", "mediastream:"} <= set(rules["media-src"].split())
        assert {"blob:", "data:"} <= set(rules["img-src"].split())
        assert rules["object-src"] == "'none'"
        assert rules["frame-ancestors"] == "'self'"


async def test_a_host_header_cannot_add_rules() -> None:
    http = HttpSettings(port=0, allowed_hosts=("x",))
    async with client_of(ROUTES, http=http) as client:
        for host in ("x;script-src *", "x *", "x'"):
            async with client.get("/page", headers={"Host": host}) as response:
                assert "script-src" not in response.headers.get("Content-Security-Policy", "")


async def test_configured_pages_may_show_a_stream_in_an_image() -> None:
    http = HttpSettings(port=0, allowed_origins=(FRIEND,))
    async with client_of(ROUTES, http=http) as client:
        for referer, policy in [
            (FRIEND + "/", "cross-origin"),
            ("https://stranger.example/", "same-origin"),
        ]:
            async with client.get("/stream", headers={"Referer": referer}) as response:
                assert response.headers["Cross-Origin-Resource-Policy"] == policy
        async with client.get("/page") as response:
            assert f"frame-ancestors 'self' {FRIEND}" in response.headers["Content-Security-Policy"]
