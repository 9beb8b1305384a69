"""Liveness and readiness."""

import inspect
from collections.abc import Awaitable, Callable, Iterable

from aiohttp import web

from edge.problems import Problem

Check = Callable[[], str | None] | Callable[[], Awaitable[str | None]]


class Readiness:
    """Checks by name. A check returns None when it is ready, else what is missing, in words.

    Checks must be quick and wait for nothing: they look at state that is kept anyway.
    """

    def __init__(self) -> None:
        self._checks: dict[str, Check] = {}

    def add(self, name: str, check: Check) -> None:
        """Add ``check``; the same name again replaces it."""
        self._checks[name] = check

    async def failures(self) -> dict[str, str]:
        """Return what is missing, by the name of the check. A check that fails is not ready."""
        failed: dict[str, str] = {}
        for name, check in self._checks.items():
            try:
                answer = check()
                missing = await answer if inspect.isawaitable(answer) else answer
            except Exception as error:
                missing = f"the check failed: {type(error).__name__}"
            if missing is not None:
                failed[name] = missing
        return failed


def health_routes(readiness: Readiness) -> Iterable[web.RouteDef]:
    """Return ``GET /healthz`` (the process answers) and ``GET /readyz`` (and can work).

    Both are open to everybody, for load balancers; they hold nothing secret. ``/readyz``
    answers 503 ``not-ready`` and names the checks that failed.
    """

    async def healthz(request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"}, headers={"Cache-Control": "no-store"})

    async def readyz(request: web.Request) -> web.Response:
        failed = await readiness.failures()
        if failed:
            detail = "; ".join(f"{name}: {missing}" for name, missing in failed.items())
            raise Problem(503, "not-ready", detail, headers={"Cache-Control": "no-store"})
        return web.json_response({"status": "ready"}, headers={"Cache-Control": "no-store"})

    return [web.get("/healthz", healthz), web.get("/readyz", readyz)]
