"""What the gateway knows of a control board that is connected, and what it tells it. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from gateway.drive.failsafe import DriveOutput
from gateway.drive.sequence import following
from protocol.messages import (
    Acted,
    Actuate,
    BoardHealth,
    ClearStop,
    DriveReason,
    DriveState,
    Heard,
    RegisterBoard,
    Stop,
    Telemetry,
)

COMMAND_TTL_MS = 300.0
"""How old a command may be when the board gets it: TCP may hold it back."""
PRESENT_MS = 1_500.0
"""A board that was silent for longer counts as away; it tells something twice a second."""
MAX_UNANSWERED = 16
"""Beyond this the board, or the way there, does not keep up: more would only queue."""


@dataclass(frozen=True, slots=True)
class Extras:
    """What a car may have beside motor and steering; pan and tilt of the camera -1 to 1."""

    lights: bool = False
    horn: bool = False
    pan: float = 0.0
    tilt: float = 0.0


NO_EXTRAS = Extras()

ToBoard = Actuate | Stop | ClearStop


class Board:
    """One link of a board: single use. Times are in ms of the gateway's clock."""

    def __init__(self, registered: RegisterBoard, send: Callable[[ToBoard], None]) -> None:
        self.id = registered.device_id
        self.capabilities = registered.capabilities
        self.limits = registered.limits
        self.health = BoardHealth()
        self.state: DriveState = "disarmed"
        self.round_trip_ms: float | None = None
        self.held_back = 0
        """Commands that were not sent because the board did not keep up."""
        self._send = send
        self._seq = 0
        self._unanswered: dict[int, float] = {}
        self._heard: tuple[float, float] | None = None

    def received(self, message: Acted | Telemetry, now_ms: float) -> None:
        """Take what the board tells."""
        self._heard = (float(message.at_ms), now_ms)
        self.state = message.state
        if isinstance(message, Telemetry):
            self.health = message.health
            # Commands that were too old have no answer: they must not fill the window for ever.
            self._unanswered = {
                seq: sent for seq, sent in self._unanswered.items() if now_ms - sent < PRESENT_MS
            }
        elif message.seq in self._unanswered:
            self.round_trip_ms = now_ms - self._unanswered.pop(message.seq)

    @property
    def unanswered(self) -> int:
        """How many commands the board may still answer."""
        return len(self._unanswered)

    def is_present(self, now_ms: float) -> bool:
        """Whether the board has told its state, and lately."""
        return self._heard is not None and now_ms - self._heard[1] <= PRESENT_MS

    def limited(self, throttle: float) -> tuple[float, DriveReason | None]:
        """Return the throttle that the board allows, and why it is less where it is."""
        back = self.limits.reverse if self.capabilities.reverse else 0.0
        limited = min(self.limits.forward, max(-back, throttle))
        return limited, "board-limit" if limited != throttle else None

    def actuate(self, output: DriveOutput, extras: Extras, now_ms: float) -> None:
        """Tell the board what to do now, unless it is behind."""
        if self._heard is None:
            return
        urgent = output.brake and output.throttle == 0.0
        if len(self._unanswered) >= MAX_UNANSWERED and not urgent:
            self.held_back += 1
            return
        can = self.capabilities
        at_ms, heard_ms = self._heard
        self._seq = following(self._seq)
        self._send(
            Actuate(
                seq=self._seq,
                ttl_ms=COMMAND_TTL_MS,
                throttle=output.throttle,
                steering=output.steering,
                heard=Heard(at_ms, now_ms - heard_ms),
                brake=output.brake,
                lights=extras.lights and can.lights,
                horn=extras.horn and can.horn,
                pan=extras.pan if can.pan else 0.0,
                tilt=extras.tilt if can.tilt else 0.0,
            )
        )
        if len(self._unanswered) >= MAX_UNANSWERED:
            # What stops the car goes out in any case, but is not remembered for ever.
            del self._unanswered[next(iter(self._unanswered))]
        self._unanswered[self._seq] = now_ms

    def stop(self) -> None:
        """Emergency stop, on the board itself."""
        self._send(Stop())

    def clear_stop(self) -> None:
        self._send(ClearStop())
