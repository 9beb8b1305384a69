"""A car, its board and its drivers in made-up time: the real logic of all of them, no sockets."""

import heapq
import itertools
import logging
from collections.abc import Callable

from edge.roles import Role
from gateway.drive.board import Board, ToBoard
from gateway.drive.car import Car
from gateway.drive.participant import Participant
from gateway.drive.settings import DriveSettings
from gateway.named_log import NamedLog
from peerlens.virtual_car.board import Board as BoardTwin
from peerlens.virtual_car.outputs import Outputs
from protocol.codec import encode
from protocol.messages import (
    Acted,
    BoardCapabilities,
    BoardHealth,
    BoardLimits,
    Drive,
    Driven,
    Error,
    Heard,
    LeaseRequest,
    RegisterBoard,
    Registered,
    RequestLease,
    Telemetry,
)
from protocol.messages import Car as CarStatus

STEP_MS = 5
DRIVE_MS = 30
ARMING_MS = 700
"""Enough for half a second of neutral commands, and what they take on their way."""

EVERYTHING = BoardCapabilities(lights=True, horn=True, pan=True, tilt=True)


class World:
    """``run`` makes time pass, in steps of 5 ms. Delays are one way, in ms."""

    def __init__(
        self, settings: DriveSettings | None = None, limits: BoardLimits | None = None
    ) -> None:
        self.now_ms = 1_000_000.0
        self.delay_ms = 0.0
        self.lost: Callable[[], bool] = lambda: False
        self.car = Car("car1", settings or DriveSettings(), NamedLog(logging.getLogger(), "car1"))
        self._coming: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        identity = RegisterBoard("board-1", capabilities=EVERYTHING, limits=limits or BoardLimits())
        self.twin = self._booted(identity)
        self.twin_frozen = False
        self.twin_messages = 0
        """How many reached it."""
        self._link: Board | None = None
        self._links = 0
        self.drivers: list[Driver] = []

    @property
    def board_ms(self) -> int:
        """The board's clock, which wraps within the first seconds."""
        return (int(self.now_ms) + (1 << 32) - 1_003_000) % (1 << 32)

    @property
    def outputs(self) -> Outputs:
        return self.twin.outputs

    def driver(self, name: str = "ann", role: Role = Role.DRIVER) -> "Driver":
        driver = Driver(self, name, role)
        self.drivers.append(driver)
        self.car.join(driver.participant, self.now_ms)
        return driver

    def armed_driver(self, name: str = "ann", role: Role = Role.DRIVER) -> "Driver":
        """Return one who holds the lease, and whose neutral commands have armed the car."""
        driver = self.driver(name, role)
        driver.request_lease()
        driver.throttle = 0.0
        self.run(ARMING_MS)
        assert self.car.state == "armed"
        return driver

    def run(self, duration_ms: float) -> None:
        """Let time pass; drivers that hold ``throttle`` send commands all the while."""
        end_ms = self.now_ms + duration_ms
        while self.now_ms < end_ms:
            self.now_ms += STEP_MS
            while self._coming and self._coming[0][0] <= self.now_ms:
                heapq.heappop(self._coming)[2]()
            if not self.twin_frozen and self.now_ms % 10 == 0:
                self._from_twin(self.twin.tick(self.board_ms))
            if self.now_ms % 20 == 0:
                self.car.tick(self.now_ms)
            for driver in self.drivers:
                driver.pass_time()

    def later(self, act: Callable[[], None], delay_ms: float | None = None) -> None:
        """Do it after a way's delay."""
        at_ms = self.now_ms + (self.delay_ms if delay_ms is None else delay_ms)
        heapq.heappush(self._coming, (at_ms, next(self._numbers), act))

    # The board

    def plug_in(self) -> None:
        """The board connects and registers, without any delay."""
        self._links += 1
        number = self._links
        self.twin.link_opened(self.board_ms)
        self._link = Board(self.twin.identity, lambda message: self._to_twin(message, number))
        self.car.board_joined(self._link, self.now_ms)
        self._from_twin(self.twin.received(encode(Registered(heartbeat_s=1.0)), self.board_ms))

    def unplug(self, *, noticed: bool = True) -> None:
        """The board's link is cut; the gateway may not notice at once."""
        self.twin.link_lost(self.board_ms)
        link, self._link = self._link, None
        self._links += 1
        if noticed and link is not None:
            self.car.board_left(link, self.now_ms)

    def restart_board(self) -> None:
        """The board forgets everything. To be called while it is unplugged."""
        self.twin = self._booted(self.twin.identity)

    def _booted(self, identity: RegisterBoard) -> BoardTwin:
        return BoardTwin(identity, self.board_ms, lambda _: BoardHealth(battery_v=7.4))

    def _to_twin(self, message: ToBoard, number: int) -> None:
        def arrive() -> None:
            if number == self._links and not self.twin_frozen:
                self.twin_messages += 1
                self._from_twin(self.twin.received(encode(message), self.board_ms))

        self.later(arrive, 0.0)

    def _from_twin(self, messages: object) -> None:
        link = self._link
        for message in messages if isinstance(messages, list) else []:
            if isinstance(message, Acted | Telemetry) and link is not None:
                link.received(message, self.now_ms)
                self.car.board_told(link, self.now_ms)


