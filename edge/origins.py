"""Whose pages may call this server: Origin, CORS and Host checks."""

import ipaddress

from aiohttp import web
from yarl import URL

from edge.problems import Handler, Problem
from edge.settings import HttpSettings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
ALLOWED_METHODS = "GET, HEAD, POST, PATCH, DELETE, OPTIONS"
ALLOWED_HEADERS = "Authorization, Content-Type, If-Match"
EXPOSED_HEADERS = "Location, Link, ETag, Accept-Patch, Accept-Post, Retry-After, Age"


def normal_origin(origin: str) -> str | None:
    """Return ``origin`` as scheme://host[:port], lower case; None when it is none."""
    try:
        url = URL(origin)
        host, port = url.host, url.explicit_port
    except ValueError:
        return None
    if url.scheme not in ("http", "https") or not host:
        return None
    return str(URL.build(scheme=url.scheme, host=host.lower().rstrip("."), port=port))


class OriginPolicy:
    """Decides by the ``Origin``, ``Referer`` and ``Host`` headers of a request.

    ``guard_host`` refuses foreign host names: on an open loopback server they mean DNS
    rebinding, where a stranger's page reaches the server under the stranger's own name.
    """

    def __init__(self, http: HttpSettings, *, guard_host: bool) -> None:
        self.allowed = frozenset(
            normal for origin in http.allowed_origins if (normal := normal_origin(origin))
        )
        self._hosts = frozenset(host.lower().rstrip(".") for host in http.allowed_hosts)
        self._guard_host = guard_host

    def is_configured(self, origin: str | None) -> bool:
        """Return whether ``origin`` is one of the configured foreign origins."""
        return origin is not None and normal_origin(origin) in self.allowed

    def may_call(self, request: web.BaseRequest) -> bool:
        """Return whether the page behind ``request`` may; programs send no Origin and may."""
        origin = request.headers.get("Origin")
        return origin is None or self.is_configured(origin) or is_own(origin, request)

    def may_embed(self, request: web.BaseRequest) -> bool:
        """Return whether a configured page shows this response (an <img> sends no Origin)."""
        headers = request.headers
        return self.is_configured(headers.get("Origin") or headers.get("Referer"))

    def is_known_host(self, request: web.BaseRequest) -> bool:
        """Return whether the name the client used for this server is one of its own."""
        host = request.headers.get("Host")
        if not self._guard_host or host is None:
            return True
        name = _host_name(host)
        if name is None:
            return False
        try:
            return ipaddress.ip_address(name).is_loopback or name in self._hosts
        except ValueError:
            return name == "localhost" or name in self._hosts


def is_own(origin: str, request: web.BaseRequest) -> bool:
    """Return whether ``origin`` is this server's own, as the client named it.

    Only host and port count: behind a TLS proxy the page is https and the server http.
    """
    normal = normal_origin(origin)
    host = request.headers.get("Host")
    if normal is None or host is None:
        return False
    return normal == normal_origin(f"{URL(normal).scheme}://{host}")


def _host_name(host: str) -> str | None:
    try:
        name = URL(f"http://{host}").host
    except ValueError:
        return None
    return name.lower().rstrip(".") if name else None


POLICY = web.AppKey("origin_policy", OriginPolicy)


@web.middleware
async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse foreign hosts and origins, answer preflights of the configured origins."""
    policy = request.app[POLICY]
    if not policy.is_known_host(request):
        raise Problem(
            403,
            "forbidden-host",
            "this server does not answer to that host name; see http.allowed_hosts",
        )
    is_upgrade = request.headers.get("Upgrade", "").lower() == "websocket"
    is_preflight = request.method == "OPTIONS" and (
        "Access-Control-Request-Method" in request.headers
    )
    if is_upgrade or is_preflight or request.method not in SAFE_METHODS:
        # Browsers send cookies and Basic credentials with requests that CORS only hides the
        # answer of, and WebSockets know no CORS: what acts must be refused, not just hidden.
        require_origin(request)
    if is_preflight:
        return _preflight(request)
    return await handler(request)


def require_origin(request: web.Request) -> None:
    """Raise :class:`Problem` 403 ``forbidden-origin`` for pages that may not call."""
    if not request.app[POLICY].may_call(request):
        raise Problem(
            403,
            "forbidden-origin",
            "pages of this origin may not call this server; see http.allowed_origins",
        )


def _preflight(request: web.Request) -> web.Response:
    headers = {
        "Access-Control-Allow-Methods": ALLOWED_METHODS,
        "Access-Control-Allow-Headers": ALLOWED_HEADERS,
        "Access-Control-Max-Age": "600",
    }
    if request.headers.get("Access-Control-Request-Private-Network") == "true":
        headers["Access-Control-Allow-Private-Network"] = "true"
    return web.Response(status=204, headers=headers)


async def add_cors(request: web.Request, response: web.StreamResponse) -> None:
    """Let configured origins read the response; an ``on_response_prepare`` signal."""
    policy = request.app[POLICY]
    if not policy.allowed:
        return
    response.headers.add("Vary", "Origin")
    origin = request.headers.get("Origin")
    if origin is not None and policy.is_configured(origin):
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = EXPOSED_HEADERS
