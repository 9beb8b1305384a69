"""WHIP over HTTP (RFC 9725), the client's side: the part that has no media in it."""

import asyncio
import email.utils
import ipaddress
import time
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp
from yarl import URL

from gateway.output.errors import BadAnswer, OutputError, Refused, Unreachable
from gateway.output.links import ice_servers_in
from gateway.settings import WhipSettings
from gateway.source.errors import reason_of
from protocol.messages import IceServer

SDP_TYPE = "application/sdp"
MAX_ANSWER_BYTES = 48_000
MAX_REDIRECTS = 3
OFFER_TIMEOUT_S = 10.0
"""From the offer to the answer, redirects included."""
END_TIMEOUT_S = 2.0

_REDIRECTS = frozenset({307, 308})
_BUSY = frozenset({408, 409, 423, 425, 429})
"""Refusals that pass: 409 is what a server says while it still holds the session before."""


@dataclass(frozen=True)
class Created:
    """A session that stands. ``session`` is its address, None where the server gave none of its."""

    answer: str
    session: URL | None
    ice_servers: tuple[IceServer, ...]


def new_session() -> aiohttp.ClientSession:
    """Return what all outputs send their requests with: no cookies, no proxy, nothing kept."""
    return aiohttp.ClientSession(
        # The two requests of a session are hours apart, and each output has at most one.
        connector=aiohttp.TCPConnector(limit=0, force_close=True),
        cookie_jar=aiohttp.DummyCookieJar(),
        # A compressed body could be any size: it is refused as no SDP.
        auto_decompress=False,
        headers={"User-Agent": "peerlens", "Accept-Encoding": "identity"},
        timeout=aiohttp.ClientTimeout(total=None),
    )


class WhipClient:
    """One endpoint. Nothing that it raises or shows contains the token or the path."""

    def __init__(self, session: aiohttp.ClientSession, settings: WhipSettings) -> None:
        self._session = session
        self._url = URL(settings.whip)
        self._token = settings.token

    @property
    def on_loopback(self) -> bool:
        """Whether the server is on this machine, as its address says."""
        host = self._url.host or ""
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"

    async def offer(self, sdp: str) -> Created:
        """Offer ``sdp`` and return what was created; raises :class:`OutputError`."""
        url = self._url
        try:
            async with asyncio.timeout(OFFER_TIMEOUT_S):
                for _ in range(MAX_REDIRECTS + 1):
                    answered = await self._post(url, sdp)
                    if isinstance(answered, Created):
                        return answered
                    url = answered
        except TimeoutError:
            raise Unreachable(f"{shown(url)} gave no answer in {OFFER_TIMEOUT_S:g} s") from None
        raise Refused(f"{shown(self._url)} redirects more than {MAX_REDIRECTS} times")

    async def end(self, session: URL) -> None:
        """Tell the server that ``session`` is over; raises :class:`OutputError`."""
        try:
            async with (
                asyncio.timeout(END_TIMEOUT_S),
                self._session.delete(
                    session, headers=self._authorization(session), allow_redirects=False
                ) as response,
            ):
                if response.status >= 300 and response.status != 404:
                    raise Unreachable(f"{shown(session)} answered DELETE with {response.status}")
        except TimeoutError:
            raise Unreachable(f"{shown(session)} did not answer DELETE in time") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _unreachable(session, error) from error

    async def _post(self, url: URL, sdp: str) -> Created | URL:
        """Return what was created, or where the server sends us."""
        headers = {"Content-Type": SDP_TYPE, "Accept": SDP_TYPE, **self._authorization(url)}
        try:
            async with self._session.post(
                url, data=sdp.encode(), headers=headers, allow_redirects=False
            ) as response:
                if response.status in _REDIRECTS:
                    return _target(url, response.headers)
                if response.status != 201:
                    raise self._refusal(url, response.status, response.headers)
                return Created(
                    await _answer(url, response),
                    _session_url(url, response.headers),
                    ice_servers_in(response.headers.getall("Link", [])),
                )
        except TimeoutError as error:
            if isinstance(error, aiohttp.ClientError):
                raise _unreachable(url, error) from error
            raise
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _unreachable(url, error) from error

    def _authorization(self, url: URL) -> dict[str, str]:
        """The token is for the configured origin alone, wherever that one points."""
        if self._token is None or url.origin() != self._url.origin():
            return {}
        return {"Authorization": f"Bearer {self._token}"}

    def _refusal(self, url: URL, status: int, headers: Mapping[str, str]) -> OutputError:
        what = f"{shown(url)} answered {status}"
        if status >= 500 or status in _BUSY:
            return Unreachable(what, _retry_after_s(headers.get("Retry-After"), time.time()))
        if status in (401, 403):
            if url.origin() != self._url.origin():
                return Refused(
                    f"{what}: {shown(self._url)} redirects to it, and the token is not"
                    " given to another origin"
                )
            if self._token is None:
                return Refused(f"{what}: it wants a token, set token")
            return Refused(f"{what}: it does not accept the token")
        hint = _HINTS.get(status, "expected 201 Created: is it a WHIP endpoint?")
        return Refused(f"{what}: {hint}")


