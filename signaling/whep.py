"""WHEP for players, carried over a gateway's link: the signaling server's side of it."""

import asyncio
import logging
from collections.abc import Iterable, Sequence

from aiohttp import web

from edge.problems import Problem
from edge.roles import Role
from edge.whep_http import Answered, whep_routes
from protocol.errors import PROBLEM_PREFIX
from protocol.messages import Answer, Bye, Candidate, Error, Hello, Offer
from signaling.effects import Close, Outgoing
from signaling.service import SignalingService

log = logging.getLogger(__name__)

_STATUS = {
    "invalid-sdp": 400,
    "unknown-camera": 404,
    "unknown-session": 404,
    "no-common-codec": 406,
    "too-many-viewers": 503,
    "too-many-sessions": 503,
    "gateway-offline": 503,
    "overloaded": 503,
    "timeout": 504,
}
RETRY_AFTER_S = 5


def forwarding_routes(service: SignalingService) -> Iterable[web.RouteDef]:
    """Return ``/{camera}/whep`` for cameras whose gateways are elsewhere."""
    return whep_routes(WhepForwarder(service), service.ice_servers)


class _Player:
    """One player's link and session, in this process; it has no WebSocket. Single use."""

    def __init__(self) -> None:
        self.answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.conn = ""

    def deliver(self, message: Outgoing, text: str) -> bool:
        if self.answer.done():
            return True
        if isinstance(message, Answer):
            self.answer.set_result(message.sdp)
        elif isinstance(message, Error):
            self.answer.set_exception(problem_of(message))
        elif isinstance(message, Bye):
            self.answer.set_exception(_late(message.reason))
        return True

    def close(self, close: Close) -> None:
        if self.answer.done():
            return
        slug, detail = close.slug or "overloaded", close.detail or "the server is stopping"
        self.answer.set_exception(problem_of(Error(PROBLEM_PREFIX + slug, detail)))

    def abandon(self) -> None:
        """Nobody waits for the answer any more."""
        if not self.answer.cancel() and not self.answer.cancelled():
            self.answer.exception()  # asyncio would complain of one that nobody looked at


def problem_of(error: Error) -> Problem:
    """Return the HTTP problem for an `error` message."""
    slug = error.problem.removeprefix(PROBLEM_PREFIX)
    status = _STATUS.get(slug)
    if status is None:
        log.warning("< a gateway refused an offer: %s: %s", error.problem, error.detail)
        return Problem(502, "gateway-failed", "the gateway could not answer")
    return Problem(status, slug, error.detail, headers=_retry() if status == 503 else None)


def _late(reason: str | None) -> Problem:
    return Problem(504, "timeout", reason or "the gateway left before it answered")


def _retry() -> dict[str, str]:
    return {"Retry-After": str(RETRY_AFTER_S)}


class WhepForwarder:
    """A ``WhepBackend``: each session is a link of its own in the broker, with its limits.

    The broker closes the link when the session ends, so nothing is kept here for longer.
    """

    def __init__(self, service: SignalingService) -> None:
        self._service = service

    async def offer(self, camera: str, sdp: str, role: Role, address: str, relay: bool) -> Answered:
        """Open a session through the camera's gateway."""
        player = _Player()
        conn = self._service.arrive(player, address, transient=True)
        # The link's id is unguessable, so it serves as the session's.
        session = conn
        try:
            self._service.introduce(conn, Hello(), role)
            self._service.receive(conn, Offer(session, camera, sdp, relay))
            return Answered(session, await self._within_time(player))
        except BaseException:
            self._service.leave(conn)
            raise
        finally:
            player.abandon()

    async def _within_time(self, player: _Player) -> str:
        # The broker ends the wait by itself; this is for a broker that does not run.
        limit_s = self._service.limits.negotiation_timeout_s + 1.0
        try:
            async with asyncio.timeout(limit_s):
                return await player.answer
        except TimeoutError:
            raise _late("negotiation timed out") from None

    async def candidates(self, session: str, candidates: Sequence[Candidate]) -> None:
        """Pass trickled candidates on."""
        self._require(session)
        for candidate in candidates:
            self._service.receive(session, candidate)

    async def close(self, session: str) -> None:
        """Say bye to the gateway."""
        self._require(session)
        self._service.receive(session, Bye(session, "the player left"))

    def _require(self, session: str) -> None:
        if not self._service.has_player(session):
            raise Problem(404, "unknown-session", "there is no such session")
