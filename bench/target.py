"""Where a viewer connects, and in which manner."""

from dataclasses import dataclass
from typing import Literal

Manner = Literal["example", "whep", "janus", "relay"]


@dataclass(frozen=True)
class Target:
    """One server's stream of the camera.

    ``example``: gather first, then POST JSON to ``endpoint``. ``whep``: POST the SDP at once
    and PATCH the candidates as they come. ``janus``: the server offers, see bench/exchange.py.
    ``relay``: pictures over the WebSocket before the ``#``, of the camera after it.
    ``blank`` is some page of the same origin.
    """

    manner: Manner
    endpoint: str
    blank: str
    token: str = ""
    """For ``whep`` and ``relay``: a viewer's token, or nothing for a server that is open."""


@dataclass(frozen=True)
class Place:
    """Where a driver without a peer connection joins, and sees the camera of its car.

    ``url`` and ``pictures`` are WebSockets; the second one is always the gateway's own.
    """

    url: str
    pictures: str
    camera: str
    token: str = ""
