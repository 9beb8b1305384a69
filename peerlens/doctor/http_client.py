"""The one HTTP client of a check-up, and what went wrong with a request in plain words."""

import contextlib
import json
import ssl
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
from yarl import URL

REQUEST_TIMEOUT_S = 3.0
MAX_BODY_BYTES = 1_000_000
SERVER_HEADER = "Peerlens"


@contextlib.asynccontextmanager
async def http_client() -> AsyncIterator[aiohttp.ClientSession]:
    """Proxies and cookies are not used, as gateways do not use them."""
    async with aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=REQUEST_TIMEOUT_S),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": "peerlens-doctor"},
    ) as session:
        yield session


@dataclass(frozen=True)
class HttpReading:
    """What came of one request. ``problem`` is in words when nothing did; ``body`` is JSON or None.

    ``certificate_problem``: the server's TLS certificate does not hold. ``clock_offset_s``: the
    server's clock less this machine's, within a second, by its Date header.
    """

    status: int | None = None
    problem: str | None = None
    certificate_problem: str | None = None
    is_peerlens: bool = False
    body: Any = None
    clock_offset_s: float | None = None


async def get(session: aiohttp.ClientSession, url: URL, token: str | None = None) -> HttpReading:
    """GET ``url``; never raises for what the network or the server does."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    sent_s = time.time()
    try:
        async with session.get(url, headers=headers, allow_redirects=False) as response:
            offset_s = _offset_s(response.headers.get("Date"), sent_s, time.time())
            return HttpReading(
                status=response.status,
                is_peerlens=response.headers.get("Server") == SERVER_HEADER,
                body=await _json(response),
                clock_offset_s=offset_s,
            )
    except aiohttp.ClientConnectorCertificateError as error:
        return HttpReading(certificate_problem=certificate_words(error.certificate_error))
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
        return HttpReading(problem=words(error))


def words(error: BaseException) -> str:
    """Why a connection failed, without a library's decorations."""
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "the name has no address"
    if isinstance(error, aiohttp.ClientConnectorError):
        error = error.os_error
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ConnectionRefusedError):
        return "the connection is refused: nothing listens there"
    if isinstance(error, OSError):
        return (error.strerror or str(error) or type(error).__name__).lower()
    return str(error) or type(error).__name__


def certificate_words(error: BaseException) -> str:
    """Why a TLS certificate is refused."""
    if isinstance(error, ssl.SSLCertVerificationError) and error.verify_message:
        return error.verify_message
    return str(error) or type(error).__name__


async def _json(response: aiohttp.ClientResponse) -> Any:
    if "json" not in response.content_type:
        return None
    body = bytearray()
    async for chunk in response.content.iter_chunked(65_536):
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            return None
    with contextlib.suppress(ValueError):
        return json.loads(body)
    return None


def _offset_s(date: str | None, sent_s: float, arrived_s: float) -> float | None:
    if date is None:
        return None
    try:
        # It is cut to whole seconds: on average half of one is missing.
        server_s = parsedate_to_datetime(date).timestamp() + 0.5
    except (TypeError, ValueError):
        return None
    return server_s - (sent_s + arrived_s) / 2