_HINTS = {
    404: "it has no such endpoint, check the path of whip",
    405: "it takes no POST: is it a WHIP endpoint?",
    406: "it takes neither H.264 (constrained baseline) nor VP8",
    415: "it takes no application/sdp: is it a WHIP endpoint?",
    **dict.fromkeys((301, 302, 303), "it redirects in a way that loses the offer: use 307 or 308"),
}


def shown(url: URL) -> str:
    """Return ``url`` as it may be seen: some servers have their secret in the path or query."""
    origin = str(url.origin())
    return origin if url.path in ("", "/") and not url.query_string else f"{origin}/…"


def _target(url: URL, headers: Mapping[str, str]) -> URL:
    target = _joined(url, headers.get("Location"))
    if target is None:
        raise BadAnswer(f"{shown(url)} redirects to nowhere: expected an http(s) Location")
    if url.scheme == "https" and target.scheme != "https":
        raise Refused(f"{shown(url)} redirects to {shown(target)}, which is not encrypted")
    return target


def _session_url(url: URL, headers: Mapping[str, str]) -> URL | None:
    """Return where the session can be ended: on the server that answered, or nowhere.

    A DELETE can do harm: a server does not get to choose where else we send one.
    """
    session = _joined(url, headers.get("Location"))
    return session if session is not None and session.origin() == url.origin() else None


def _joined(url: URL, location: str | None) -> URL | None:
    """Return where ``location`` points from ``url``; None where that is no http(s) address."""
    if not location:
        return None
    try:
        target = url.join(URL(location)).with_fragment(None)
        is_web = target.scheme in ("http", "https") and bool(target.host)
        return target.with_user(None) if is_web else None
    except ValueError:
        return None


async def _answer(url: URL, response: aiohttp.ClientResponse) -> str:
    if response.content_type != SDP_TYPE:
        raise BadAnswer(f"{shown(url)} answered with another type than {SDP_TYPE}")
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise BadAnswer(f"{shown(url)} answered with more than {MAX_ANSWER_BYTES} bytes")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise BadAnswer(f"{shown(url)} answered with what is not UTF-8") from None


def _retry_after_s(text: str | None, now_s: float) -> float | None:
    """Read a ``Retry-After``, seconds or a date (RFC 9110, 10.2.3); None where it is neither."""
    if text is None:
        return None
    if text.strip().isascii() and text.strip().isdigit():
        return float(text.strip()[:9])
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - now_s)
    except (ValueError, OverflowError):
        return None


def _unreachable(url: URL, error: Exception) -> OutputError:
    where = shown(url)
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return Refused(f"{where}: certificate refused: {error.certificate_error}")
    if isinstance(error, aiohttp.ClientConnectorError):
        return Unreachable(f"cannot connect to {where}: {reason_of(error.os_error)}")
    if isinstance(error, aiohttp.ClientResponseError):
        return Unreachable(f"{where} does not answer in HTTP")
    return Unreachable(f"{where} broke the connection")