class Driver:
    """One person at the car. While ``throttle`` is not None, a command goes out every 30 ms."""

    def __init__(self, world: World, name: str, role: Role) -> None:
        self._world = world
        self.participant = Participant(
            name=name,
            role=role,
            tell=self._told,
            refuse=self._refused,
            video_age_ms=lambda _: self.sent_video_age_ms,
            drives=self._drives,
        )
        self.throttle: float | None = None
        self.steering = 0.0
        self.brake = False
        self.video_age_ms: float | None = 40.0
        self.sent_video_age_ms: float | None = 20.0
        self.statuses: list[CarStatus] = []
        self.refusals: list[str] = []
        self.driven: list[Driven] = []
        self.is_driving = False
        self.sent_ms = float("-inf")
        self.seq = 0
        self._heard: tuple[float, float] | None = None

    def _told(self, status: CarStatus) -> None:
        self.statuses.append(status)

    def _refused(self, error: Error) -> None:
        self.refusals.append(error.problem.rpartition(":")[2])

    def _drives(self, drives: bool) -> None:
        self.is_driving = drives

    @property
    def status(self) -> CarStatus:
        return self.statuses[-1]

    def you(self) -> str:
        return self.status.you

    def state(self) -> str:
        return self.status.state

    def board(self) -> str:
        return self.status.board

    def reason(self) -> str | None:
        """Why the newest command that was answered did less than it said."""
        return self.driven[-1].reason

    def ask(self, message: LeaseRequest) -> None:
        self._world.car.request(self.participant, message, self._world.now_ms)

    def request_lease(self) -> None:
        self.ask(RequestLease())

    def leave(self) -> None:
        self.throttle = None
        self._world.car.leave(self.participant, self._world.now_ms)

    def pass_time(self) -> None:
        if self.throttle is not None and self._world.now_ms - self.sent_ms >= DRIVE_MS:
            self.send(self.command(self.throttle))

    def command(self, throttle: float, session: str | None = None) -> Drive:
        """Return the next command, made now."""
        self.seq = (self.seq + 1) % (1 << 32)
        now_ms = self._world.now_ms
        heard = Heard(self._heard[0], now_ms - self._heard[1]) if self._heard is not None else None
        return Drive(
            session=session or self.status.session or "none",
            seq=self.seq,
            sent_ms=now_ms,
            ttl_ms=400.0,
            throttle=throttle,
            steering=self.steering,
            heard=heard,
            video_age_ms=self.video_age_ms,
            brake=self.brake,
            lights=True,
            pan=0.5,
        )

    def send(self, command: Drive) -> None:
        """Send it on its way."""
        self.sent_ms = self._world.now_ms
        if not self._world.lost():
            self._world.later(lambda: self._arrived(command))

    def _arrived(self, command: Drive) -> None:
        self.answered(self._world.car.command(self.participant, command, self._world.now_ms))

    def now(self, command: Drive) -> Driven:
        """Have it judged at once, whatever the delay."""
        self.sent_ms = self._world.now_ms
        driven = self._world.car.command(self.participant, command, self._world.now_ms)
        self._heard = (driven.at_ms, self._world.now_ms)
        return driven

    def answered(self, driven: Driven) -> None:
        def arrive() -> None:
            self.driven.append(driven)
            self._heard = (driven.at_ms, self._world.now_ms)

        if not self._world.lost():
            self._world.later(arrive)
