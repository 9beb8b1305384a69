"""Calls that wait for a gateway to come for them, or are being served by one."""

from typing import Protocol

from signaling.socket import Socket


class Called(Protocol):
    """What a call is for: it is served over the socket that the gateway comes with."""

    def socket(self) -> Socket:
        """Return a socket for the gateway's end, which is not open yet."""

    async def serve_gateway(self, socket: Socket) -> None:
        """Serve the gateway's end until it is over."""

    def stop_gateway(self) -> None:
        """End that because the server stops."""

    def abandon(self) -> None:
        """The gateway took the call, and is gone."""


class Calls:
    """By the id of the call, which only the gateway that was called has heard."""

    def __init__(self) -> None:
        self._called: dict[str, Called] = {}

    def get(self, call: str) -> Called | None:
        return self._called.get(call)

    def add(self, call: str, called: Called) -> None:
        """Have ``called`` served by whoever comes for ``call``."""
        self._called[call] = called

    def remove(self, call: str) -> None:
        """Forget a call; a second time does nothing."""
        self._called.pop(call, None)
