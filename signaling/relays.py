"""Relays: who cannot reach a gateway, the call for it, and whether it came."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from edge.roles import Role
from protocol.messages import Call, CallKind, ClientRole, Join, RegisterBoard
from signaling.errors import LinkRefused, SessionRefused
from signaling.links import Link
from signaling.settings import SignalingLimits

Introducing = RegisterBoard | Join
"""The first message of somebody who wants a relay."""


Find = Callable[[str], str | None]
"""Returns the link of the gateway that has this id, None when that is away; raises KeyError."""


@dataclass
class Relay:
    """One caller and the gateway that was called for it. ``id`` is the caller's link, too."""

    id: str
    kind: CallKind
    gateway: str
    address: str
    called_s: float
    taken: bool = False


class Relays:
    """Every relay, bounded in all and per address, from the call to its end. Pure."""

    def __init__(
        self,
        limits: SignalingLimits,
        *,
        find_camera: Find,
        find_driven_camera: Find,
        find_board: Find,
    ) -> None:
        self._limits = limits
        self._find_camera = find_camera
        self._find_driven_camera = find_driven_camera
        self._find_board = find_board
        self._by_id: dict[str, Relay] = {}
        self._per_address: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._by_id)

    def count(self, kind: CallKind) -> int:
        """Return how many relays of ``kind`` a gateway has taken."""
        return sum(relay.taken and relay.kind == kind for relay in self._by_id.values())

    def get(self, relay_id: str) -> Relay | None:
        return self._by_id.get(relay_id)

    def call(self, link: Link, message: Introducing, role: Role, now: float) -> tuple[str, Call]:
        """Open a relay for ``link``; return the gateway's link, and what to tell it.

        Raises :class:`LinkRefused` ``forbidden``, ``board-unknown``, ``unknown-camera``,
        ``gateway-offline`` or ``overloaded``.
        """
        if isinstance(message, RegisterBoard):
            if not role.allows(Role.DEVICE):
                raise LinkRefused("forbidden", f"the token of a {role} may not register a board")
            call = Call(link.conn, "board", message.device_id)
        else:
            if not role.allows(Role.DRIVER):
                raise LinkRefused("forbidden", f"the token of a {role} may not drive")
            call = Call(link.conn, "driver", message.camera, cast(ClientRole, role.value))
        gateway = self._gateway_for(call)
        self._add(Relay(link.conn, call.kind, gateway, link.address, now))
        return gateway, call

    def call_for_pictures(self, conn: str, camera: str, now: float) -> tuple[str, Call]:
        """Open a relay by which signaling itself takes the pictures of ``camera``.

        It asks once for each camera, so these take no place from boards and drivers. Raises
        :class:`LinkRefused` ``unknown-camera`` or ``gateway-offline``.
        """
        call = Call(conn, "viewer", camera, Role.VIEWER.value)
        gateway = self._gateway_for(call)
        self._by_id[conn] = Relay(conn, call.kind, gateway, conn, now)
        return gateway, call

    def _gateway_for(self, call: Call) -> str:
        find, slug, detail = {
            "board": (self._find_board, "board-unknown", "no gateway drives a board {}"),
            "driver": (self._find_driven_camera, "unknown-camera", "no camera {} rides on a car"),
            "viewer": (self._find_camera, "unknown-camera", "there is no camera {}"),
        }[call.kind]
        try:
            gateway = find(call.target)
        except KeyError:
            raise LinkRefused(slug, detail.format(call.target)) from None
        if gateway is None:
            detail = f"the gateway of {call.target} is not connected"
            raise LinkRefused("gateway-offline", detail)
        return gateway

    def _add(self, relay: Relay) -> None:
        if sum(known.kind != "viewer" for known in self._by_id.values()) >= self._limits.relays:
            raise LinkRefused("overloaded", "too many relays; try again later")
        if self._per_address[relay.address] >= self._limits.relays_per_address:
            raise LinkRefused("overloaded", "too many relays from this address")
        self._by_id[relay.id] = relay
        self._per_address[relay.address] += 1

    def take(self, relay_id: str) -> None:
        """A gateway has come for this call.

        Who knows the id was told it: it is unguessable, and only the called gateway heard it.
        Raises :class:`SessionRefused` ``unknown-call``, also for a second taker.
        """
        relay = self._by_id.get(relay_id)
        if relay is None or relay.taken:
            raise SessionRefused("unknown-call", "there is no such call, or it has been taken")
        relay.taken = True

    def remove(self, relay_id: str) -> None:
        """Forget a relay; a second time does nothing."""
        relay = self._by_id.pop(relay_id, None)
        if relay is not None and relay.address in self._per_address:
            self._per_address[relay.address] -= 1
            if self._per_address[relay.address] <= 0:
                del self._per_address[relay.address]

    def waiting_for(self, gateway: str) -> list[str]:
        """Return the calls that ``gateway`` has not taken yet."""
        return [
            relay.id
            for relay in self._by_id.values()
            if relay.gateway == gateway and not relay.taken
        ]

    def overdue(self, now: float) -> list[str]:
        """Return the calls that no gateway took in time."""
        latest_s = now - self._limits.call_timeout_s
        return [
            relay.id
            for relay in self._by_id.values()
            if not relay.taken and relay.called_s <= latest_s
        ]
