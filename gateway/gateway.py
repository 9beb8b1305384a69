"""The gateway: cameras, cars, viewers, outputs, and the pool of threads they share."""

import asyncio
import contextlib
import os
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from edge.problems import Problem
from edge.roles import Role
from edge.whep_http import Answered
from gateway.ai.describer import Describer
from gateway.ai.settings import AiSettings
from gateway.ai.spent_file import SPENT_FILE
from gateway.camera import Camera
from gateway.certificate import SharedCertificate
from gateway.drive.cars import Cars
from gateway.drive.settings import CarSettings, DriveSettings
from gateway.errors import UnknownCamera, ViewerRefused
from gateway.events.recording import Recording
from gateway.events.settings import EventsSettings
from gateway.home_assistant.settings import MqttSettings
from gateway.motion.classifier import Classifier
from gateway.motion.memory import MOTION_FILE, MotionMemory
from gateway.output.outputs import Outputs
from gateway.overload import Overload
from gateway.overload_watch import overload_watched
from gateway.peers import Peers
from gateway.picture_viewers import PictureViewers
from gateway.settings import CameraSettings, UplinkSettings, WebrtcSettings
from protocol.messages import CameraInfo, Candidate

if TYPE_CHECKING:
    from gateway.home_assistant.bridge import HomeAssistant

RETRY_AFTER_S = 5
SESSION_BYTES = 16
EVENTS_FOLDER = "events"


class Gateway:
    """``async with gateway:`` runs everything. It also is the backend of WHEP.

    ``signaling`` may be set later: from there come the pictures of cameras that push them.
    Without ``events`` none are kept. ``state_dir`` holds what was changed at run time.
    ``gateway_id`` is its name at the broker of ``mqtt``.
    """

    def __init__(
        self,
        cameras: Mapping[str, CameraSettings],
        webrtc: WebrtcSettings,
        cars: Mapping[str, CarSettings] | None = None,
        drive: DriveSettings | None = None,
        *,
        events: EventsSettings | None = None,
        ai: AiSettings | None = None,
        mqtt: MqttSettings | None = None,
        gateway_id: str = "local",
        state_dir: Path = Path(".peerlens"),
        signaling: UplinkSettings | None = None,
        from_loopback: bool = False,
    ) -> None:
        self.signaling = signaling
        self._executor = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="media")
        # Its own thread: what looks long at a picture holds up no other.
        self._looks = ThreadPoolExecutor(1, thread_name_prefix="classify")
        self.classifier = Classifier(self._looks)
        self.overload = Overload()
        cars = cars or {}
        car_of = {car.camera: car_id for car_id, car in cars.items()}
        self.cameras = {
            camera_id: Camera(
                camera_id,
                settings,
                self._executor,
                self.overload,
                car_of.get(camera_id),
                lambda: self.signaling,
                self.classifier,
            )
            for camera_id, settings in cameras.items()
        }
        self.cars = Cars(cars, drive or DriveSettings(), self.cameras)
        self.picture_viewers = PictureViewers(self.cameras)
        events = events or EventsSettings(enabled=False)
        self.recording = Recording(self.cameras, events, events.path or state_dir / EVENTS_FOLDER)
        self.events = self.recording.changes
        """Each change of an event, once it is stored."""
        certificate = SharedCertificate()
        self.peers = Peers(
            self.cameras,
            self.cars,
            webrtc,
            certificate,
            events=self.events,
            from_loopback=from_loopback,
        )
        self.outputs = Outputs(self.cameras, webrtc, certificate, self.peers.turn_choice)
        self.motion_memory = MotionMemory(state_dir / MOTION_FILE, self.cameras)
        self.describer: Describer | None = None
        if ai is not None and ai.enabled:
            self.describer = Describer(ai, self.recording, state_dir / SPENT_FILE)
        self.home_assistant = self._bridge(mqtt, gateway_id) if mqtt is not None else None
        self._stack = contextlib.AsyncExitStack()

    def _bridge(self, mqtt: MqttSettings, gateway_id: str) -> "HomeAssistant":
        # Only who has a broker needs the package for it.
        from gateway.home_assistant.bridge import HomeAssistant  # noqa: PLC0415

        return HomeAssistant(mqtt, gateway_id, self.cameras, self.recording, self.motion_memory)

    async def __aenter__(self) -> "Gateway":
        async with contextlib.AsyncExitStack() as stack:
            stack.callback(self._executor.shutdown, wait=False)
            stack.push_async_callback(self.motion_memory.close)
            self.motion_memory.restore()
            stack.callback(self._looks.shutdown, wait=False)
            stack.callback(self.classifier.close)
            for camera in self.cameras.values():
                await stack.enter_async_context(camera)
            await stack.enter_async_context(self.recording)
            for part in (self.describer, self.home_assistant):
                if part is not None:
                    await stack.enter_async_context(part)
            watched = overload_watched(self.overload, self.cameras.values())
            await stack.enter_async_context(watched)
            await stack.enter_async_context(self.cars)
            await stack.enter_async_context(self.peers)
            await stack.enter_async_context(self.outputs)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    @property
    def infos(self) -> tuple[CameraInfo, ...]:
        """All cameras as they are now."""
        return tuple(camera.info for camera in self.cameras.values())

    @contextlib.contextmanager
    def watching_changes(self, changed: Callable[[], None]) -> Iterator[None]:
        """Call ``changed`` whenever a camera's info changes, within a ``with`` block."""
        with contextlib.ExitStack() as stack:
            for camera in self.cameras.values():
                stack.enter_context(camera.changes.subscribed(lambda _: changed()))
            yield

    def camera(self, camera_id: str) -> Camera:
        """Return a camera by its id; raises :class:`UnknownCamera`."""
        try:
            return self.cameras[camera_id]
        except KeyError:
            raise UnknownCamera(f"no camera {camera_id!r}") from None

    # WhepBackend

    async def offer(self, camera: str, sdp: str, role: Role, address: str, relay: bool) -> Answered:
        """See :class:`edge.whep_http.WhepBackend`."""
        session = secrets.token_hex(SESSION_BYTES)
        try:
            sdp = await self.peers.open(session, camera, sdp, role, relay=relay)
            return Answered(session, sdp)
        except ViewerRefused as error:
            raise as_problem(error) from error

    async def candidates(self, session: str, candidates: Sequence[Candidate]) -> None:
        """See :class:`edge.whep_http.WhepBackend`."""
        try:
            await asyncio.gather(*(self.peers.add_candidate(entry) for entry in candidates))
        except ViewerRefused as error:
            raise as_problem(error) from error

    async def close(self, session: str) -> None:
        """See :class:`edge.whep_http.WhepBackend`."""
        try:
            self.peers.close(session, "the viewer left")
        except ViewerRefused as error:
            raise as_problem(error) from error


def as_problem(error: ViewerRefused) -> Problem:
    """Translate a refusal for HTTP."""
    headers = {"Retry-After": str(RETRY_AFTER_S)} if error.status == 503 else None
    return Problem(error.status, error.slug, str(error), headers=headers)
