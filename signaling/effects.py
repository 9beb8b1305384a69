"""What the broker wants done: it decides, others do."""

from dataclasses import dataclass

from protocol.messages import (
    Answer,
    Bye,
    Call,
    Cameras,
    Candidate,
    Error,
    EventChanged,
    IceServers,
    Ping,
    Pong,
    Registered,
    RoutedOffer,
    Welcome,
)

Outgoing = (
    Welcome
    | Registered
    | Cameras
    | RoutedOffer
    | Answer
    | Candidate
    | Bye
    | Call
    | EventChanged
    | Error
    | IceServers
    | Ping
    | Pong
)


@dataclass(frozen=True)
class Send:
    """Send ``message`` on the link ``conn``."""

    conn: str
    message: Outgoing


@dataclass(frozen=True)
class Close:
    """Close the link ``conn`` with ``code``; where ``slug`` names a problem, say it first.

    The broker has forgotten the link by then.
    """

    conn: str
    code: int
    slug: str | None = None
    detail: str = ""


Effect = Send | Close
