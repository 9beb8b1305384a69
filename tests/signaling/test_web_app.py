import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.signaling_server import SignalingServer, signaling_server

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def web_root(tmp_path: Path) -> Path:
    root = tmp_path / "dist"
    (root / "assets").mkdir(parents=True)
    (root / "index.html").write_text("<!doctype html><title>the app</title>")
    (root / "config.js").write_text("globalThis.x = 1")
    (root / "assets" / "index-abc123.js").write_text("export {}")
    (root / ".secret").write_text("secret")
    (tmp_path / "outside.txt").write_text("outside")
    (root / "link.txt").symlink_to(tmp_path / "outside.txt")
    return root


@pytest.fixture
async def server(web_root: Path) -> AsyncIterator[SignalingServer]:
    async with signaling_server(web_root=web_root, with_tokens=True) as running:
        yield running


@pytest.mark.parametrize(
    ("path", "kind", "cache"),
    [
        ("/", "text/html", "no-cache"),
        ("/index.html", "text/html", "no-cache"),
        ("/config.js", "javascript", "no-cache"),
        ("/assets/index-abc123.js", "javascript", "public, max-age=31536000, immutable"),
    ],
)
async def test_files_need_no_token(
    server: SignalingServer, path: str, kind: str, cache: str
) -> None:
    async with server.client.get(path) as response:
        assert response.status == 200
        assert response.content_type.endswith(kind)
        assert response.headers["Cache-Control"] == cache
        assert ("Content-Security-Policy" in response.headers) is (kind == "text/html")
        assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_pages_that_only_the_app_knows(server: SignalingServer) -> None:
    for path in ("/front", "/cameras/front", "/front/"):
        async with server.client.get(path, headers=HTML) as response:
            assert response.status == 200
            assert "the app" in await response.text()
            assert response.headers["Cache-Control"] == "no-cache"
        async with server.client.get(path, headers={"Accept": "application/json"}) as response:
            assert response.status == 404
    for path in ("/camera/front", "/drive/front", "/camera/front.1"):
        async with server.client.get(path, headers={"Accept": "*/*"}) as response:
            assert response.status == 200, "monitors and link previews take anything"


@pytest.mark.parametrize(
    "path",
    [
        "/favicon.ico",
        "/assets/gone-abc.js",
        "/assets/gone",
        "/assets",
        "/api/nothing",
        "/healthz/x",
        "/.secret",
        "/link.txt",
        "/..%2foutside.txt",
        "/%2e%2e/outside.txt",
        "/assets/..%2f..%2foutside.txt",
        "/%00",
        "/" + "x" * 5_000 + ".js",
    ],
)
async def test_what_is_not_a_page(server: SignalingServer, path: str) -> None:
    async with server.client.get(path, headers=HTML) as response:
        assert response.status == 404
        text = await response.text()
        assert "secret" not in text
        assert "outside" not in text


async def test_the_api_is_not_shadowed(server: SignalingServer) -> None:
    for path, status in [("/api/cameras", 401), ("/ws", 426), ("/healthz", 200)]:
        async with server.client.get(path, headers=HTML) as response:
            assert response.status == status
    async with server.client.get("/front/whep", headers=HTML) as response:
        assert response.status == 405


async def test_files_are_asked_for_again_cheaply(server: SignalingServer) -> None:
    async with server.client.get("/") as response:
        tag = response.headers["ETag"]
    async with server.client.get("/", headers={"If-None-Match": tag}) as response:
        assert response.status == 304


async def test_without_a_build_it_says_what_to_do(tmp_path: Path) -> None:
    root = tmp_path / "dist"
    async with signaling_server(web_root=root) as server:
        for path in ("/", "/front"):
            async with server.client.get(path, headers=HTML) as response:
                assert response.status == 503
                assert response.content_type == "text/html"
                assert "make setup" in await response.text()
        async with server.client.get("/api/cameras") as response:
            assert response.status == 200
        root.mkdir()
        (root / "index.html").write_text("built meanwhile")
        async with server.client.get("/") as response:
            assert await response.text() == "built meanwhile"


async def test_who_takes_it_gets_the_compressed_copy(
    server: SignalingServer, web_root: Path
) -> None:
    script = web_root / "assets" / "index-abc123.js"
    script.with_name(script.name + ".gz").write_bytes(gzip.compress(script.read_bytes()))
    for encoding in ("gzip", "identity"):
        async with server.client.get(
            f"/assets/{script.name}", headers={"Accept-Encoding": encoding}
        ) as response:
            assert response.headers.get("Content-Encoding", "identity") == encoding
            assert response.content_type.endswith("javascript")
            assert await response.text() == "export {}"
