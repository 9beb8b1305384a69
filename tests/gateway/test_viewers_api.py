"""Who watches what, asked over HTTP."""

from typing import Any

import pytest
from aiohttp import ClientSession

from edge.app import build_app
from edge.auth import Authenticator
from edge.roles import Role
from edge.server import serving
from edge.settings import HttpSettings
from gateway.gateway import Gateway
from gateway.viewers_api import shortened, viewer_routes
from tests.gateway.test_peers import to
from tests.support.polling import until
from tests.support.tokens import bearer, token_authenticator
from tests.support.viewer import watching

SESSION = "0f2d9a84-51a8-4a44-9f6e-0d3c5f3f8a11"


async def test_admins_see_how_each_viewer_fares(gateway: Gateway) -> None:
    http = HttpSettings(port=0)
    app = build_app(http, Authenticator(), viewer_routes(gateway))
    async with serving(app, http) as url, ClientSession(url) as client:

        async def viewers() -> list[dict[str, Any]]:
            async with client.get("/api/viewers") as response:
                assert response.status == 200
                assert response.headers["Cache-Control"] == "no-store"
                listed: list[dict[str, Any]] = await response.json()
                return listed

        assert await viewers() == []
        async with watching(to(gateway, SESSION)) as viewer:
            await viewer.frames_more(10)
            [listed] = await viewers()
            delivery = listed.pop("delivery")
            assert delivery["quality"] == "high"
            assert delivery["resent"] >= 0
            assert delivery["path"].startswith("host/")
            assert 0 < listed.pop("packets") < listed.pop("bytes")
            assert listed.pop("watchedS") > 0
            assert listed == {"session": "0f2d9a84", "camera": "front", "state": "connected"}
        await until(lambda: len(gateway.peers) == 0, "the peer to end")
        assert await viewers() == []


@pytest.mark.parametrize(
    ("role", "status", "slug"),
    [(None, 401, "unauthorized"), (Role.VIEWER, 403, "forbidden"), (Role.DRIVER, 403, "forbidden")],
)
async def test_nobody_else_sees_them(
    gateway: Gateway, role: Role | None, status: int, slug: str
) -> None:
    http = HttpSettings(port=0)
    app = build_app(http, token_authenticator(), viewer_routes(gateway))
    headers = bearer(role) if role else {}
    async with (
        serving(app, http) as url,
        ClientSession(url) as client,
        client.get("/api/viewers", headers=headers) as response,
    ):
        assert response.status == status
        problem = await response.json(content_type="application/problem+json")
        assert problem["type"] == f"urn:peerlens:problem:{slug}"


@pytest.mark.parametrize("session", ["s", "s1", "short-1", SESSION, "f" * 32, "x" * 64])
def test_most_of_a_session_stays_secret(session: str) -> None:
    shown = shortened(session)
    assert session.startswith(shown)
    assert len(shown) <= min(8, len(session) / 3)
