"""MJPEG over HTTP: the stream of an ESP32, and of most other cameras."""

import asyncio
import base64
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

import aiohttp
from yarl import URL

from gateway.settings import CameraSettings, SourceAuthSettings
from gateway.source.base import Deliver, SourceStats
from gateway.source.device_clock import DeviceClock
from gateway.source.errors import (
    CertificateRefused,
    NoAnswer,
    SinglePicture,
    SourceRefused,
    SourceStalled,
    SourceUnreachable,
    UnknownHost,
    reason_of,
)
from gateway.source.http_answer import check_answer, single_picture
from gateway.source.mjpeg_parser import MjpegParser
from gateway.units import JpegFrame

logger = logging.getLogger(__name__)

READ_BUFFER_BYTES = 256 * 1024
"""Room for several pictures, so that a backlog arrives in one read and only its last is used."""


@dataclass(frozen=True, slots=True)
class Wording:
    """How the camera words its stream: the type of its answer, and the headers of its parts.

    Names of headers are in lower case.
    """

    content_type: str
    part_headers: Mapping[str, str]


class HttpMjpegSource:
    """One HTTP request to one camera, for as long as pictures come. Single-use.

    Redirects, proxies and cookies are refused: the camera's address is what the settings say.
    """

    def __init__(self, settings: CameraSettings) -> None:
        url = URL(settings.source)
        self._settings = settings
        self._authorization = _authorization(settings.auth, url)
        self._url = url.with_user(None)
        self._shown = str(self._url.with_query(None).with_fragment(None))
        self._parser = MjpegParser(settings.max_part_bytes)
        self._clock = DeviceClock()
        self._delivered = self._stale = 0
        self._content_type = ""
        self._part_headers: Mapping[str, str] = {}

    @property
    def wording(self) -> Wording:
        """What was seen so far, the newest part's headers."""
        return Wording(self._content_type, self._part_headers)

    @property
    def stats(self) -> SourceStats:
        parsed = self._parser.stats
        return SourceStats(
            delivered=self._delivered,
            stale=self._stale + parsed.joined,
            broken=parsed.truncated + parsed.damaged + parsed.oversized,
        )

    async def run(self, deliver: Deliver) -> NoReturn:
        settings = self._settings
        timeout = aiohttp.ClientTimeout(
            total=None, connect=settings.connect_timeout_s, sock_connect=settings.connect_timeout_s
        )
        headers = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "peerlens"}
        if self._authorization is not None:
            headers["Authorization"] = self._authorization
        try:
            async with aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=1, force_close=True),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers=headers,
                read_bufsize=READ_BUFFER_BYTES,
                timeout=timeout,
            ) as session:
                await self._stream(session, deliver)
        except aiohttp.ClientConnectorCertificateError as error:
            reason = error.certificate_error
            raise CertificateRefused(f"{self._shown}: certificate refused: {reason}") from error
        except aiohttp.ConnectionTimeoutError as error:
            raise NoAnswer(
                f"{self._shown}: no connection within {settings.connect_timeout_s:g} s"
            ) from error
        except aiohttp.InvalidURL as error:
            raise SourceRefused(f"{self._shown} is not a valid address") from error
        except aiohttp.ClientConnectorError as error:
            is_name = isinstance(error, aiohttp.ClientConnectorDNSError)
            kind = UnknownHost if is_name else SourceUnreachable
            raise kind(f"cannot connect to {self._shown}: {reason_of(error.os_error)}") from error
        except aiohttp.ClientResponseError as error:
            raise SourceUnreachable(f"{self._shown} does not answer in HTTP") from error
        except (aiohttp.ClientError, OSError) as error:
            raise SourceUnreachable(f"{self._shown} broke the connection") from error

    async def _stream(self, session: aiohttp.ClientSession, deliver: Deliver) -> NoReturn:
        settings = self._settings
        loop = asyncio.get_running_loop()
        start_s = loop.time()
        deadline_s = start_s + settings.connect_timeout_s + settings.stall_timeout_s
        try:
            async with (
                asyncio.timeout_at(deadline_s) as deadline,
                session.get(self._url, allow_redirects=False) as response,
            ):
                bare = check_answer(
                    response.status,
                    response.headers,
                    self._shown,
                    self._authorization is not None,
                )
                self._content_type = response.headers.get("Content-Type", "")
                logger.info("= %s answered, waiting for pictures", self._shown)
                deadline.reschedule(loop.time() + settings.stall_timeout_s)
                while data := await response.content.readany():
                    if self._take(data, deliver):
                        deadline.reschedule(loop.time() + settings.stall_timeout_s)
                if bare and self._parser.stats.pictures <= 1:
                    raise SinglePicture(single_picture(self._shown))
                raise SourceUnreachable(f"{self._shown} ended the stream")
        except TimeoutError as error:
            if isinstance(error, aiohttp.ClientError):
                raise
            raise SourceStalled(self._stalled()) from error

    def _take(self, data: bytes, deliver: Deliver) -> bool:
        """Parse ``data``; deliver the newest picture in it, if it completes one."""
        now_s = time.monotonic()
        parts = self._parser.feed(data, now_s)
        if not parts:
            return False
        newest = parts[-1]
        self._part_headers = newest.headers
        capture_s = self._clock.capture_s(
            newest.began_s, _seconds(newest.headers.get("x-timestamp"))
        )
        self._stale += len(parts) - 1
        self._delivered += 1
        deliver(JpegFrame(newest.jpeg, capture_s, now_s))
        return True

    def _stalled(self) -> str:
        message = f"{self._shown}: no complete picture for {self._settings.stall_timeout_s:g} s"
        if broken := self.stats.broken:
            message += f" ({broken} broken or too large since the start)"
        return message


def _authorization(auth: SourceAuthSettings, url: URL) -> str | None:
    """Return the request header; settings win over what the URL carries."""
    if auth.bearer is not None:
        return f"Bearer {auth.bearer}"
    username, password = auth.username, auth.password
    if username is None:
        username, password = url.user, url.password
    if username is None:
        return None
    pair = f"{username}:{password or ''}".encode()
    return f"Basic {base64.b64encode(pair).decode('ascii')}"


def _seconds(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        return float(text)
    except ValueError:
        return None
