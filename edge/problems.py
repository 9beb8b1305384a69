"""Refusals as JSON problem details (RFC 9457), the only error body this server sends."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

from aiohttp import web
from multidict import CIMultiDict

from edge.errors import EdgeError
from protocol.errors import PROBLEM_PREFIX

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_SLUGS = {
    400: "bad-request",
    404: "not-found",
    405: "method-not-allowed",
    408: "timeout",
    413: "payload-too-large",
    415: "unsupported-media-type",
}
_DETAILS = {
    404: "there is nothing at this address",
    405: "this address does not answer to that method",
    413: "the body is larger than this address takes",
}
_KEPT_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")


class Problem(EdgeError):
    """A request is refused: answered with ``status`` and the problem ``slug``.

    ``detail`` is shown to the client, so it never holds secrets or internals.
    """

    def __init__(
        self, status: int, slug: str, detail: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.slug = slug
        self.detail = detail
        self.headers: CIMultiDict[str] = CIMultiDict(headers or {})

    @property
    def type(self) -> str:
        """Stable problem type, the same one that WebSocket errors carry."""
        return PROBLEM_PREFIX + self.slug

    def response(self) -> web.Response:
        """Return the HTTP response that tells the client."""
        return web.json_response(
            {
                "type": self.type,
                "title": _title(self.status),
                "status": self.status,
                "detail": self.detail,
            },
            status=self.status,
            headers=self.headers,
            content_type="application/problem+json",
        )


def _title(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


@web.middleware
async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn whatever a handler raises into problem details; the unexpected into a bare 500."""
    try:
        return await handler(request)
    except Problem as problem:
        _must_not_have_started(request, problem)
        return problem.response()
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return from_http(error).response()
    except ConnectionError as error:
        # The client went away while it was being answered: nobody is left to tell.
        if request.transport is None or request.transport.is_closing():
            log.debug("= %s left during %s", request.remote, request.rel_url.raw_path)
            raise
        return _unexpected(request, error)
    except Exception as error:
        return _unexpected(request, error)


def _unexpected(request: web.Request, error: Exception) -> web.StreamResponse:
    log.error("= %s %s failed", request.method, request.rel_url.raw_path, exc_info=error)
    _must_not_have_started(request, error)
    return Problem(500, "internal-error", "the server failed; its log says why").response()


def _must_not_have_started(request: web.Request, error: Exception) -> None:
    """A second response cannot follow the bytes of a first one: break the connection."""
    if request.writer.output_size > 0:
        raise ConnectionError("the response had started already") from error


def from_http(error: web.HTTPException) -> Problem:
    """Return what aiohttp raised as a problem, without aiohttp's wording."""
    status = error.status
    slug = _SLUGS.get(status) or _title(status).lower().replace(" ", "-")
    headers = {name: error.headers[name] for name in _KEPT_HEADERS if name in error.headers}
    return Problem(status, slug, _DETAILS.get(status, _title(status)), headers=headers)
