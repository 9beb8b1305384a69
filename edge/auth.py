"""Who is asking: tokens over HTTP and WebSocket, and what their role may do."""

import asyncio
import base64
import binascii
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from aiohttp import web

from edge.addresses import client_address
from edge.device_gate import DeviceGate
from edge.guesses import MAX_DELAY_S, Guesses
from edge.problems import Problem
from edge.roles import HUMAN_ROLES, Role
from edge.tokens import Tokens

__all__ = ["AUTHENTICATOR", "HUMAN_ROLES", "Authenticator", "Bearer", "Role", "Tokens", "token_in"]

log = logging.getLogger(__name__)

REALM = "Peerlens"


@dataclass(frozen=True)
class Bearer:
    """Who has a token. ``device`` is the only id that a device's own token speaks for."""

    role: Role
    device: str | None = None


class Authenticator:
    """Turns tokens into roles.

    An open server (``tokens`` None) asks for none. A right token is never delayed or refused
    for other people's guesses: behind a reverse proxy everybody has one address, and tokens
    of 256 bits need no lock-out, only a brake on noise.
    """

    def __init__(
        self,
        tokens: Tokens | None = None,
        *,
        devices: DeviceGate | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tokens = tokens
        self.devices = devices or DeviceGate()
        self._clock = clock
        self._guesses = Guesses()

    @property
    def mode(self) -> Literal["open", "token"]:
        return "open" if self._tokens is None else "token"

    async def role_of_token(
        self, token: str | None, address: str, *, anonymous: Role = Role.ADMIN
    ) -> Role:
        """Return the role of ``token``; on an open server, ``anonymous``.

        A device's own token has the role device; whose it is, `bearer_of_token` tells. Raises
        :class:`Problem` 401 ``unauthorized`` after a delay that grows with the wrong guesses of
        ``address``, or 429 ``too-many-guesses`` while 16 of them are waiting.
        """
        return (await self.bearer_of_token(token, address, anonymous=anonymous)).role

    async def bearer_of_token(
        self, token: str | None, address: str, *, anonymous: Role = Role.ADMIN
    ) -> Bearer:
        """As `role_of_token`, with the id of the device where the token is one device's own."""
        if self._tokens is None:
            return Bearer(anonymous)
        if not token:
            raise _unauthorized("a token is needed")
        role = self._tokens.role_of(token)
        if role is not None:
            return Bearer(role)
        device = self._tokens.device_of(token)
        if device is not None:
            return Bearer(Role.DEVICE, device)
        delay = self._guesses.wrong(address, self._clock())
        if delay is None:
            log.warning("= too many wrong tokens from %s", address)
            raise Problem(
                429,
                "too-many-guesses",
                "too many wrong tokens from this address",
                headers={"Retry-After": str(round(MAX_DELAY_S))},
            )
        await asyncio.sleep(delay)
        raise _unauthorized("the token is wrong")

    async def require(
        self, request: web.Request, needed: Role, *, offer_basic: bool = False
    ) -> Role:
        """Return the role of ``request``, which must allow ``needed``.

        The token comes as ``Authorization: Bearer``, or as the password of ``Basic`` so that
        an ``<img>`` or a browser tab can open a stream; ``offer_basic`` (media routes) makes
        the browser ask for it. Raises :class:`Problem` 401, 403 ``forbidden`` or 429.
        """
        anonymous = Role.ADMIN if needed in HUMAN_ROLES else needed
        try:
            header = request.headers.get("Authorization")
            token = token_in(header) if self.mode == "token" else None
            role = await self.role_of_token(token, client_address(request), anonymous=anonymous)
        except Problem as problem:
            if problem.status == 401 and offer_basic and request.method in ("GET", "HEAD"):
                # A header of its own: Chromium does not look for a second challenge in one.
                problem.headers.add("WWW-Authenticate", f'Basic realm="{REALM}"')
            raise
        if not role.allows(needed):
            raise Problem(
                403, "forbidden", f"this needs the role {needed}, the token is of a {role}"
            )
        return role


def _unauthorized(detail: str) -> Problem:
    return Problem(
        401, "unauthorized", detail, headers={"WWW-Authenticate": f'Bearer realm="{REALM}"'}
    )


def token_in(authorization: str | None) -> str | None:
    """Return the token in an ``Authorization`` header, None without one.

    Raises :class:`Problem` 401 when the header has another form.
    """
    if authorization is None:
        return None
    scheme, _, credentials = authorization.strip().partition(" ")
    credentials = credentials.strip()
    if scheme.lower() == "bearer" and credentials:
        return credentials
    if scheme.lower() == "basic":
        try:
            text = base64.b64decode(credentials, validate=True).decode("utf-8")
        except (binascii.Error, ValueError):
            raise _unauthorized("the Basic credentials cannot be read") from None
        return text.partition(":")[2] or None
    raise _unauthorized("expected Authorization: Bearer TOKEN, or Basic with it as the password")


AUTHENTICATOR = web.AppKey("authenticator", Authenticator)
