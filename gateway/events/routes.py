"""``/api/events``: what moved, with its pictures."""

from collections.abc import Awaitable
from dataclasses import replace
from typing import TypeVar, get_args

from aiohttp import web

from edge.auth import AUTHENTICATOR
from edge.problems import Problem
from edge.roles import Role
from gateway.events.database import EventQuery
from gateway.events.errors import EventGoesOn, EventsError, StoreUnavailable, UnknownEvent
from gateway.events.event_id import is_event_id
from gateway.events.folder import Kind
from gateway.events.recording import Recording
from protocol.codec import to_wire
from protocol.messages import MotionLevel, What

EVENT = r"{event:[0-9a-f]{24}}"
DEFAULT_LIMIT, MAX_LIMIT = 50, 200
MAX_CHOICES = 64
RETRY_AFTER_S = 10
PARAMETERS = frozenset({"camera", "what", "level", "since", "until", "limit", "cursor"})
LATEST_MS = 1e14
_FILES = {
    "snapshot.jpg": (Kind.SNAPSHOT, "image/jpeg"),
    "thumbnail.jpg": (Kind.THUMBNAIL, "image/jpeg"),
    "clip.mp4": (Kind.CLIP, "video/mp4"),
}
NO_STORE = {"Cache-Control": "no-store"}
CHECK_AGAIN = {"Cache-Control": "private, no-cache"}
"""A clip grows, and a snapshot is replaced by that of a later peak."""

Result = TypeVar("Result")


def event_routes(recording: Recording) -> list[web.RouteDef]:
    """Return the routes: reading needs the role viewer, deleting the role admin."""
    handlers = _EventHandlers(recording)
    return [
        web.get("/api/events", handlers.select),
        web.get(f"/api/events/{EVENT}", handlers.find),
        web.get(
            f"/api/events/{EVENT}/{{file:snapshot\\.jpg|thumbnail\\.jpg|clip\\.mp4}}", handlers.file
        ),
        web.delete(f"/api/events/{EVENT}", handlers.delete),
    ]


class _EventHandlers:
    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    async def select(self, request: web.Request) -> web.Response:
        await request.app[AUTHENTICATOR].require(request, Role.VIEWER)
        query = parse_query(request)
        # One more tells whether there is another page.
        wanted = replace(query, limit=query.limit + 1)
        found = await _answered(self._recording.select(wanted))
        page = found[: query.limit]
        following = page[-1].id if len(found) > query.limit else None
        return web.json_response(
            {"events": [to_wire(info) for info in page], "next": following}, headers=NO_STORE
        )

    async def find(self, request: web.Request) -> web.Response:
        await request.app[AUTHENTICATOR].require(request, Role.VIEWER)
        info = await _answered(self._recording.find(request.match_info["event"]))
        return web.json_response(to_wire(info), headers=NO_STORE)

    async def file(self, request: web.Request) -> web.StreamResponse:
        await request.app[AUTHENTICATOR].require(request, Role.VIEWER, offer_basic=True)
        event_id, name = request.match_info["event"], request.match_info["file"]
        kind, content_type = _FILES[name]
        await _answered(self._recording.find(event_id))
        path = await _answered(self._recording.file(event_id, kind))
        if path is None:
            raise Problem(404, "not-found", f"the event has no {name}")
        return web.FileResponse(path, headers={"Content-Type": content_type, **CHECK_AGAIN})

    async def delete(self, request: web.Request) -> web.Response:
        await request.app[AUTHENTICATOR].require(request, Role.ADMIN)
        await _answered(self._recording.delete(request.match_info["event"]))
        return web.Response(status=204)


async def _answered(asked: Awaitable[Result]) -> Result:
    """Wait for the store, and translate what it refuses."""
    try:
        return await asked
    except UnknownEvent as error:
        raise Problem(404, "unknown-event", str(error)) from error
    except EventGoesOn as error:
        raise Problem(409, "event-goes-on", str(error)) from error
    except StoreUnavailable as error:
        headers = {"Retry-After": str(RETRY_AFTER_S)}
        raise Problem(503, "events-unavailable", str(error), headers=headers) from error
    except EventsError as error:
        raise Problem(500, "internal-error", "the events cannot be read") from error


def parse_query(request: web.Request) -> EventQuery:
    """Read the parameters of a list. Raises :class:`Problem` 400 ``bad-request``."""
    unknown = sorted(set(request.query) - PARAMETERS)
    if unknown:
        known = ", ".join(sorted(PARAMETERS))
        raise _bad(f"{unknown[0][:40]}: expected one of {known}")
    cursor = request.query.get("cursor")
    if cursor is not None and not is_event_id(cursor):
        raise _bad("cursor: expected what next said")
    return EventQuery(
        cameras=_choices(request, "camera", None),
        whats=_choices(request, "what", get_args(What)),
        levels=_choices(request, "level", get_args(MotionLevel)),
        since_ms=_number(request, "since", None, 0.0, LATEST_MS),
        until_ms=_number(request, "until", None, 0.0, LATEST_MS),
        before=cursor,
        limit=int(_number(request, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT) or DEFAULT_LIMIT),
    )


def _choices(request: web.Request, name: str, allowed: tuple[str, ...] | None) -> tuple[str, ...]:
    """Return the values of a parameter, which may be repeated or hold commas."""
    given = [part for text in request.query.getall(name, []) for part in text.split(",") if part]
    if len(given) > MAX_CHOICES:
        raise _bad(f"{name}: expected at most {MAX_CHOICES} values")
    for value in given:
        if allowed is not None and value not in allowed:
            raise _bad(f"{name}: expected any of {', '.join(allowed)}, given {value[:40]}")
    return tuple(given)


def _number(
    request: web.Request, name: str, default: float | None, least: float, most: float
) -> float | None:
    text = request.query.get(name)
    if text is None:
        return default
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not least <= value <= most:
        raise _bad(f"{name}: expected a number from {least:g} to {most:g}, given {text[:40]!r}")
    return value


def _bad(detail: str) -> Problem:
    return Problem(400, "bad-request", detail)
