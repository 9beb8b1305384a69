"""Somebody at a car: who watches it, may wait for it, may drive it."""

from collections.abc import Callable
from dataclasses import dataclass

from edge.roles import Role
from protocol.messages import Car, Error


@dataclass(frozen=True, eq=False)
class Participant:
    """One viewer's connection, as the car sees it. ``name`` is unique and goes to nobody.

    ``tell`` takes the car's status for this participant, ``refuse`` why a request was refused.
    ``video_age_ms`` gives how old the newest picture is that was sent to it, at a time in ms of
    the gateway's clock: None when it has none. ``drives`` is told when it begins and ends to
    drive.
    """

    name: str
    role: Role
    tell: Callable[[Car], None]
    refuse: Callable[[Error], None]
    video_age_ms: Callable[[float], float | None]
    drives: Callable[[bool], None]
