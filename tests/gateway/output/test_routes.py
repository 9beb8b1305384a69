"""What is published where, asked over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from edge.roles import Role
from gateway.output.lifecycle import OutputState
from gateway.output.routes import output_routes
from gateway.quality import Quality
from tests.gateway.output.test_output import in_state, publishing
from tests.support.http_server import client_of
from tests.support.tokens import bearer, token_authenticator
from tests.support.whip_server import WhipServer, whip_server


async def test_admins_see_each_output_without_its_secrets() -> None:
    server = WhipServer()
    async with whip_server(server), publishing(server.url, "http://127.0.0.1:9") as gateway:
        live, dead = gateway.outputs.all
        await in_state(live, OutputState.LIVE)
        await in_state(dead, OutputState.FAILED)
        await server.newest().frames_more(10)
        async with (
            client_of(output_routes(gateway.outputs)) as client,
            client.get("/api/outputs") as response,
        ):
            assert response.status == 200
            assert response.headers["Cache-Control"] == "no-store"
            first, second = await response.json()
    assert since_now(first) < timedelta(minutes=1)
    assert since_now(second) < timedelta(minutes=1)
    delivery = first.pop("delivery")
    assert delivery["quality"] in list(Quality)
    assert delivery["path"].startswith("host/")
    assert 0 < first.pop("packets") < first.pop("bytes")
    origin = server.url.removesuffix("/whip/front")
    assert first == {
        "camera": "front",
        "output": 0,
        "url": f"{origin}/…",
        "state": "live",
        "attempts": 1,
    }
    assert second.pop("attempts") >= 1
    assert second == {
        "camera": "front",
        "output": 1,
        "url": "http://127.0.0.1:9",
        "state": "failed",
        "packets": 0,
        "bytes": 0,
        "detail": "cannot connect to http://127.0.0.1:9: Connection refused",
    }


def since_now(listed: dict[str, Any]) -> timedelta:
    since = listed.pop("since")
    assert since.endswith("Z")
    return datetime.now(UTC) - datetime.fromisoformat(since)


@pytest.mark.parametrize(
    ("role", "status"), [(None, 401), (Role.VIEWER, 403), (Role.DRIVER, 403), (Role.ADMIN, 200)]
)
async def test_nobody_else_sees_them(role: Role | None, status: int) -> None:
    async with publishing() as gateway:
        routes = output_routes(gateway.outputs)
        async with (
            client_of(routes, authenticator=token_authenticator()) as client,
            client.get("/api/outputs", headers=bearer(role) if role else {}) as response,
        ):
            assert response.status == status
