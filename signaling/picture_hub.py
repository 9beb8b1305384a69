"""Whose pictures go through signaling: cameras that push them, and gateways' cameras."""

import contextlib
from collections import Counter
from collections.abc import Iterator
from typing import Literal

from edge.websocket_entry import Refused
from signaling.picture_feed import PictureFeed
from signaling.picture_upstream import PictureUpstream
from signaling.relay_meter import Traffic
from signaling.service import SignalingService

Taker = Literal["viewer", "analyzer"]


class PictureHub:
    """Finds the pictures that somebody asks for, and bounds who may take them.

    ``calls`` says that gateways' cameras are to be had, by a call to their gateway: of all who
    look at one, only the first costs the gateway anything.
    """

    def __init__(self, service: SignalingService, *, calls: bool) -> None:
        self._service = service
        self._calls = calls
        self._pushed: dict[str, PictureFeed] = {}
        self._upstreams: dict[str, PictureUpstream] = {}
        self._takers: Counter[Taker] = Counter()
        self._per_address: Counter[str] = Counter()

    @property
    def pushed(self) -> tuple[str, ...]:
        """The cameras that push pictures now."""
        return tuple(self._pushed)

    def takers(self, kind: Taker) -> int:
        """How many there are now."""
        return self._takers[kind]

    # Cameras that push

    @contextlib.contextmanager
    def pushing(self, device_id: str) -> Iterator[PictureFeed]:
        """Have ``device_id`` as a camera for the length of a ``with`` block.

        One that comes again, before its last link was noticed to be dead, goes on with the feed.
        """
        feed = self._pushed.get(device_id) or PictureFeed(device_id)
        self._pushed[device_id] = feed
        links = feed.links = feed.links + 1
        try:
            yield feed
        finally:
            if feed.links == links and self._pushed.get(device_id) is feed:
                del self._pushed[device_id]
                feed.end("no-picture", f"camera {device_id!r} stopped sending pictures")

    # Who takes pictures

    @contextlib.contextmanager
    def taking(
        self, camera: str, kind: Taker, address: str, *, pushed_only: bool = False
    ) -> Iterator[tuple[PictureFeed, Traffic]]:
        """Have the pictures of ``camera`` come for the length of a ``with`` block.

        Viewers get a gateway's camera where there is one of that id, so that no device can take
        its place; analyzers get the device. ``pushed_only``: devices and nothing else, as for a
        gateway, which must not be shown its own pictures. Raises :class:`Refused`.
        """
        with self._admitted(kind, address):
            if pushed_only or (kind == "analyzer" and camera in self._pushed):
                feed = self._pushed.get(camera)
            elif self._calls and self._service.broker.has_camera(camera):
                with self._from_gateway(camera) as feed:
                    yield feed, self._service.traffic_of(camera)
                return
            else:
                feed = self._pushed.get(camera)
            if feed is None:
                raise Refused("unknown-camera", f"there is no camera {camera}")
            yield feed, self._service.traffic_of(camera)

    @contextlib.contextmanager
    def _admitted(self, kind: Taker, address: str) -> Iterator[None]:
        limits = self._service.limits
        most = limits.picture_viewers if kind == "viewer" else limits.analyzers
        if self._takers[kind] >= most:
            raise Refused("overloaded", f"{most} {kind}s take pictures this way already")
        # Analyzers are gateways and admins, and one gateway takes many cameras.
        if kind == "viewer" and self._per_address[address] >= limits.picture_viewers_per_address:
            raise Refused("overloaded", "too many take pictures at this address")
        self._takers[kind] += 1
        if kind == "viewer":
            self._per_address[address] += 1
        try:
            yield
        finally:
            self._takers[kind] -= 1
            if kind == "viewer":
                self._per_address[address] -= 1
                if self._per_address[address] <= 0:
                    del self._per_address[address]

    def _from_gateway(self, camera: str) -> contextlib.AbstractContextManager[PictureFeed]:
        upstream = self._upstreams.get(camera)
        if upstream is None:
            upstream = PictureUpstream(self._service, camera, self._over)
            self._upstreams[camera] = upstream
            upstream.open()
        return upstream.looked_at()

    def _over(self, upstream: PictureUpstream) -> None:
        if self._upstreams.get(upstream.camera) is upstream:
            del self._upstreams[upstream.camera]
