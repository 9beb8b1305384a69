"""A camera that pushes its pictures to signaling: the gateway takes them there."""

import asyncio
import time
from typing import NoReturn

import aiohttp
from yarl import URL

from edge.client_socket import hold_back_client
from edge.picture import Picture
from edge.picture_reader import PictureReader, PicturesEnded
from gateway.settings import CameraSettings, UplinkSettings
from gateway.source.base import Deliver, SourceStats
from gateway.source.errors import SourceRefused, SourceStalled, SourceUnreachable, reason_of
from gateway.units import JpegFrame
from protocol.messages import Join

CONNECT_TIMEOUT_S = 3.0
"""Signaling may be farther away than a camera."""
NEEDS_A_PERSON = frozenset({"unauthorized", "forbidden", "unsupported-version"})


class PushSource:
    """One WebSocket to ``/ws/analyzer`` of the gateway's signaling. Single-use.

    Capture is when the picture arrived at signaling, mapped on this machine's clock.
    """

    def __init__(self, settings: CameraSettings, signaling: UplinkSettings | None) -> None:
        self._settings = settings
        self._signaling = signaling
        self._device = URL(settings.source).path
        self._capture_s = float("-inf")
        self._delivered = 0

    @property
    def stats(self) -> SourceStats:
        return SourceStats(delivered=self._delivered)

    async def run(self, deliver: Deliver) -> NoReturn:
        signaling = self._signaling
        if signaling is None:
            raise SourceUnreachable(f"{self._settings.source}: signaling is not up yet")
        url = URL(signaling.url) / "analyzer"
        join = Join(self._device, token=signaling.token)
        try:
            async with (
                aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
                await self._connected(session, url) as socket,
            ):
                hold_back_client(socket)
                reader = PictureReader(socket, lambda picture: deliver(self._frame(picture)))
                await reader.run(join, self._settings.stall_timeout_s)
        except PicturesEnded as ended:
            raise self._translated(ended) from ended
        except aiohttp.WSServerHandshakeError as error:
            raise SourceUnreachable(f"{url} answers {error.status}") from error
        except aiohttp.InvalidURL as error:
            raise SourceRefused(f"{url} is not a valid address") from error
        except aiohttp.ClientConnectorError as error:
            reason = reason_of(error.os_error)
            raise SourceUnreachable(f"cannot connect to {url}: {reason}") from error
        except (aiohttp.ClientError, OSError) as error:
            if isinstance(error, TimeoutError):
                silent = f"no picture for {self._settings.stall_timeout_s:g} s"
                raise SourceStalled(f"device {self._device}: {silent}") from error
            raise SourceUnreachable(f"{url} broke the connection") from error

    async def _connected(
        self, session: aiohttp.ClientSession, url: URL
    ) -> aiohttp.ClientWebSocketResponse:
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                return await session.ws_connect(
                    url,
                    max_msg_size=self._settings.max_part_bytes,
                    timeout=aiohttp.ClientWSTimeout(ws_close=1.0),
                )
        except TimeoutError as error:
            detail = f"{url}: no connection within {CONNECT_TIMEOUT_S:g} s"
            raise SourceUnreachable(detail) from error

    def _translated(self, ended: PicturesEnded) -> SourceRefused | SourceUnreachable:
        if ended.slug == "unknown-camera":
            return SourceUnreachable(f"device {self._device} does not push pictures to signaling")
        told = f"device {self._device}: {ended}"
        if ended.slug in NEEDS_A_PERSON:
            return SourceRefused(told)
        return SourceUnreachable(told)

    def _frame(self, picture: Picture) -> JpegFrame:
        now_s = time.monotonic()
        ago_s = max(0.0, time.time() - picture.capture_ms / 1000)
        # The clocks are compared anew all the time: captures must not go back for it.
        self._capture_s = min(max(now_s - ago_s, self._capture_s), now_s)
        self._delivered += 1
        return JpegFrame(picture.jpeg, self._capture_s, now_s)
