"""What others ask for by MQTT, read strictly. Pure."""

import math
from dataclasses import dataclass

from gateway.home_assistant.message import Received
from gateway.home_assistant.states import OFF, ON
from gateway.home_assistant.topics import DETECTION, THRESHOLD, Topics

MAX_BYTES = 32


class BadCommand(Exception):
    """The text says what was expected."""


@dataclass(frozen=True, slots=True)
class Command:
    """Change ``key`` of the motion settings of a camera, whether it exists or not."""

    camera: str
    key: str
    value: bool | float


def command_of(topics: Topics, received: Received) -> Command | None:
    """Return the command; None for what is none. Raises :class:`BadCommand`."""
    found = topics.split(received.topic)
    if found is None:
        return None
    camera, rest = found
    if rest == f"{DETECTION}/set":
        return Command(camera, "enabled", _switch(_text(received, f"{ON} or {OFF}")))
    if rest == f"{THRESHOLD}/set":
        return Command(camera, "threshold", _fraction(_text(received, "a number from 0 to 1")))
    return None


def _text(received: Received, expected: str) -> str:
    if received.retained:
        # It would come back at each connection, and undo what was changed elsewhere meanwhile.
        raise BadCommand("it was sent with the flag retain, expected one without")
    payload = received.payload
    try:
        text = payload.decode("ascii")
    except UnicodeDecodeError:
        text = ""
    if not text or len(payload) > MAX_BYTES:
        raise BadCommand(f"expected {expected}, got {payload[:MAX_BYTES]!r}")
    return text


def _switch(text: str) -> bool:
    if text not in (ON, OFF):
        raise BadCommand(f"expected {ON} or {OFF}, got {text!r}")
    return text == ON


def _fraction(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0.0 <= value <= 1.0:
        raise BadCommand(f"expected a number from 0 to 1, got {text!r}")
    return value
