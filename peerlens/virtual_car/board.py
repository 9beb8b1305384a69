"""A control board without I/O and clock: the Python twin of ``firmware/core/board.hpp``.

``protocol/README.md``, "The control board", "Heard" and "The failsafe", is what both follow.
Every call brings the time: milliseconds since boot, modulo 2^32.
"""

from collections.abc import Callable

from gateway.drive.failsafe import DriveOutput, Failsafe, FailsafeSettings
from gateway.drive.freshness import is_fresh, wrapping_age_ms
from gateway.drive.sequence import is_newer
from peerlens.virtual_car.outputs import Outputs
from protocol import VERSION
from protocol.codec import decode
from protocol.errors import ProtocolError
from protocol.messages import (
    Acted,
    Actuate,
    BoardCapabilities,
    BoardHealth,
    BoardLimits,
    BoardToGateway,
    ClearStop,
    Error,
    GatewayToBoard,
    Ping,
    Pong,
    RegisterBoard,
    Registered,
    Stop,
    Telemetry,
)

TELEMETRY_INTERVAL_MS = 500
PING_INTERVAL_MS = 1_000
"""Asked for often, so that a link which only listens is not taken as dead."""
SILENCE_MS = 3_000
"""A link that was silent for this long is dead."""

_WRAP = 1 << 32
_NO_EXTRAS = Outputs()


class Board:
    """One board from boot to power-off, over any number of links, one at a time.

    To be ticked at least every 20 ms, whether there is a link or not. ``outputs`` are as of the
    last call. What a call returns is to be sent in that order.
    """

    def __init__(
        self, identity: RegisterBoard, now_ms: int, measure: Callable[[int], BoardHealth]
    ) -> None:
        """``measure`` is asked for the board's health whenever that is to be told."""
        self.identity = identity
        self._measure = measure
        self.registered = False
        self.refusal: str | None = None
        """What the gateway last said that it refuses on this link, before it closed it."""
        self.is_silent = False
        """This link is to be given up."""
        self.refused = 0
        """Messages that the contract does not allow."""
        self.dropped = 0
        """Commands that were old, or not fresh, or came too early."""
        self._failsafe = Failsafe(
            now_ms, FailsafeSettings(command_timeout_ms=int(identity.limits.failsafe_ms))
        )
        self._extras: Outputs = _NO_EXTRAS
        self._linked = False
        self._last_seq: int | None = None
        self._heard_ms = self._told_ms = self._pinged_ms = now_ms
        self._pings = 0

    @property
    def capabilities(self) -> BoardCapabilities:
        return self.identity.capabilities

    @property
    def limits(self) -> BoardLimits:
        return self.identity.limits

    @property
    def outputs(self) -> Outputs:
        """Lights and servos stay; a horn that nobody keeps asking for falls silent."""
        state, output, extras = self._failsafe.state, self._failsafe.output, self._extras
        return Outputs(
            state,
            self._limited(output.throttle),
            output.steering,
            output.brake,
            extras.lights,
            extras.horn and state in ("armed", "arming"),
            extras.pan,
            extras.tilt,
        )

    def link_opened(self, now_ms: int) -> list[BoardToGateway]:
        """A link begins: return what introduces the board."""
        self._failsafe.link_lost(now_ms)
        self._linked, self.registered, self.refusal, self.is_silent = True, False, None, False
        self._last_seq = None
        self._heard_ms = now_ms
        return [self.identity]

    def link_lost(self, now_ms: int) -> None:
        """The link ended, whoever ended it."""
        self._failsafe.link_lost(now_ms)
        self._linked = self.registered = self.is_silent = False

    def was_stalled(self, now_ms: int) -> None:
        """The watchdog had given up whoever runs this."""
        self._failsafe.link_lost(now_ms)

    def tick(self, now_ms: int) -> list[BoardToGateway]:
        """Do what time alone brings."""
        self._failsafe.tick(now_ms)
        if self._linked and _since(self._heard_ms, now_ms) >= SILENCE_MS:
            self.link_lost(now_ms)
            self.is_silent = True
        if not self.registered:
            return []
        told: list[BoardToGateway] = []
        if _since(self._pinged_ms, now_ms) >= PING_INTERVAL_MS:
            self._pinged_ms = now_ms
            self._pings = (self._pings + 1) % _WRAP
            told.append(Ping(self._pings))
        if _since(self._told_ms, now_ms) >= TELEMETRY_INTERVAL_MS:
            told += self._telemetry(now_ms)
        return told

    def received(self, text: str, now_ms: int) -> list[BoardToGateway]:
        """Take one message of the gateway; garbage is counted, and is no sign of life."""
        if not self._linked:
            return []
        try:
            message: GatewayToBoard = decode(text, GatewayToBoard)
        except ProtocolError:
            self.refused += 1
            return []
        self._heard_ms = now_ms
        return self._take(message, now_ms)

    def _take(self, message: GatewayToBoard, now_ms: int) -> list[BoardToGateway]:
        match message:
            case Registered():
                return self._introduced(message, now_ms)
            case Actuate():
                return self._actuate(message, now_ms)
            case Stop():
                # Also before the registration is answered: nobody stops a car by mistake.
                self._failsafe.stop(now_ms)
                return self._telemetry(now_ms)
            case ClearStop():
                self._failsafe.clear(now_ms)
                return self._telemetry(now_ms)
            case Ping():
                return [Pong(message.id)]
            case Error():
                self.refusal = message.detail
            case Pong():
                pass
        return []

    def _introduced(self, answer: Registered, now_ms: int) -> list[BoardToGateway]:
        if self.registered or answer.v != VERSION:
            self.refused += 1
            return []
        self.registered = True
        self._pinged_ms = now_ms
        return self._telemetry(now_ms)

    def _actuate(self, command: Actuate, now_ms: int) -> list[BoardToGateway]:
        age_ms = wrapping_age_ms(command.heard, now_ms)
        if (
            not self.registered
            or not is_newer(command.seq, self._last_seq)
            or not is_fresh(age_ms, command.heard, command.ttl_ms)
        ):
            self.dropped += 1
            return []
        self._last_seq = command.seq
        wanted = DriveOutput(command.throttle, command.steering, command.brake)
        self._failsafe.command(now_ms, wanted)
        if self._failsafe.state != "stopped":
            self._extras = self._possible(command)
        does = self.outputs
        return [Acted(command.seq, now_ms % _WRAP, does.state, does.throttle, does.steering)]

    def _limited(self, throttle: float) -> float:
        back = self.limits.reverse if self.capabilities.reverse else 0.0
        return min(self.limits.forward, max(-back, throttle))

    def _possible(self, command: Actuate) -> Outputs:
        """Return of ``command`` what this board has lamps, a horn and servos for."""
        can = self.capabilities
        return Outputs(
            lights=command.lights and can.lights,
            horn=command.horn and can.horn,
            pan=command.pan if can.pan else 0.0,
            tilt=command.tilt if can.tilt else 0.0,
        )

    def _telemetry(self, now_ms: int) -> list[BoardToGateway]:
        if not self.registered:
            return []
        self._told_ms = now_ms
        return [Telemetry(now_ms % _WRAP, self._failsafe.state, self._measure(now_ms))]


def _since(then_ms: int, now_ms: int) -> int:
    return (now_ms - then_ms) % _WRAP
