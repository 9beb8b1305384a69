"""One car: who is at it, who drives it, and its board.

Pure: every call brings the time, in ms of a clock that does not jump. Nothing waits.
"""

from collections import Counter
from collections.abc import Callable
from typing import Literal

from edge.roles import Role
from gateway.drive.audience import Audience
from gateway.drive.board import NO_EXTRAS, Board
from gateway.drive.errors import DriveRefused, NotAllowed
from gateway.drive.failsafe import NEUTRAL, DriveOutput
from gateway.drive.lease import Grant, Lease
from gateway.drive.participant import Participant
from gateway.drive.settings import DriveSettings
from gateway.drive.turn import Turn
from gateway.named_log import NamedLog
from protocol.errors import PROBLEM_PREFIX
from protocol.messages import Car as CarStatus
from protocol.messages import (
    ClearStop,
    Drive,
    Driven,
    DriveReason,
    DriveState,
    Error,
    LeaseRequest,
    PassLease,
    ReleaseLease,
    RequestLease,
    RevokeLease,
    Stop,
)

MOST_MS = 1e7
"""The longest that a message can tell; rounding may make the longest lease seem longer."""
STOP_AGAIN_MS = 500.0
"""A board that goes on after a stop is told again, this often: it must latch there, too."""

Outcome = DriveReason | Literal["passed", "silence", "flood", "malformed"]


