"""One line per request, without anything secret."""

import logging

from aiohttp import web
from aiohttp.abc import AbstractAccessLogger

MAX_PATH = 200
QUIET_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})


class AccessLog(AbstractAccessLogger):
    """Logs method, path, status, bytes and milliseconds.

    Query strings and headers are never logged: people put tokens there.
    """

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        path = request.rel_url.raw_path
        level = logging.DEBUG if path in QUIET_PATHS else logging.INFO
        self.logger.log(
            level,
            "< %s %s %s -> %s, %s bytes in %.0f ms",
            request.remote,
            request.method,
            path[:MAX_PATH],
            response.status,
            response.body_length,
            time * 1000,
        )
