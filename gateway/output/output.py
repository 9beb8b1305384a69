"""One output of one camera: publishes it for ever."""

import asyncio
import logging
import time
from typing import NoReturn

import aiohttp
from yarl import URL

from gateway.camera import Camera
from gateway.camera_state import CameraState
from gateway.certificate import SharedCertificate
from gateway.closing import Closer
from gateway.delivery import DeliveryCounts, DeliveryStats
from gateway.ice_plan import IcePlan
from gateway.named_log import NamedLog
from gateway.output.errors import OutputError, Refused
from gateway.output.lifecycle import OutputLifecycle, OutputState
from gateway.output.publication import CameraAway, Publication
from gateway.output.retry import Retry
from gateway.output.whip_client import WhipClient, shown
from gateway.settings import WebrtcSettings, WhipSettings
from gateway.turn_choice import TurnChoice
from protocol.messages import IceServer

logger = logging.getLogger(__name__)


class Output:
    """``await run()`` in a task of its own; cancel it to stop. Single use; on the event loop only.

    It wants its camera open all the time, and publishes while there are pictures.
    """

    def __init__(
        self,
        camera: Camera,
        number: int,
        settings: WhipSettings,
        webrtc: WebrtcSettings,
        certificate: SharedCertificate,
        turn_choice: TurnChoice,
        closer: Closer,
    ) -> None:
        self.camera = camera
        self.number = number
        """Its place in the camera's list of outputs, from 0."""
        self.shown = shown(URL(settings.whip))
        """Its address, without what may be secret."""
        self.name = f"{camera.id}/whip{number}"
        self.attempts = 0
        self._settings = settings
        self._webrtc = webrtc
        self._certificate = certificate
        self._turn_choice = turn_choice
        self._closer = closer
        self._log = NamedLog(logger, self.name)
        self.lifecycle = OutputLifecycle(self._log)
        self._retry = Retry()
        self._publication: Publication | None = None
        self._left = DeliveryCounts()
        self._needs_ice_servers = False
        self._ice_servers: tuple[IceServer, ...] = ()

    async def run(self, session: aiohttp.ClientSession) -> NoReturn:
        """Publish until cancelled."""
        client = WhipClient(session, self._settings)
        try:
            with self.camera.wanted():
                while True:
                    await self._pictures()
                    await asyncio.sleep(await self._publish(client))
        finally:
            self.lifecycle.move(OutputState.STOPPED)

    async def _pictures(self) -> None:
        """Wait until the camera gives some."""
        changed = asyncio.Event()
        with self.camera.changes.subscribed(lambda _: changed.set()):
            while self.camera.state is not CameraState.LIVE:
                self.lifecycle.move(OutputState.WAITING, "the camera gives no pictures")
                changed.clear()
                await changed.wait()

    async def _publish(self, client: WhipClient) -> float:
        """Publish once, and return how long to wait before the next time."""
        self.attempts += 1
        self.lifecycle.move(OutputState.CONNECTING)
        try:
            servers = self._ice_servers if self._needs_ice_servers else ()
            plan = await self._turn_choice.plan(servers, relay=True)
            await self._publish_by(plan, client)
        except CameraAway as error:
            self.lifecycle.move(OutputState.WAITING, str(error))
            return 0.0
        except OutputError as error:
            return self._failed(error)
        except Exception as error:
            # A defect, but one that must not end the output for good.
            self._log.exception("the output failed unexpectedly")
            return self._failed(Refused(f"unexpected {type(error).__name__}"))

    async def _publish_by(self, plan: IcePlan, client: WhipClient) -> NoReturn:
        certificate = self._certificate.newest()
        publication = self._publication = Publication(
            self.camera, client, self._webrtc, plan, certificate, self._log
        )
        try:
            await publication.run(self._live, self._closer)
        finally:
            self._left = self._left.plus(publication.delivery)
            self._publication = None
            self._note_ice_servers(publication)
            if publication.gathered is not None:
                self._turn_choice.report(plan, publication.gathered)

    def _note_ice_servers(self, publication: Publication) -> None:
        """RFC 9725, 4.6: the server's STUN and TURN come with its answer, too late for aiortc.

        They serve the next attempt, from the first one on that got an answer and no connection.
        """
        if publication.answered_with is not None:
            self._ice_servers = publication.answered_with
            self._needs_ice_servers |= not publication.connected

    def _live(self) -> None:
        self._retry.live(time.monotonic())
        self.lifecycle.move(OutputState.LIVE)

    def _failed(self, error: OutputError) -> float:
        self.lifecycle.move(OutputState.FAILED, str(error)[:500])
        delay_s = self._retry.delay_s(error, time.monotonic())
        self._log.debug("= next try in %.1f s", delay_s)
        return delay_s

    # What the outside sees

    @property
    def delivery(self) -> DeliveryStats | None:
        """How the video of the session of this moment gets there; None while there is none."""
        return self._publication.delivery if self._publication is not None else None

    @property
    def counts(self) -> DeliveryCounts:
        """What was sent in all sessions."""
        stats = self.delivery
        return self._left if stats is None else self._left.plus(stats)
