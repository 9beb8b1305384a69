"""The aiohttp application that every Peerlens server is."""

from collections.abc import Iterable

from aiohttp import web
from prometheus_client import CollectorRegistry

from edge import origins, problems, security_headers, stopping
from edge.auth import AUTHENTICATOR, Authenticator
from edge.metrics import RequestMetrics
from edge.origins import POLICY, OriginPolicy
from edge.settings import HttpSettings
from edge.stopping import STOPPING, Stopping

MAX_BODY_BYTES = 65_536


def build_app(
    http: HttpSettings,
    authenticator: Authenticator,
    routes: Iterable[web.AbstractRouteDef],
    *,
    client_max_size: int = MAX_BODY_BYTES,
    registry: CollectorRegistry | None = None,
) -> web.Application:
    """Return an application that answers ``routes`` behind the checks every server shares.

    Problems as RFC 9457, origins, CORS and host checks, security headers; requests are
    counted in ``registry`` where one is given. Handlers find the authenticator at
    ``request.app[AUTHENTICATOR]`` and decide themselves which role they need; long-lived ones
    listen to ``request.app[STOPPING]``. Where two patterns fit, the earlier route wins. Bodies
    above ``client_max_size`` bytes get 413.
    """
    middlewares = [problems.middleware, origins.middleware]
    if registry is not None:
        middlewares.insert(0, RequestMetrics(registry).middleware)
    app = web.Application(middlewares=middlewares, client_max_size=client_max_size)
    app[AUTHENTICATOR] = authenticator
    app[POLICY] = OriginPolicy(http, guard_host=http.is_loopback and authenticator.mode == "open")
    app[STOPPING] = Stopping()
    app.on_shutdown.append(stopping.announce)
    app.on_response_prepare.append(origins.add_cors)
    app.on_response_prepare.append(security_headers.add)
    app.add_routes(routes)
    return app
