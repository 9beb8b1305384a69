"""What goes to the broker, and what comes from it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SnapshotOf:
    """Stands for the JPEG of an event until it is sent: it is read as late as that."""

    camera: str
    event_id: str


@dataclass(frozen=True, slots=True)
class Message:
    """``retain``: the broker keeps it for who comes later. Empty text removes what it kept."""

    topic: str
    payload: str | SnapshotOf
    retain: bool = True


@dataclass(frozen=True, slots=True)
class Received:
    """``retained``: it is old, and was kept for us."""

    topic: str
    payload: bytes
    retained: bool