class Car:
    """A car and everybody at it. ``tick`` is due every 20 ms while ``is_active``."""

    def __init__(
        self,
        car_id: str,
        settings: DriveSettings,
        log: NamedLog,
        woken: Callable[[], None] = lambda: None,
    ) -> None:
        self.id = car_id
        self.board: Board | None = None
        self.counts: Counter[Outcome] = Counter()
        """Commands by what became of them, and how often a driver fell silent."""
        self.refusals: Counter[str] = Counter()
        """Requests refused, by problem."""
        self.stops = 0
        self._settings = settings
        self._log = log
        self._woken = woken
        self._lease = Lease(settings, self._lease_changed)
        self._turn: Turn | None = None
        self._audience = Audience(self._status, self._is_concerned)
        self._stopped = False
        self._stop_sent_ms = float("-inf")
        self._may_take_over = False
        """Whether the board has yet to tell if it was stopped before its link began."""
        self._now_ms = 0.0
        self._state: DriveState = "disarmed"

    # Who is there

    def join(self, participant: Participant, now_ms: float) -> None:
        """Somebody watches the car, and is told its status. Idempotent."""
        self._now_ms = now_ms
        self._audience.add(participant)

    def leave(self, participant: Participant, now_ms: float) -> None:
        """Somebody is gone, and with it what it held. Idempotent."""
        self._now_ms = now_ms
        if self._audience.remove(participant):
            self._lease.leave(participant.name, now_ms / 1000)

    @property
    def is_active(self) -> bool:
        """Whether time can bring anything: a lease, or news that somebody has yet to hear."""
        return self.is_driven or self._audience.has_news

    @property
    def is_driven(self) -> bool:
        return self._turn is not None

    @property
    def leases(self) -> int:
        """How many there were."""
        return self._lease.granted

    @property
    def waiting(self) -> int:
        return len(self._lease.queue)

    # The lease, and the emergency stop

    def request(self, participant: Participant, message: LeaseRequest, now_ms: float) -> None:
        """Do what somebody asks for, or tell it why not.

        Who has left gets nothing, but stops the car still: a connection that is being closed
        goes on to speak for a moment.
        """
        self._now_ms = now_ms
        if not self._audience.has(participant) and not isinstance(message, Stop):
            return
        try:
            self._require(participant, message)
            self._do(participant.name, message, now_ms / 1000)
            if isinstance(message, ReleaseLease):
                self._audience.tell(participant)
        except DriveRefused as refused:
            self._log.info("< %s refused: %s", message.TYPE, refused)
            self.refusals[refused.slug] += 1
            participant.refuse(Error(PROBLEM_PREFIX + refused.slug, str(refused)))

    def _require(self, participant: Participant, message: LeaseRequest) -> None:
        if not participant.role.allows(Role.DRIVER):
            raise NotAllowed(f"the token of a {participant.role} may not drive")
        if participant.role.allows(Role.ADMIN):
            return
        if isinstance(message, RevokeLease):
            raise NotAllowed("only an admin takes the lease from others")
        if isinstance(message, ClearStop) and not self._drives(participant):
            raise NotAllowed("only who drives, or an admin, clears the emergency stop")

    def _do(self, name: str, message: LeaseRequest, now_s: float) -> None:
        match message:
            case RequestLease():
                self._lease.request(name, now_s)
            case ReleaseLease():
                self._lease.leave(name, now_s)
            case PassLease():
                self._lease.hand_over(name, now_s)
            case RevokeLease():
                self._lease.revoke(now_s)
            case Stop():
                self._stop()
            case ClearStop():
                self._clear_stop()

    def _stop(self) -> None:
        if self._stopped and (self.board is None or self.board.state == "stopped"):
            # It is on everywhere. Pages send several copies; a flood of them must not drown the
            # board's link.
            return
        if not self.is_stopped:
            self.stops += 1
            self._log.warning("= emergency stop")
        self._latch_stop()
        self._tell_board_to_stop()
        self._make_neutral()
        self._news()

    def _latch_stop(self) -> None:
        self._stopped = True
        if self._turn is not None:
            self._turn.stop(self._now_ms)

    def _tell_board_to_stop(self) -> None:
        if self.board is not None:
            self._stop_sent_ms = self._now_ms
            self.board.stop()

    def _clear_stop(self) -> None:
        self._log.info("= emergency stop cleared")
        self._stopped = False
        if self._turn is not None:
            self._turn.clear_stop(self._now_ms)
        if self.board is not None:
            # It may say once more that it is stopped, before it hears of this.
            self._may_take_over = False
            self.board.clear_stop()
        self._news()

    @property
    def is_stopped(self) -> bool:
        """Whether the emergency stop is on: here, or on the board since before we knew it."""
        return self._stopped or (self.board is not None and self.board.state == "stopped")

    def _drives(self, participant: Participant) -> bool:
        return self._turn is not None and self._turn.grant.holder == participant.name

    def _lease_changed(self) -> None:
        grant, before = self._lease.grant, self._driver
        if grant is not (self._turn.grant if self._turn is not None else None):
            self._change_driver(grant)
        self._news()
        if before is not None and not self._drives(before):
            self._audience.tell(before)

    def _change_driver(self, grant: Grant | None) -> None:
        before = self._driver
        self._turn = Turn(grant, self._settings, self._now_ms) if grant is not None else None
        if self._turn is not None and self._stopped:
            self._turn.stop(self._now_ms)
        # Whoever is next begins with a car that stands.
        self._make_neutral()
        self._log.info("= %s", "driven" if grant is not None else "free")
        if before is not None:
            before.drives(False)
        if self._driver is not None:
            self._driver.drives(True)

    @property
    def _driver(self) -> Participant | None:
        return self._audience.named(self._turn.grant.holder) if self._turn is not None else None

    # Commands

    def command(self, participant: Participant, drive: Drive, now_ms: float) -> Driven:
        """Take a command; return what became of it."""
        self._now_ms = now_ms
        self._pass_time(now_ms)
        output, reason = self._carry_out(participant, drive, now_ms)
        self.counts[reason or "passed"] += 1
        return Driven(
            seq=drive.seq,
            sent_ms=drive.sent_ms,
            at_ms=now_ms,
            state=self.state,
            throttle=output.throttle,
            steering=output.steering,
            reason=reason,
            board_ms=self.board.round_trip_ms if self.board is not None else None,
        )

    def _carry_out(
        self, participant: Participant, drive: Drive, now_ms: float
    ) -> tuple[DriveOutput, DriveReason | None]:
        turn = self._turn
        if turn is None or not self._drives(participant) or drive.session != turn.grant.session:
            return NEUTRAL, "not-driving"
        if not turn.is_newest(drive):
            return NEUTRAL, "old"
        self._lease.heard_of(participant.name, now_ms / 1000)
        if turn.is_expired(drive, now_ms):
            return NEUTRAL, "expired"
        board = self._present_board
        if board is None:
            return NEUTRAL, "board-offline"
        seen_ms = _older(drive.video_age_ms, participant.video_age_ms(now_ms))
        output, reason = turn.output(drive, seen_ms, board, now_ms)
        board.actuate(output, turn.extras, now_ms)
        self._note_state()
        return output, reason

    def _make_neutral(self) -> None:
        if self.board is not None:
            extras = self._turn.extras if self._turn is not None else NO_EXTRAS
            self.board.actuate(NEUTRAL, extras, self._now_ms)

    # The board

    def board_joined(self, board: Board, now_ms: float) -> None:
        """A board registered, perhaps after a drop: it must be armed anew."""
        self._now_ms = now_ms
        self.board = board
        self._may_take_over = True
        self._follow_board()
        if self._stopped:
            self._tell_board_to_stop()
        self._log.info("= board %s is there", board.id)
        self._news()

    def board_told(self, board: Board, now_ms: float) -> None:
        """A board has told its state."""
        if self.board is not board:
            return
        self._now_ms = now_ms
        self._agree_on_stop(board)
        self._follow_board()
        self._note_state()

    def _agree_on_stop(self, board: Board) -> None:
        """Each keeps the emergency stop for the other, whichever of them restarts first."""
        if board.state == "stopped" and self._may_take_over and not self._stopped:
            self._log.warning("= emergency stop, from before the board's link began")
            self._latch_stop()
        self._may_take_over = False
        if (
            self._stopped
            and board.state != "stopped"
            and self._now_ms - self._stop_sent_ms >= STOP_AGAIN_MS
        ):
            self._tell_board_to_stop()

    def board_left(self, board: Board, now_ms: float) -> None:
        """A link of a board ended; the end of an older one than that of now is no news."""
        if self.board is not board:
            return
        self._now_ms = now_ms
        self.board = None
        self._follow_board()
        self._log.warning("= board %s is gone", board.id)
        self._news()

    def _follow_board(self) -> None:
        if self._turn is not None:
            self._turn.follow(self.board, self._now_ms)

    @property
    def _present_board(self) -> Board | None:
        there = self.board is not None and self.board.is_present(self._now_ms)
        return self.board if there else None

    # Time, and what everybody is told

    def tick(self, now_ms: float) -> None:
        """Do what time alone brings."""
        self._now_ms = now_ms
        self._pass_time(now_ms)
        self._note_state()
        self._audience.tick(now_ms, is_driven=self.is_driven)

    def _pass_time(self, now_ms: float) -> None:
        self._lease.tick(now_ms / 1000)
        if self._turn is not None and self._turn.tick(now_ms):
            self.counts["silence"] += 1
            self._make_neutral()

    @property
    def state(self) -> DriveState:
        """The state of gateway and board together: armed only when both are."""
        if self.is_stopped:
            return "stopped"
        return self._turn.state(self._present_board) if self._turn is not None else "disarmed"

    def _note_state(self) -> None:
        if self.state != self._state:
            self._log.debug("= %s -> %s", self._state, self.state)
            self._news()

    def _news(self) -> None:
        self._state = self.state
        self._audience.news()
        self._woken()

    def _is_concerned(self, participant: Participant) -> bool:
        waits = self._lease.place(participant.name) is not None
        return waits or self._drives(participant)

    def _status(self, participant: Participant) -> CarStatus:
        turn, board = self._turn, self._present_board
        drives, place = self._drives(participant), self._lease.place(participant.name)
        left_ms = turn.grant.ends_s * 1000 - self._now_ms if turn is not None else None
        return CarStatus(
            car=self.id,
            board="online" if board is not None else "offline",
            state=self.state,
            you="driving" if drives else "queued" if place is not None else "watching",
            may_drive=participant.role.allows(Role.DRIVER),
            slow_above_ms=self._settings.interlock.slow_above_ms,
            refuse_above_ms=self._settings.interlock.refuse_above_ms,
            driven=turn is not None,
            queue=self.waiting,
            place=place,
            left_ms=min(MOST_MS, max(0.0, left_ms)) if left_ms is not None else None,
            session=turn.grant.session if turn is not None and drives else None,
            capabilities=board.capabilities if board is not None else None,
            health=board.health if board is not None and drives else None,
        )


def _older(reported_ms: float | None, known_ms: float | None) -> float | None:
    """Return the age to go by: what the page says, and never younger than what we know."""
    if reported_ms is None or known_ms is None:
        return None
    return max(reported_ms, known_ms)
