"""One gateway's camera, whose pictures signaling takes once for all who see them through it."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator

from edge.picture import Picture
from edge.picture_reader import PictureReader, PicturesEnded
from edge.unsent import UNSENT_BYTES
from edge.websocket_entry import Refused
from protocol.close_codes import GOING_AWAY, NORMAL
from protocol.messages import Join
from signaling.effects import Close, Outgoing
from signaling.picture_feed import PictureFeed
from signaling.service import SignalingService
from signaling.socket import Socket

log = logging.getLogger(__name__)

LINGER_S = 4.0
"""It is let go this long after the last one looked at it."""
SILENCE_S = 12.0
"""The gateway itself gives up on a camera after 10 s, and knows why."""


class PictureUpstream:
    """From the call to its end. Single use: ``open()``, and ``over`` hears of the end, once.

    The broker sees a link of signaling's own. The gateway is the one that connects, as for every
    call, and serves what connects as it serves a viewer.
    """

    def __init__(
        self, service: SignalingService, camera: str, over: Callable[["PictureUpstream"], None]
    ) -> None:
        self.camera = camera
        self._service = service
        self._feed = PictureFeed(camera)
        self._over = over
        self._traffic = service.traffic_of(camera)
        self._conn = ""
        self._refused: Refused | None = None
        self._lookers = 0
        self._letting_go: asyncio.TimerHandle | None = None
        self._reading: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Call the gateway."""
        self._conn = self._service.arrive(self, f"pictures of {self.camera}")
        if self._refused is None:
            self._service.calls.add(self._conn, self)
            self._service.call_for_pictures(self._conn, self.camera)

    @contextlib.contextmanager
    def looked_at(self) -> Iterator[PictureFeed]:
        """Keep it open for the length of a ``with`` block, and some seconds more.

        Raises :class:`Refused` when it is over already, with the reason.
        """
        if self._refused is not None:
            raise Refused(self._refused.slug, str(self._refused))
        if self._letting_go is not None:
            self._letting_go.cancel()
            self._letting_go = None
        self._lookers += 1
        try:
            yield self._feed
        finally:
            self._lookers -= 1
            if self._lookers == 0 and self._refused is None:
                loop = asyncio.get_running_loop()
                self._letting_go = loop.call_later(LINGER_S, self._let_go)

    def _let_go(self) -> None:
        self._end("no-picture", "nobody looks any more")

    def _end(self, slug: str, detail: str, *, stopping: bool = False) -> None:
        if self._refused is not None:
            return
        self._refused = Refused(slug, detail)
        log.info("= pictures of %s end: %s", self.camera, detail)
        if self._letting_go is not None:
            self._letting_go.cancel()
        if self._reading is not None:
            self._reading.cancel()
        if self._conn:
            self._service.calls.remove(self._conn)
            self._service.leave(self._conn)
        self._over(self)
        if not stopping:
            # Else viewers hear that the server stops.
            self._feed.end(slug, detail)

    # As the service sees it (an OpenLink)

    def deliver(self, message: Outgoing, text: str) -> bool:
        """Take nothing: signaling needs no news from itself."""
        return True

    def close(self, close: Close) -> None:
        """End it for the reason in ``close``."""
        self._end(
            close.slug or "no-picture", close.detail or "closed", stopping=close.code == GOING_AWAY
        )

    # As the relay sees it (a Called)

    def socket(self) -> Socket:
        """Return a socket for the gateway's end, which is not open yet."""
        return Socket(
            self._service.refused,
            writer_limit=UNSENT_BYTES,
            binary_bytes=self._service.limits.max_picture_bytes,
            autoping=True,
        )

    async def serve_gateway(self, socket: Socket) -> None:
        """Take pictures from the gateway until either end is over."""
        log.info("= pictures of %s come", self.camera)
        self._reading = asyncio.create_task(self._read(socket), name=f"read {self.camera}")
        try:
            await asyncio.wait({self._reading})
        finally:
            self._reading.cancel()
        with contextlib.suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(1.0):
                await socket.finish(NORMAL, "")

    async def _read(self, socket: Socket) -> None:
        meter, clock = self._service.meter, self._service.clock
        reader = PictureReader(socket, self._publish, lambda: meter.wait_s(self._traffic, clock()))
        try:
            await reader.run(Join(self.camera), SILENCE_S)
        except PicturesEnded as ended:
            self._end(ended.slug or "gateway-offline", str(ended))
        except TimeoutError:
            self._end("no-picture", f"the gateway sent no picture for {SILENCE_S:g} s")
        except Exception:
            log.exception("= pictures of %s failed", self.camera)
            self._end("no-picture", "the server failed")

    def stop_gateway(self) -> None:
        """End it because the server stops."""
        self._end("no-picture", "the server stops", stopping=True)

    def abandon(self) -> None:
        """The gateway took the call, and is gone."""
        self._end("gateway-offline", "the gateway left")

    def _publish(self, picture: Picture) -> None:
        now = self._service.clock()
        if self._service.meter.came(self._traffic, len(picture.jpeg), now):
            self._feed.publish(picture, now)
