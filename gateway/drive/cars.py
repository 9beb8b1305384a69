"""All cars of a gateway: which camera and which board each has, and their time."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Mapping

from edge.message_socket import Socket
from edge.roles import Role
from gateway.camera import Camera
from gateway.drive.board_link import BoardLink
from gateway.drive.car import Car
from gateway.drive.relayed_driver import RelayedDriver
from gateway.drive.settings import CarSettings, DriveSettings
from gateway.errors import BoardTaken, TooManyViewers, UnknownBoard, UnknownCamera
from gateway.named_log import NamedLog
from protocol.messages import Join, RegisterBoard

logger = logging.getLogger(__name__)

TICK_S = 0.02
MAX_SOCKETS = 64
"""Who may drive, and who only watches, at once over WebSockets: the latter take no place from
the former."""


class Cars:
    """``async with cars:`` makes time pass for them."""

    def __init__(
        self,
        cars: Mapping[str, CarSettings],
        settings: DriveSettings,
        cameras: Mapping[str, Camera],
    ) -> None:
        self._cameras = cameras
        self._woken = asyncio.Event()
        self.all = [
            Car(car_id, settings, NamedLog(logger, car_id), self._woken.set) for car_id in cars
        ]
        self._by_camera = {cars[car.id].camera: car for car in self.all}
        self._by_board = {cars[car.id].board: car for car in self.all}
        self._links: dict[str, BoardLink] = {}
        self._sockets: Counter[bool] = Counter()
        """By whether they may drive."""
        self._ticking: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Cars":
        self._ticking = asyncio.create_task(self._tick(), name="cars")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._ticking is not None:
            self._ticking.cancel()
            await asyncio.wait({self._ticking})

    @property
    def boards(self) -> tuple[str, ...]:
        """The ids of the boards that are driven from here."""
        return tuple(board for board in self._by_board if board is not None)

    def of_camera(self, camera_id: str) -> Car | None:
        """Return the car that a camera rides on, if it does."""
        return self._by_camera.get(camera_id)

    async def serve_relayed_board(self, socket: Socket, registered: RegisterBoard) -> None:
        """As `serve_board`, for one that came over the relay. Raises BoardTaken, too.

        Signaling's tokens are others than this gateway's, and are not to throw out a board that
        is here. One that is gone is noticed within 3 s.
        """
        older = self._links.get(registered.device_id)
        if older is not None and not older.relayed:
            raise BoardTaken(f"board {registered.device_id!r} is connected to the gateway itself")
        await self.serve_board(socket, registered, relayed=True)

    async def serve_board(
        self, socket: Socket, registered: RegisterBoard, *, relayed: bool = False
    ) -> None:
        """Serve a board that may register, until its link ends. Raises UnknownBoard."""
        car = self._by_board.get(registered.device_id)
        if car is None:
            raise UnknownBoard(f"no car has a board {registered.device_id!r}")
        link = BoardLink(socket, car, registered, relayed=relayed)
        older = self._links.get(registered.device_id)
        if older is not None:
            older.supersede()
        self._links[registered.device_id] = link
        try:
            await link.run()
        finally:
            if self._links.get(registered.device_id) is link:
                del self._links[registered.device_id]

    async def serve_driver(self, socket: Socket, join: Join, role: Role) -> None:
        """Serve a driver who came over a WebSocket, until it ends.

        Raises UnknownCamera or TooManyViewers.
        """
        car = self._by_camera.get(join.camera)
        if car is None:
            raise UnknownCamera(f"no car has a camera {join.camera!r}")
        may_drive = role.allows(Role.DRIVER)
        if self._sockets[may_drive] >= MAX_SOCKETS:
            raise TooManyViewers(f"{MAX_SOCKETS} are at cars this way already")
        self._sockets[may_drive] += 1
        try:
            await RelayedDriver(socket, car, self._cameras[join.camera], role).run()
        finally:
            self._sockets[may_drive] -= 1

    async def _tick(self) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            while active := [car for car in self.all if car.is_active]:
                await asyncio.sleep(TICK_S)
                for car in active:
                    try:
                        car.tick(time.monotonic() * 1000)
                    except Exception:
                        # A defect with one car must not take the failsafe from the others.
                        logger.exception("car %s: its time could not pass", car.id)
