"""A real server on a free port of loopback, and a client for it."""

import contextlib
from collections.abc import AsyncIterator, Iterable

from aiohttp import ClientSession, ClientTimeout, web

from edge.app import build_app
from edge.auth import Authenticator
from edge.server import serving
from edge.settings import HttpSettings


@contextlib.asynccontextmanager
async def client_of(
    routes: Iterable[web.AbstractRouteDef],
    *,
    authenticator: Authenticator | None = None,
    http: HttpSettings | None = None,
    client_max_size: int = 65_536,
) -> AsyncIterator[ClientSession]:
    """Serve ``routes`` and yield a client whose paths are relative to the server."""
    http = http or HttpSettings(port=0)
    app = build_app(http, authenticator or Authenticator(), routes, client_max_size=client_max_size)
    async with (
        serving(app, http, stop_timeout_s=1.0) as url,
        ClientSession(base_url=url, timeout=ClientTimeout(total=10)) as session,
    ):
        yield session
