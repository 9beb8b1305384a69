"""The ``control`` data channel of one viewer: commands in, what became of them out."""

import logging
import time
from collections.abc import Callable

from aiortc import RTCDataChannel
from aiortc.exceptions import InvalidStateError

from edge.token_bucket import TokenBucket
from gateway.drive.car import Car
from gateway.drive.participant import Participant
from protocol.codec import decode, encode
from protocol.errors import ProtocolError
from protocol.messages import Driven, DriverToGateway, Stop

logger = logging.getLogger(__name__)

LABEL = "control"
COMMANDS_PER_S, COMMAND_BURST = 100.0, 50
"""Pages send 30 a second, and one more at each change."""
FLOOD = 1_000
"""Commands beyond that, in FLOOD_WINDOW_S, end the connection: each costs time to receive."""
FLOOD_WINDOW_S = 2.0
MAX_COMMAND_BYTES = 1_024
MAX_BUFFERED_BYTES = 4_096
"""Answers that wait longer tell nothing any more."""


class ControlChannel:
    """Never waits. ``dismiss`` is called, with the reason, for a viewer that floods."""

    def __init__(
        self,
        channel: RTCDataChannel,
        car: Car,
        participant: Participant,
        dismiss: Callable[[str], None],
    ) -> None:
        self._channel = channel
        self._car = car
        self._participant = participant
        self._dismiss = dismiss
        now_s = time.monotonic()
        self._bucket = TokenBucket(COMMANDS_PER_S, COMMAND_BURST, now_s)
        self._surplus, self._surplus_since_s = 0, now_s
        channel.on("message", self._received)

    def _received(self, text: str | bytes) -> None:
        now_s = time.monotonic()
        if not self._bucket.take(now_s):
            self._car.counts["flood"] += 1
            self._count_surplus(now_s)
            return
        try:
            if len(text) > MAX_COMMAND_BYTES:
                self._car.counts["malformed"] += 1
                return
            message: DriverToGateway = decode(text, DriverToGateway)
        except ProtocolError as error:
            self._car.counts["malformed"] += 1
            if self._car.counts["malformed"] == 1:
                logger.warning("< control: refused: %s", error)
            return
        if isinstance(message, Stop):
            self._car.request(self._participant, message, now_s * 1000)
        else:
            self._send(self._car.command(self._participant, message, now_s * 1000))

    def _count_surplus(self, now_s: float) -> None:
        if now_s - self._surplus_since_s > FLOOD_WINDOW_S:
            self._surplus, self._surplus_since_s = 0, now_s
        self._surplus += 1
        if self._surplus == FLOOD:
            self._dismiss(f"more than {COMMANDS_PER_S:g} commands a second")

    def _send(self, driven: Driven) -> None:
        if self._channel.readyState != "open" or self._channel.bufferedAmount > MAX_BUFFERED_BYTES:
            return
        try:
            self._channel.send(encode(driven))
        except InvalidStateError:
            logger.debug("> control: the channel is closing")
