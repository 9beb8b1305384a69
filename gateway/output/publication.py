"""One WHIP session of one output: a peer connection from offer to end."""

import asyncio
import contextlib
import functools
import time
from collections.abc import Callable
from typing import NoReturn

from aiortc import RTCRtpSender, RTCSessionDescription
from aiortc.rtcdtlstransport import RTCCertificate
from yarl import URL

from gateway import aiortc_private
from gateway.camera import Camera
from gateway.camera_state import CameraState
from gateway.closing import Closer
from gateway.delivery import DeliveryStats
from gateway.errors import GatewayError
from gateway.feed import Feed
from gateway.feed_of_sender import new_feed
from gateway.ice_plan import Gathered, IcePlan
from gateway.named_log import NamedLog
from gateway.negotiation import VideoChoice
from gateway.output.errors import BadAnswer, ConnectionLost, OutputError
from gateway.output.media_flow import SILENCE_S, MediaFlow
from gateway.output.session_description import read_answer, whip_offer
from gateway.output.whip_client import OFFER_TIMEOUT_S, WhipClient
from gateway.peers import RELAYED_GATHERING
from gateway.quality import Quality
from gateway.settings import WebrtcSettings
from protocol.messages import IceServer

TICK_S = 1.0
CAMERA_AWAY_S = 10.0
"""A session without pictures is ended after this: the server's viewers then see that it is over."""


class CameraAway(GatewayError):
    """The camera gives no pictures, so there is nothing to publish. Nothing has failed."""


class Publication:
    """Single use: ``await run()``. It sends as a viewer's peer does, and is sent feedback alike."""

    def __init__(
        self,
        camera: Camera,
        client: WhipClient,
        settings: WebrtcSettings,
        plan: IcePlan,
        certificate: RTCCertificate,
        log: NamedLog,
    ) -> None:
        self._camera = camera
        self._client = client
        self._settings = settings
        self._log = log
        self._connection = aiortc_private.new_peer_connection(certificate)
        self._plan = plan
        self.gathered: Gathered | None = None
        """What came of the plan, once it is known."""
        self._gathering: asyncio.Task[None] | None = None
        self._choice: VideoChoice | None = None
        self._feed: Feed | None = None
        self._session: URL | None = None
        self._up = asyncio.Event()
        self._over = asyncio.Event()
        self._error: OutputError | None = None
        self.answered_with: tuple[IceServer, ...] | None = None
        """The ICE servers that came with the answer, once there is one."""
        self._connection.on("connectionstatechange", self._connection_changed)

    async def run(self, live: Callable[[], None], closer: Closer) -> NoReturn:
        """Publish until that fails; ``live`` is called when media go out.

        Raises :class:`OutputError` or :class:`CameraAway`. However it ends, also when it is
        cancelled, the server is told, which takes at most a little more than ``END_TIMEOUT_S``.
        """
        try:
            await self._connect()
            live()
            await self._watch()
        finally:
            self._connection.remove_all_listeners()
            if self._feed is not None:
                self._feed.close()
            closer.close(self._connection, after=self._gathering)
            await self._end_session()

    async def _connect(self) -> None:
        connect_s = self._settings.connect_timeout_s
        try:
            async with asyncio.timeout(OFFER_TIMEOUT_S + connect_s) as deadline:
                created = await self._client.offer(whip_offer(await self._offer()))
                self._session, self.answered_with = created.session, created.ice_servers
                deadline.reschedule(asyncio.get_running_loop().time() + connect_s)
                self._choice, answer = read_answer(
                    created.answer, from_loopback=self._client.on_loopback
                )
                await self._accept(answer)
                await self._up.wait()
        except TimeoutError:
            raise ConnectionLost(
                f"no connection in {connect_s:g} s after the answer: does UDP get there?"
            ) from None
        self._require_no_error()

    async def _offer(self) -> str:
        sender = aiortc_private.offer_video(self._connection)
        hooks = aiortc_private.SenderHooks(
            started=functools.partial(self._try_to_send, sender),
            rtcp_received=self._rtcp_received,
        )
        aiortc_private.take_over(sender, hooks)
        timeout_s = self._settings.gather_timeout_s
        if self._plan.relay is not None:
            timeout_s *= RELAYED_GATHERING
        gathered = aiortc_private.gather_by(self._connection, self._plan, timeout_s)
        offer = await self._connection.createOffer()
        # aioice loses the sockets of a gathering that is cancelled, or closed half-way.
        self._gathering = asyncio.create_task(self._connection.setLocalDescription(offer))
        await asyncio.shield(self._gathering)
        self.gathered = gathered
        return self._connection.localDescription.sdp

    async def _accept(self, answer: str) -> None:
        try:
            await self._connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        except Exception as error:
            # aiortc has no exception of its own for a bad answer.
            self._log.debug("< an answer that cannot be used: %r", error)
            raise BadAnswer("the answer contradicts the offer or itself") from error

    async def _watch(self) -> NoReturn:
        """Look after the media until something is wrong with them."""
        flow = MediaFlow(time.monotonic())
        pictures_s = time.monotonic()
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await self._over.wait()
            self._require_no_error()
            now_s = time.monotonic()
            feed = self._feed
            if feed is None:
                continue
            feed.tick(now_s)
            if flow.stalled(feed.packets, feed.highest_received, now_s):
                raise ConnectionLost(f"no report of what was sent for {SILENCE_S:g} s")
            if self._camera.state is CameraState.LIVE:
                pictures_s = now_s
            elif now_s - pictures_s > CAMERA_AWAY_S:
                raise CameraAway(f"no pictures for {CAMERA_AWAY_S:g} s")

    def _try_to_send(self, sender: RTCRtpSender) -> None:
        """The connection is up: from here on units of the camera's stream go out."""
        choice = self._choice
        if self._over.is_set() or choice is None:
            return
        try:
            streams = self._camera.streams[choice.codec]
            self._feed = new_feed(streams, sender, choice, self._log)
            self._feed.start()
        except Exception:
            self._log.exception("the video could not be started")
            self._fail(ConnectionLost("the video could not be started"))
        self._up.set()

    def _rtcp_received(self, data: bytes) -> None:
        if self._feed is not None:
            self._feed.rtcp_received(data)

    def _connection_changed(self) -> None:
        state = self._connection.connectionState
        if state == "failed":
            self._fail(ConnectionLost("the connection failed"))
        elif state == "closed":
            self._fail(ConnectionLost("the connection ended"))

    def _fail(self, error: OutputError) -> None:
        if self._error is None:
            self._error = error
        self._up.set()
        self._over.set()

    def _require_no_error(self) -> None:
        if self._error is not None:
            raise self._error

    async def _end_session(self) -> None:
        if self._session is None:
            return
        session, self._session = self._session, None
        try:
            await self._client.end(session)
        except OutputError as error:
            # It finds out by itself: the media have ended.
            self._log.debug("> %s", error)

    # What the outside sees

    @property
    def connected(self) -> bool:
        """Whether media ever went out."""
        return self._feed is not None

    @property
    def delivery(self) -> DeliveryStats:
        """How the video gets there."""
        path = aiortc_private.nominated_path(self._connection)
        if self._feed is None:
            return DeliveryStats(Quality.HIGH, path=path)
        return self._feed.delivery(path)
