"""What is logged of requests: one line each, without anything secret."""

import logging

from aiohttp import web
from aiohttp.abc import AbstractAccessLogger
from aiohttp.http_exceptions import HttpProcessingError

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


class WithoutNoise(logging.Filter):
    """Tames what aiohttp logs of connections that went wrong by themselves.

    Scanners and half-open links are everyday, and the traceback of a request that cannot be
    parsed quotes it, query and all: such requests get one line, lost connections none.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, ConnectionError):
            return False
        if isinstance(error, HttpProcessingError):
            record.msg = f"{record.msg}: {type(error).__name__}"
            record.exc_info = None
            record.levelno, record.levelname = logging.INFO, "INFO"
        return True
