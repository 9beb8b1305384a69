"""One driver's turn at the wheel: which commands count, and what of them reaches the board.

Pure and single use: the next driver has a turn of its own, which begins disarmed. Times are in
ms of a clock that does not jump.
"""

from gateway.drive.board import NO_EXTRAS, Board, Extras
from gateway.drive.failsafe import NEUTRAL, DriveOutput, Failsafe, FailsafeSettings
from gateway.drive.freshness import age_ms, is_fresh
from gateway.drive.interlock import Interlock
from gateway.drive.lease import Grant
from gateway.drive.sequence import is_newer
from gateway.drive.settings import DriveSettings
from protocol.messages import Drive, DriveReason, DriveState

BOARD_ARMED = frozenset({"armed", "neutral"})
"""A board in ``neutral`` is armed too, and waits for the next command."""


class Turn:
    """``extras`` are those of the newest command that counted."""

    def __init__(self, grant: Grant, settings: DriveSettings, now_ms: float) -> None:
        self.grant = grant
        self.extras = NO_EXTRAS
        self._settings = settings
        self._interlock = Interlock(settings.interlock)
        self._failsafe = Failsafe(
            round(now_ms), FailsafeSettings(command_timeout_ms=settings.command_timeout_ms)
        )
        self._board_was_armed = False
        self._last_seq: int | None = None

    def is_newest(self, drive: Drive) -> bool:
        """Note a command of this turn; return whether it is newer than those before."""
        newer = is_newer(drive.seq, self._last_seq)
        if newer:
            self._last_seq = drive.seq
        return newer

    def is_expired(self, drive: Drive, now_ms: float) -> bool:
        """Return whether a command may be too old to be acted upon.

        After a silence it has to be younger than that silence: what was held up since before must
        not set the car off again.
        """
        limit_ms = min(drive.ttl_ms, self._settings.max_command_age_ms)
        if self._failsafe.state == "neutral":
            limit_ms = min(limit_ms, self._settings.command_timeout_ms)
        heard = drive.heard
        return heard is None or not is_fresh(age_ms(heard, now_ms), heard, limit_ms)

    def output(
        self, drive: Drive, seen_ms: float | None, board: Board, now_ms: float
    ) -> tuple[DriveOutput, DriveReason | None]:
        """Return what the board is to do, and why it is less than what was asked.

        ``seen_ms``: how old the picture is that the driver goes by, None without one.
        """
        asked = DriveOutput(0.0 if drive.brake else drive.throttle, drive.steering, drive.brake)
        self.follow(board, now_ms)
        # A throttle that the interlock refuses is still a throttle: it must not arm.
        self._failsafe.command(round(now_ms), asked)
        throttle, slowed = self._interlock.limit(asked.throttle, seen_ms, now_ms)
        throttle, limited = board.limited(throttle)
        self.extras = Extras(drive.lights, drive.horn, drive.pan, drive.tilt)
        if not self.is_armed(board):
            if asked.throttle and self._failsafe.state == "armed":
                self._failsafe.link_lost(round(now_ms))
            state = self.state(board)
            stopped = state == "stopped"
            return NEUTRAL, "stopped" if stopped else "not-armed" if asked.throttle else None
        self._board_was_armed = True
        return DriveOutput(throttle, asked.steering, asked.brake), slowed or limited

    def follow(self, board: Board | None, now_ms: float) -> None:
        """A board that disarmed itself, or is gone, disarms the driver too."""
        armed = board is not None and board.state in BOARD_ARMED
        if self._board_was_armed and not armed:
            self._board_was_armed = False
            self._failsafe.link_lost(round(now_ms))

    def tick(self, now_ms: float) -> bool:
        """Do what time brings; return whether the driver has just fallen silent."""
        was_armed = self._failsafe.state == "armed"
        self._failsafe.tick(round(now_ms))
        return was_armed and self._failsafe.state != "armed"

    def stop(self, now_ms: float) -> None:
        self._failsafe.stop(round(now_ms))

    def clear_stop(self, now_ms: float) -> None:
        self._failsafe.clear(round(now_ms))

    def is_armed(self, board: Board | None) -> bool:
        """Whether gateway and board both are."""
        return self._failsafe.state == "armed" and board is not None and board.state in BOARD_ARMED

    def state(self, board: Board | None) -> DriveState:
        """Return the state of gateway and board together."""
        state = self._failsafe.state
        if board is None:
            return "stopped" if state == "stopped" else "disarmed"
        if board.state == "stopped":
            return "stopped"
        return "arming" if state == "armed" and not self.is_armed(board) else state
