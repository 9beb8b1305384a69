"""``/{camera}/stream`` and ``/{camera}/snapshot.jpg`` for cameras whose pictures are relayed."""

import asyncio
import time

from aiohttp import web

from edge.addresses import client_address
from edge.auth import AUTHENTICATOR
from edge.mjpeg_response import (
    FIRST_FRAME_TIMEOUT_S,
    MjpegPart,
    send_jpegs,
    snapshot,
    stream_head,
)
from edge.newest_slot import Closed, NewestSlot
from edge.picture import Picture
from edge.problems import Problem
from edge.roles import Role
from edge.websocket_entry import Refused
from signaling.picture_hub import PictureHub
from signaling.service import SignalingService
from signaling.whep import RETRY_AFTER_S

CAMERA = r"{camera:[A-Za-z0-9][A-Za-z0-9._-]{0,63}}"
SNAPSHOT_TIMEOUT_S = 6.0


class MjpegRoutes:
    """The handlers, for one hub."""

    def __init__(self, service: SignalingService, hub: PictureHub) -> None:
        self._service = service
        self._hub = hub

    def all(self) -> list[web.RouteDef]:
        """Return both routes; they need the role viewer."""
        return [
            web.get(f"/{CAMERA}/stream", self.stream),
            web.get(f"/{CAMERA}/snapshot.jpg", self.snapshot),
        ]

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Any number of viewers, on the one connection that the camera has."""
        camera = await _camera(request)
        if request.method == "HEAD":
            return stream_head()
        meter, clock = self._service.meter, self._service.clock
        try:
            with self._hub.taking(camera, "viewer", client_address(request)) as (feed, traffic):
                sink = _Sink()
                with feed.subscribed(sink, clock()), traffic.viewers.one_more():
                    first = await sink.first(FIRST_FRAME_TIMEOUT_S)
                    return await send_jpegs(
                        request, first, sink.slot, lambda size: meter.goes(traffic, size, clock())
                    )
        except Refused as refused:
            self._service.refused(refused.slug)
            raise _problem(refused) from refused

    async def snapshot(self, request: web.Request) -> web.Response:
        """The newest picture."""
        camera = await _camera(request)
        try:
            with self._hub.taking(camera, "viewer", client_address(request)) as (feed, traffic):
                sink = _Sink()
                with feed.subscribed(sink, self._service.clock()):
                    part = await sink.first(SNAPSHOT_TIMEOUT_S)
                if not self._service.meter.goes(traffic, len(part.jpeg), self._service.clock()):
                    raise Refused("overloaded", "the relay's limit is reached; try again later")
                return snapshot(part.jpeg, max(0.0, time.time() - part.capture_s))
        except Refused as refused:
            self._service.refused(refused.slug)
            raise _problem(refused) from refused


class _Sink:
    """One viewer, as a feed sees it."""

    def __init__(self) -> None:
        self.slot: NewestSlot[MjpegPart] = NewestSlot()
        self._why = Refused("no-picture", "the camera gives no picture")

    def put(self, picture: Picture) -> None:
        self.slot.put(MjpegPart(picture.jpeg, picture.capture_ms / 1000))

    def end(self, slug: str, detail: str) -> None:
        self._why = Refused(slug, detail)
        self.slot.close()

    async def first(self, limit_s: float) -> MjpegPart:
        """Wait for a picture. Raises :class:`Refused`."""
        try:
            async with asyncio.timeout(limit_s):
                return await self.slot.get()
        except (Closed, TimeoutError):
            raise self._why from None


async def _camera(request: web.Request) -> str:
    await request.app[AUTHENTICATOR].require(request, Role.VIEWER, offer_basic=True)
    return request.match_info["camera"]


def _problem(refused: Refused) -> Problem:
    if refused.slug == "unknown-camera":
        return Problem(404, refused.slug, str(refused))
    return Problem(503, refused.slug, str(refused), headers={"Retry-After": str(RETRY_AFTER_S)})
