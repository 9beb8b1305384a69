"""How the gateway's own errors are told to who came over a WebSocket."""

import contextlib
from collections.abc import Iterator

from edge.websocket_entry import Refused
from gateway.errors import BoardTaken, GatewayError, TooManyViewers, UnknownBoard, UnknownCamera


@contextlib.contextmanager
def refusals() -> Iterator[None]:
    """Raise :class:`edge.websocket_entry.Refused` in place of any GatewayError."""
    try:
        yield
    except GatewayError as error:
        raise Refused(_slug_of(error), str(error)) from error


def _slug_of(error: GatewayError) -> str:
    match error:
        case UnknownBoard():
            return "board-unknown"
        case BoardTaken():
            return "device-taken"
        case UnknownCamera():
            return "unknown-camera"
        case TooManyViewers():
            return "overloaded"
        case _:
            return "forbidden"
