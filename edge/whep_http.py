"""WHEP over HTTP (draft-ietf-wish-whep, on RFC 9725): the part that has no media in it.

The gateway answers with its own peers behind it, signaling with its link to a gateway.
"""

import asyncio
import hashlib
import logging
import re
import secrets
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from aiohttp import web

from edge.addresses import client_address
from edge.auth import AUTHENTICATOR
from edge.ice_servers import IceServerIssuer
from edge.problems import Problem
from edge.roles import Role
from protocol.messages import Candidate, IceServer

log = logging.getLogger(__name__)

SDP_TYPE = "application/sdp"
FRAGMENT_TYPE = "application/trickle-ice-sdpfrag"
MAX_SDP = 48_000
MAX_FRAGMENT = 16_000
MAX_CANDIDATES = 64
MAX_CANDIDATE = 1_000
BODY_TIMEOUT_S = 10.0
ANSWER_TIMEOUT_S = 20.0

_ID = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"


class Answered(NamedTuple):
    """A session that stands: its unguessable id and the answer, complete with candidates."""

    session: str
    sdp: str


class WhepBackend(Protocol):
    """What stands behind the WHEP resources. Every refusal is a :class:`Problem`."""

    async def offer(self, camera: str, sdp: str, role: Role, address: str, relay: bool) -> Answered:
        """Open a session; ``Answered`` or a plain ``(session, sdp)`` of the same shape.

        ``relay``: the gateway is to have a relayed address, too, where there is a TURN server.
        Raises 400 ``invalid-sdp``, 404 ``unknown-camera``, 406 ``no-common-codec``, 503
        ``too-many-viewers`` or ``gateway-offline`` with Retry-After, 504 ``timeout``.
        """

    async def candidates(self, session: str, candidates: Sequence[Candidate]) -> None:
        """Add trickled candidates, in order. Raises 404 ``unknown-session``."""

    async def close(self, session: str) -> None:
        """End a session. Raises 404 ``unknown-session``."""


def whep_routes(
    backend: WhepBackend, ice_servers: IceServerIssuer | None = None
) -> Iterable[web.RouteDef]:
    """Return ``/{camera}/whep`` and its sessions; both need the role viewer."""
    resource = _WhepResource(backend, ice_servers or IceServerIssuer())
    endpoint = f"/{{camera:{_ID}}}/whep"
    session = f"{endpoint}/{{session:{_ID}}}"
    return [
        web.post(endpoint, resource.post),
        web.options(endpoint, resource.options),
        web.patch(session, resource.patch),
        web.delete(session, resource.delete),
        web.options(session, resource.options),
        # Without these, the page served for unknown addresses would answer.
        web.get(endpoint, _no_get),
        web.get(session, _no_get),
    ]


async def _no_get(request: web.Request) -> web.Response:
    methods = "PATCH, DELETE, OPTIONS" if "session" in request.match_info else "POST, OPTIONS"
    raise Problem(
        405, "method-not-allowed", f"WHEP takes {methods} here", headers={"Allow": methods}
    )


class _WhepResource:
    def __init__(self, backend: WhepBackend, ice_servers: IceServerIssuer) -> None:
        self._backend = backend
        self._ice_servers = ice_servers

    async def post(self, request: web.Request) -> web.Response:
        role = await _viewer(request)
        relay = wants_relay(request)
        sdp = await read_offer(request)
        camera = request.match_info["camera"]
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                session, answer = await self._backend.offer(
                    camera, sdp, role, client_address(request), relay
                )
        except TimeoutError:
            raise Problem(504, "timeout", "no answer from the gateway in time") from None
        response = web.Response(
            status=201,
            body=answer.encode(),
            headers={
                "Content-Type": SDP_TYPE,
                "Location": f"/{camera}/whep/{session}",
                "ETag": entity_tag(session),
                "Accept-Patch": FRAGMENT_TYPE,
                "Cache-Control": "no-store",
            },
        )
        self._add_links(response, session)
        return response

    async def patch(self, request: web.Request) -> web.Response:
        await _viewer(request)
        session = request.match_info["session"]
        _require_type(request, FRAGMENT_TYPE, "Accept-Patch")
        require_match(request.headers.get("If-Match"), session)
        fragment = await _read_text(request, MAX_FRAGMENT, "invalid-sdp-fragment")
        await self._backend.candidates(session, parse_fragment(session, fragment))
        return web.Response(status=204, headers={"ETag": entity_tag(session)})

    async def delete(self, request: web.Request) -> web.Response:
        await _viewer(request)
        await self._backend.close(request.match_info["session"])
        return web.Response(status=200)

    async def options(self, request: web.Request) -> web.Response:
        # The links may hold TURN credentials, so they are for viewers only.
        await _viewer(request)
        response = web.Response(status=204)
        if "session" in request.match_info:
            response.headers["Allow"] = "PATCH, DELETE, OPTIONS"
            response.headers["Accept-Patch"] = FRAGMENT_TYPE
        else:
            response.headers["Allow"] = "POST, OPTIONS"
            response.headers["Accept-Post"] = SDP_TYPE
        # The name of a session if there is one: it shares a quota with what its 201 told.
        self._add_links(response, request.match_info.get("session") or secrets.token_hex(16))
        return response

    def _add_links(self, response: web.Response, name: str) -> None:
        for server in self._ice_servers.issue(name):
            for link in ice_server_links(server):
                response.headers.add("Link", link)
        response.headers["Cache-Control"] = "no-store"


