"""Listening, and stopping in time."""

import asyncio
import contextlib
import errno
import logging
import socket
from collections.abc import AsyncIterator

from aiohttp import web
from yarl import URL

from edge.access_log import AccessLog, WithoutNoise
from edge.errors import ListenError
from edge.ready_links import reachable_url
from edge.settings import HttpSettings

log = logging.getLogger(__name__)
connection_log = log.getChild("connections")
connection_log.addFilter(WithoutNoise())

BACKLOG = 1_024


@contextlib.asynccontextmanager
async def serving(
    app: web.Application, http: HttpSettings, *, stop_timeout_s: float = 3.0
) -> AsyncIterator[URL]:
    """Serve ``app``; yields the URL it is reached at (with the real port when 0 was asked).

    Raises :class:`ListenError` when the address cannot be had. On leaving, handlers get
    ``stop_timeout_s`` to finish and are then cancelled.
    """
    runner = web.AppRunner(
        app,
        access_log_class=AccessLog,
        access_log=log.getChild("access"),
        logger=connection_log,
        shutdown_timeout=stop_timeout_s,
        keepalive_timeout=60.0,
    )
    try:
        await runner.setup()
        try:
            await _site(runner, http).start()
        except (OSError, OverflowError) as error:
            raise ListenError(http.host, http.port, _reason(error)) from error
        url = reachable_url(http.host, runner.addresses[0][1])
        log.info("= listening on %s", url)
        yield url
    finally:
        await _stop(runner, stop_timeout_s * 2 + 2)


def _site(runner: web.AppRunner, http: HttpSettings) -> web.BaseSite:
    if http.host != "::":
        return web.TCPSite(runner, http.host, http.port, backlog=BACKLOG)
    # asyncio would take IPv6 connections only.
    every = socket.create_server(
        ("::", http.port), family=socket.AF_INET6, backlog=BACKLOG, dualstack_ipv6=True
    )
    return web.SockSite(runner, every, backlog=BACKLOG)


async def _stop(runner: web.AppRunner, deadline_s: float) -> None:
    try:
        async with asyncio.timeout(deadline_s):
            await runner.cleanup()
    except TimeoutError:
        log.error("= the server did not stop within %.0f s", deadline_s)


def _reason(error: Exception) -> str:
    if isinstance(error, socket.gaierror):
        return "the host name is unknown"
    code = error.errno if isinstance(error, OSError) else None
    reasons: dict[int | None, str] = {
        errno.EADDRINUSE: "the port is in use; choose another",
        errno.EACCES: "permission denied, as for ports below 1024; choose another http.port",
        errno.EADDRNOTAVAIL: "this machine does not have that address",
    }
    return reasons.get(code) or getattr(error, "strerror", None) or str(error)
