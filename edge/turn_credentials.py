"""Credentials for a TURN server that end by themselves (draft-uberti-behave-turn-rest-00).

Pure code. coturn knows them by ``use-auth-secret`` with the same ``static-auth-secret``.
"""

import base64
import hashlib
import hmac
import re
from typing import Annotated, NamedTuple

from pydantic import Field, field_validator

from edge.settings import Frozen
from protocol.messages import IceServer

MIN_SECRET = 16
MAX_TURN_URLS = 8
"""As many as one entry of `iceServers` may hold."""
MAX_NAME = 64

_URL = re.compile(
    r"(?P<scheme>turns?):(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?"
    r"(?:\?transport=(?P<transport>udp|tcp))?"
)


class TurnUrl(NamedTuple):
    """A TURN address (RFC 7065), taken apart. ``host`` of an IPv6 address has no brackets."""

    secure: bool
    host: str
    port: int
    transport: str

    @property
    def authority(self) -> str:
        """Host and port as a URL has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def parse_turn_url(url: str) -> TurnUrl:
    """Take ``url`` apart. Raises ValueError with what was expected."""
    found = _URL.fullmatch(url)
    if found is None:
        raise ValueError(
            f"{url!r}: expected turn:HOST[:PORT][?transport=udp|tcp] or"
            " turns:HOST[:PORT][?transport=tcp]"
        )
    secure = found["scheme"] == "turns"
    port = int(found["port"] or (5349 if secure else 3478))
    if not 1 <= port <= 65_535:
        raise ValueError(f"{url!r}: expected a port from 1 to 65535")
    transport = found["transport"] or ("tcp" if secure else "udp")
    if secure and transport != "tcp":
        raise ValueError(f"{url!r}: expected transport=tcp, since browsers do not do DTLS here")
    return TurnUrl(secure, found["host"].strip("[]"), port, transport)


def one_or_many(urls: object) -> object:
    """Let one URL stand for a list of one, as in ``RTCIceServer`` (W3C)."""
    if isinstance(urls, str):
        return (urls,)
    return tuple(urls) if isinstance(urls, list) else urls


class TurnSettings(Frozen):
    """A TURN server that shares ``secret`` with us."""

    urls: Annotated[tuple[str, ...], Field(min_length=1, max_length=MAX_TURN_URLS)]
    secret: Annotated[str, Field(min_length=MIN_SECRET, max_length=512, repr=False)]
    credential_lifetime_s: Annotated[int, Field(ge=60, le=86_400)] = 600

    @field_validator("urls", mode="before")
    @classmethod
    def _one_or_many(cls, urls: object) -> object:
        return one_or_many(urls)

    @field_validator("urls")
    @classmethod
    def _turn_only(cls, urls: tuple[str, ...]) -> tuple[str, ...]:
        for url in urls:
            parse_turn_url(url)
        return urls

    @field_validator("secret")
    @classmethod
    def _one_line(cls, secret: str) -> str:
        # coturn reads it from a line of its file, and cuts spaces off the ends.
        if not re.fullmatch(r"[\x21-\x7e]+", secret):
            raise ValueError("expected printable ASCII without spaces: openssl rand -hex 24")
        return secret


class Credential(NamedTuple):
    """What a client logs in to the TURN server with."""

    username: str
    password: str


def mint(secret: str, name: str, expires_s: float) -> Credential:
    """Make the credential of ``name`` that TURN takes until ``expires_s`` (seconds since 1970).

    coturn's quota counts by ``name``, however often its credential is renewed.
    """
    username = f"{int(expires_s)}:{name[:MAX_NAME]}"
    digest = hmac.digest(secret.encode(), username.encode(), hashlib.sha1)
    return Credential(username, base64.b64encode(digest).decode())


def minted_ice_servers(turn: TurnSettings, name: str, now_s: float) -> tuple[IceServer, ...]:
    """Return the entries for ``name``: its own address by STUN, and TURN with a new credential.

    ``now_s`` is wall-clock time, which must be that of the TURN server to a few seconds.
    """
    credential = mint(turn.secret, name, now_s + turn.credential_lifetime_s)
    return (
        IceServer((f"stun:{_plain(turn).authority}",)),
        IceServer(turn.urls, credential.username, credential.password),
    )


def _plain(turn: TurnSettings) -> TurnUrl:
    """The first address that takes STUN over UDP; else the usual port of the first host."""
    urls = [parse_turn_url(url) for url in turn.urls]
    for url in urls:
        if url.transport == "udp":
            return url
    return TurnUrl(False, urls[0].host, 3478, "udp")
