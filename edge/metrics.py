"""Prometheus metrics: the registry, `/metrics`, and the counts of HTTP requests."""

import time
from collections.abc import Iterable

from aiohttp import web
from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

from edge.auth import AUTHENTICATOR
from edge.problems import Handler, Problem
from edge.roles import Role

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_METHODS = frozenset({"GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS"})


def new_registry() -> CollectorRegistry:
    """Return a registry with the process's own figures. One per server, none global."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    return registry


def metrics_routes(registry: CollectorRegistry) -> Iterable[web.RouteDef]:
    """Return ``GET /metrics``, which needs the role admin."""

    async def metrics(request: web.Request) -> web.Response:
        await request.app[AUTHENTICATOR].require(request, Role.ADMIN, offer_basic=True)
        return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE})

    return [web.get("/metrics", metrics)]


class RequestMetrics:
    """Counts requests by method, route pattern and status; all three are bounded."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Counter(
            "peerlens_http_requests",
            "HTTP requests answered",
            ("method", "route", "status"),
            registry=registry,
        )
        self._seconds = Histogram(
            "peerlens_http_request_seconds",
            "Time to answer, streams included",
            ("route",),
            buckets=(0.005, 0.02, 0.1, 0.5, 2.0, 10.0),
            registry=registry,
        )

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        started = time.monotonic()
        status = 500
        try:
            response = await handler(request)
            status = response.status
            return response
        except (web.HTTPException, Problem) as error:
            status = error.status
            raise
        finally:
            method = request.method if request.method in _METHODS else "other"
            route = _route(request)
            self._requests.labels(method, route, str(status)).inc()
            self._seconds.labels(route).observe(time.monotonic() - started)


class RefusalMetrics:
    """Counts who came over a WebSocket and was not let in, by the problem they were told."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._refused = Counter(
            "peerlens_websocket_refused",
            "WebSockets that were not let in",
            ("problem",),
            registry=registry,
        )

    def refused(self, slug: str) -> None:
        """Count one."""
        self._refused.labels(slug).inc()


def _route(request: web.Request) -> str:
    """Return the pattern that matched, e.g. ``/{camera}/whep``: as many as there are routes."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "unmatched"
