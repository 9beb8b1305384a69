"""A camera that pushes its pictures: one JPEG in each binary message."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable

from edge.auth import Authenticator
from edge.message_socket import MessageSocket, SocketEnded
from edge.picture import Picture
from edge.token_bucket import TokenBucket
from protocol.codec import decode
from protocol.messages import DeviceToSignaling, Ping, Pong, RegisterCamera
from signaling import introduction
from signaling.effects import Close, Outgoing
from signaling.picture_feed import PictureFeed
from signaling.picture_hub import PictureHub
from signaling.service import SignalingService
from signaling.socket import Socket

log = logging.getLogger(__name__)

SILENCE_S = 10.0
PICTURE_TIMEOUT_S = 10.0
"""Who looks at a camera that pushes nothing for this long is told."""
MAX_BROKEN = 20
"""Pictures in a row that end too early. One now and then is what cheap cameras do."""
BURST_FRAMES = 4
"""What the network held back comes at once, and is no flood."""
PADDING_BYTES = 64
"""Some cameras send a little more than the picture."""
_START, _END = b"\xff\xd8\xff", b"\xff\xd9"


class PushingCamera:
    """Serves one link of a camera until either side ends it. Single use.

    Messages are read one at a time and nothing is queued: what is not the newest is gone.
    """

    def __init__(
        self,
        socket: Socket,
        hub: PictureHub,
        service: SignalingService,
        authenticator: Authenticator,
        address: str,
    ) -> None:
        self._hub = hub
        self._service = service
        self._authenticator = authenticator
        self._address = address
        self._socket = socket
        self._messages = MessageSocket(
            socket,
            f"pushing camera from {address}",
            binary=self._pushed,
            on_refused=self._count_refusal,
        )
        self._closed_by_broker = False
        self._feed: PictureFeed | None = None
        fps = service.limits.push_fps
        self._pace = TokenBucket(fps, BURST_FRAMES, service.clock())
        self._broken_in_a_row = 0
        self._arrived = asyncio.Event()

    # As the service sees it (an OpenLink)

    def deliver(self, message: Outgoing, text: str) -> bool:
        """Queue a message."""
        self._messages.send(message)
        return True

    def close(self, close: Close) -> None:
        """Make `run` say ``close`` and end."""
        self._closed_by_broker = True
        self._messages.end(close.slug, close.detail)

    def _count_refusal(self, slug: str) -> None:
        # What the broker closes for, the service has counted.
        if not self._closed_by_broker:
            self._service.refused(slug)

    # Its life

    async def run(self, registered: RegisterCamera, known: Callable[[], None]) -> None:
        """Serve the camera that introduced itself like this. Raises LinkRefused or Refused.

        ``known`` is called once its token is found to be right.
        """
        with contextlib.ExitStack() as stack:
            role = await introduction.admitted(
                registered, self._authenticator, self._address, stack, "pushing camera"
            )
            known()
            conn = self._service.arrive(self, self._address, pushes=True)
            stack.callback(self._service.leave, conn)
            self._service.introduce(conn, registered, role)
            if self._service.has_link(conn):
                self._feed = stack.enter_context(self._hub.pushing(registered.device_id))
                await self._serve(registered.device_id)
            else:
                await self._messages.run(self._received, SILENCE_S)

    async def _serve(self, device_id: str) -> None:
        self._traffic = self._service.traffic_of(device_id)
        log.info("= %s pushes pictures from %s", device_id, self._address)
        watching = asyncio.create_task(self._watch(device_id), name=f"watch {device_id}")
        try:
            await self._messages.run(self._received, SILENCE_S)
        finally:
            watching.cancel()
            await asyncio.wait({watching})
            log.info("= %s pushes no more", device_id)

    async def _watch(self, device_id: str) -> None:
        """Tell who looks when there is nothing to be seen."""
        while True:
            try:
                async with asyncio.timeout(PICTURE_TIMEOUT_S):
                    await self._arrived.wait()
            except TimeoutError:
                if self._feed is not None:
                    self._feed.end("no-picture", f"camera {device_id!r} sends no pictures")
            self._arrived.clear()

    def _received(self, text: str) -> None:
        message: DeviceToSignaling = decode(text, DeviceToSignaling)
        if isinstance(message, Ping):
            self._messages.send(Pong(message.id))
        elif isinstance(message, RegisterCamera):
            raise SocketEnded("unexpected-message", "this camera has registered already")

    def _pushed(self, data: bytes) -> None:
        now = self._service.clock()
        feed, limit = self._feed, self._service.limits.max_picture_bytes
        if feed is None:
            return
        if len(data) > limit:
            raise SocketEnded("message-too-large", f"expected a picture of at most {limit} bytes")
        within = self._service.meter.came(self._traffic, len(data), now)
        if not data.startswith(_START):
            raise SocketEnded("not-a-jpeg", "expected one JPEG in each binary message")
        if data.rfind(_END, -PADDING_BYTES) < 0:
            self._broken()
            return
        self._broken_in_a_row = 0
        self._arrived.set()
        if not self._pace.take(now):
            self._traffic.over_fps += 1
        elif within:
            feed.publish(Picture(bytes(data), time.time() * 1000), now)

    def _broken(self) -> None:
        self._traffic.broken += 1
        self._broken_in_a_row += 1
        if self._broken_in_a_row >= MAX_BROKEN:
            detail = f"{MAX_BROKEN} pictures in a row end before their end marker"
            raise SocketEnded("not-a-jpeg", detail)
