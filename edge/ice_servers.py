"""The STUN and TURN servers that browsers and gateways are told to use."""

import hashlib
import re
import time
from collections.abc import Callable
from typing import Annotated

from pydantic import Field, field_validator

from edge.settings import Frozen
from edge.turn_credentials import TurnSettings, minted_ice_servers, one_or_many
from protocol.messages import IceServer

MAX_FIXED = 14
"""A message holds 16; two are minted."""
MAX_URLS = 8
RENEWED_AT = 0.4
"""Of a credential's life: who holds a connection open always has one for more than half of it."""
_SCHEME = re.compile(r"(?:stun|turn)s?:.+")


class IceServerSettings(Frozen):
    """An entry as it is handed out: its credentials, if any, never end."""

    urls: Annotated[tuple[str, ...], Field(min_length=1, max_length=MAX_URLS)]
    username: str | None = None
    credential: Annotated[str | None, Field(repr=False)] = None

    @field_validator("urls", mode="before")
    @classmethod
    def _one_or_many(cls, urls: object) -> object:
        return one_or_many(urls)

    @field_validator("urls")
    @classmethod
    def _known_scheme(cls, urls: tuple[str, ...]) -> tuple[str, ...]:
        for url in urls:
            if not _SCHEME.fullmatch(url):
                raise ValueError(f"{url!r}: expected stun:, stuns:, turn: or turns:")
        return urls


class IceSettings(Frozen):
    """What is handed out: entries that stay as they are, and TURN with credentials that end."""

    ice_servers: Annotated[tuple[IceServerSettings, ...], Field(max_length=MAX_FIXED)] = ()
    turn: TurnSettings | None = None


class IceServerIssuer:
    """Hands out servers, each time with credentials of their own. ``clock`` is wall-clock time."""

    def __init__(
        self, settings: IceSettings | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        settings = settings or IceSettings()
        self._fixed = tuple(
            IceServer(entry.urls, entry.username, entry.credential)
            for entry in settings.ice_servers
        )
        self._turn = settings.turn
        self._clock = clock

    def issue(self, name: str) -> tuple[IceServer, ...]:
        """Return the servers for ``name``: a link, a session, whatever is to have a quota.

        The name itself may be a secret (a session's is), and a TURN user name travels in the
        clear, so only its hash is used.
        """
        if self._turn is None:
            return self._fixed
        user = hashlib.sha256(name.encode()).hexdigest()[:16]
        return (*minted_ice_servers(self._turn, user, self._clock()), *self._fixed)

    @property
    def renew_after_s(self) -> float | None:
        """When to issue anew to somebody who stays; None where nothing ends."""
        if self._turn is None:
            return None
        return self._turn.credential_lifetime_s * RENEWED_AT
