"""A viewer without a peer connection: JPEGs over a WebSocket, as many as it asks for."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import assert_never

from edge.message_socket import MessageSocket, Socket, SocketEnded
from edge.picture import Picture
from protocol.codec import decode
from protocol.messages import Join, Next, PictureViewerToGateway, Ping, Pong, Sync, Synced

MAX_AHEAD = 4
"""Pictures that a viewer may ask for before they come."""
SILENCE_S = 10.0
SEND_TIMEOUT_S = 5.0
"""A viewer that takes longer than this to take a picture is sent away."""


@dataclass
class PictureCounts:
    """Of one camera: who sees it this way now, and what was sent to all there ever were."""

    viewers: int = 0
    sent: int = 0
    sent_bytes: int = 0
    left_out: int = 0
    """Pictures that a viewer had no room for."""

    @contextlib.contextmanager
    def one_more(self) -> Iterator[None]:
        """Count a viewer for the length of a ``with`` block."""
        self.viewers += 1
        try:
            yield
        finally:
            self.viewers -= 1


class PictureSocket:
    """Single use: ``await run()``, and ``put`` meanwhile.

    Only the newest picture is held. It is chosen when the network has taken the one before (see
    :mod:`edge.unsent`), so a slow network costs pictures and not age. ``may_send`` is asked with
    the size of each picture before it goes out.
    """

    def __init__(
        self,
        socket: Socket,
        name: str,
        counts: PictureCounts,
        *,
        may_send: Callable[[int], bool] = lambda size: True,
        on_refused: Callable[[str], None] = lambda slug: None,
    ) -> None:
        self._counts = counts
        self._may_send = may_send
        self._messages = MessageSocket(
            socket,
            name,
            newest=self._message,
            send_timeout_s=SEND_TIMEOUT_S,
            on_refused=on_refused,
        )
        self._picture: Picture | None = None
        self._room = 0

    async def run(self) -> None:
        """Serve the viewer until either side ends the link."""
        with self._counts.one_more():
            await self._messages.run(self._received, SILENCE_S)

    def put(self, picture: Picture) -> None:
        """Take the newest picture. Never waits."""
        if self._picture is not None:
            self._counts.left_out += 1
        self._picture = picture
        self._messages.wake()

    def end(self, slug: str, detail: str) -> None:
        """Make `run` say why, and return."""
        self._messages.end(slug, detail)

    def _message(self) -> bytes | None:
        """Return what to send now, if there is room for it and it was not sent yet."""
        picture = self._picture
        if picture is None or self._room == 0 or not self._may_send(len(picture.jpeg)):
            return None
        self._picture = None
        self._room -= 1
        self._counts.sent += 1
        self._counts.sent_bytes += len(picture.jpeg)
        return picture.message

    def _received(self, text: str) -> None:
        message: PictureViewerToGateway = decode(text, PictureViewerToGateway)
        match message:
            case Next():
                self._room = min(MAX_AHEAD, self._room + 1)
                self._messages.wake()
            case Sync():
                now_ms = time.time() * 1000
                self._messages.send(Synced(message.sent_ms, now_ms, now_ms))
            case Ping():
                self._messages.send(Pong(message.id))
            case Pong():
                pass
            case Join():
                raise SocketEnded("unexpected-message", "this viewer has joined already")
            case _:
                assert_never(message)
