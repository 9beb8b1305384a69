from edge.health import Readiness, health_routes
from tests.support.http_server import client_of
from tests.support.tokens import token_authenticator


async def test_alive_and_ready_are_open_to_everybody() -> None:
    readiness = Readiness()
    readiness.add("broker", lambda: None)
    async with client_of(health_routes(readiness), authenticator=token_authenticator()) as client:
        for path in ("/healthz", "/readyz"):
            async with client.get(path) as response:
                assert response.status == 200
                assert response.headers["Cache-Control"] == "no-store"


async def test_not_ready_says_which_check_failed() -> None:
    async def slow_part() -> str | None:
        return "still starting"

    def broken() -> str | None:
        raise RuntimeError("with a secret")

    readiness = Readiness()
    readiness.add("fine", lambda: None)
    readiness.add("part", slow_part)
    readiness.add("broken", broken)
    async with client_of(health_routes(readiness)) as client:
        async with client.get("/readyz") as response:
            assert response.status == 503
            problem = await response.json(content_type="application/problem+json")
            assert problem["type"] == "urn:peerlens:problem:not-ready"
            assert problem["detail"] == (
                "part: still starting; broken: the check failed: RuntimeError"
            )
        readiness.add("part", lambda: None)
        readiness.add("broken", lambda: None)
        async with client.get("/readyz") as response:
            assert response.status == 200
        async with client.get("/healthz") as response:
            assert response.status == 200