async def _viewer(request: web.Request) -> Role:
    return await request.app[AUTHENTICATOR].require(request, Role.VIEWER)


def wants_relay(request: web.Request) -> bool:
    """Return what ``?relay=`` says: whether the gateway is to have a relayed address, too.

    Standard players do not know the parameter, and may need one. Raises :class:`Problem` 400.
    """
    values = request.query.getall("relay", ["true"])
    if values not in (["true"], ["false"]):
        raise Problem(400, "invalid-parameter", "relay: expected true or false")
    return values == ["true"]


async def read_offer(request: web.Request) -> str:
    """Return the offer in the body.

    Raises :class:`Problem` 415 for another type, 413, 408, or 400 ``invalid-sdp`` for a body
    that is no SDP at all; whether the SDP makes sense is for the backend to say.
    """
    _require_type(request, SDP_TYPE, "Accept-Post")
    sdp = await _read_text(request, MAX_SDP, "invalid-sdp")
    if not sdp.startswith("v=0") or "\nm=" not in sdp:
        raise Problem(400, "invalid-sdp", "expected an SDP offer: v=0 first, and a media section")
    return sdp


def _require_type(request: web.Request, expected: str, accept_header: str) -> None:
    if request.content_type != expected:
        raise Problem(
            415,
            "unsupported-media-type",
            f"expected Content-Type: {expected}",
            headers={accept_header: expected},
        )


async def _read_text(request: web.Request, limit: int, slug: str) -> str:
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            body = await request.read()
    except TimeoutError:
        raise Problem(408, "timeout", "the body did not arrive in time") from None
    if len(body) > limit:
        raise Problem(413, "payload-too-large", f"expected at most {limit} bytes")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise Problem(400, slug, "expected UTF-8 text") from None


def entity_tag(session: str) -> str:
    """Return the strong ETag of a session's ICE state; it never changes without ICE restarts."""
    return '"' + hashlib.sha256(session.encode()).hexdigest()[:16] + '"'


def require_match(if_match: str | None, session: str) -> None:
    """Check ``If-Match`` of a PATCH (RFC 9725, 4.3.1).

    Players that leave it out are let through. Raises :class:`Problem` 422 for ``*``, which
    asks for an ICE restart, and 412 for any other tag than the session's.
    """
    if if_match is None:
        return
    if if_match.strip() == "*":
        raise Problem(422, "no-ice-restart", "ICE restarts are not supported: offer anew")
    if entity_tag(session) not in [tag.strip() for tag in if_match.split(",")]:
        raise Problem(412, "precondition-failed", "If-Match names another ICE session")


def ice_server_links(server: IceServer) -> list[str]:
    """Return one ``Link`` header value with ``rel="ice-server"`` per URL of ``server``."""
    attributes = ""
    if server.username is not None and server.credential is not None:
        attributes = (
            f"; username={_quoted(server.username)}; credential={_quoted(server.credential)}"
            '; credential-type="password"'
        )
    return [f'<{url}>; rel="ice-server"{attributes}' for url in server.urls]


def _quoted(text: str) -> str:
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


def parse_fragment(session: str, fragment: str) -> list[Candidate]:
    """Return the candidates in a trickle ICE fragment (RFC 8840), the end marker last.

    Raises :class:`Problem` 400 ``invalid-sdp-fragment`` when it holds none, too many, or
    lines that are no SDP.
    """
    candidates: list[Candidate] = []
    mid: str | None = None
    ended = False
    for line in fragment.splitlines():
        if not line.strip():
            continue
        if len(line) < 2 or line[1] != "=":
            raise _bad_fragment("expected SDP lines")
        name, _, value = line.partition(":")
        if line.startswith("m="):
            mid = None
        elif name == "a=mid":
            mid = value.strip()
            if not 1 <= len(mid) <= 32:
                raise _bad_fragment("expected a mid of 1 to 32 characters")
        elif name == "a=candidate":
            candidates.append(_candidate(session, line[2:].strip(), mid))
        elif line.strip() == "a=end-of-candidates":
            ended = True
        if len(candidates) > MAX_CANDIDATES:
            raise _bad_fragment(f"expected at most {MAX_CANDIDATES} candidates")
    if ended:
        candidates.append(Candidate(session, None))
    if not candidates:
        raise _bad_fragment("expected candidates or their end")
    return candidates


def _candidate(session: str, text: str, mid: str | None) -> Candidate:
    if len(text) > MAX_CANDIDATE or len(text.split()) < 8:
        raise _bad_fragment("expected candidates as in RFC 8839")
    # The sections of a fragment are counted without those it leaves out: only a mid names
    # one. Without it the first is meant, which bundling makes the only one.
    return Candidate(session, text, sdp_mid=mid, sdp_m_line_index=0 if mid is None else None)


def _bad_fragment(expected: str) -> Problem:
    return Problem(400, "invalid-sdp-fragment", expected)
