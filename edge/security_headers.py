"""Response headers that narrow what a browser does with an answer."""

import re

from aiohttp import web

from edge.origins import POLICY, OriginPolicy

_PLAIN_HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")


def content_security_policy(request: web.BaseRequest, policy: OriginPolicy) -> str:
    """Return the CSP of an HTML page: a static build, live video, this server's WebSocket."""
    host = request.headers.get("Host", "")
    # 'self' covers WebSockets only in newer browsers, so they are named as well.
    sockets = f" ws://{host} wss://{host}" if _PLAIN_HOST.fullmatch(host) else ""
    ancestors = " ".join(sorted(policy.allowed))
    return "; ".join(
        (
            "default-src 'self'",
            f"connect-src 'self'{sockets}",
            # The direct view shows cameras of the local network, whose addresses vary.
            "img-src 'self' data: blob: http: https:",
            "media-src 'self' blob: mediastream:",
            "style-src 'self' 'unsafe-inline'",
            "font-src 'self' data:",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            f"frame-ancestors 'self' {ancestors}".rstrip(),
        )
    )


async def add(request: web.Request, response: web.StreamResponse) -> None:
    """Add the headers; an ``on_response_prepare`` signal, so that streams get them too."""
    policy = request.app[POLICY]
    headers = response.headers
    headers["Server"] = "Peerlens"  # aiohttp would tell its own version and Python's
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "no-referrer")
    embeds = policy.may_embed(request)
    headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin" if embeds else "same-origin")
    if policy.allowed:
        headers.add("Vary", "Referer")
    if response.content_type == "text/html":
        headers.setdefault("Content-Security-Policy", content_security_policy(request, policy))
