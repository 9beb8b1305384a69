from aiohttp import ClientSession, web
from prometheus_client.parser import text_string_to_metric_families

from edge.app import build_app
from edge.auth import Role
from edge.metrics import metrics_routes, new_registry
from edge.server import serving
from edge.settings import HttpSettings
from tests.support.http_server import client_of
from tests.support.tokens import bearer, token_authenticator


async def hello(request: web.Request) -> web.Response:
    return web.Response(text="hello")


async def test_metrics_are_for_admins() -> None:
    routes = metrics_routes(new_registry())
    async with client_of(routes, authenticator=token_authenticator()) as client:
        for headers, status in [
            ({}, 401),
            (bearer(Role.VIEWER), 403),
            (bearer(Role.GATEWAY), 403),
            (bearer(Role.ADMIN), 200),
        ]:
            async with client.get("/metrics", headers=headers) as response:
                assert response.status == status


async def test_requests_are_counted_under_bounded_labels() -> None:
    registry = new_registry()
    http = HttpSettings(port=0)
    app = build_app(
        http,
        token_authenticator(),
        [*metrics_routes(registry), web.get("/{camera}/x", hello)],
        registry=registry,
    )
    async with serving(app, http) as url, ClientSession(url) as client:
        for i in range(20):
            async with client.get(f"/camera{i}/x"):
                pass
            async with client.request("PROPFIND", f"/unknown{i}"):
                pass
        async with client.get("/metrics", headers=bearer(Role.ADMIN)) as response:
            assert response.content_type == "text/plain"
            text = await response.text()
    counts = {
        (sample.labels["method"], sample.labels["route"], sample.labels["status"]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "peerlens_http_requests_total"
    }
    assert counts == {("GET", "/{camera}/x", "200"): 20, ("other", "unmatched", "404"): 20}
    assert "process_resident_memory_bytes" in text
