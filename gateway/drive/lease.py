"""Who drives: one at a time, the others in a queue. Pure; the time comes with each call."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from gateway.drive.errors import NobodyWaits, NotAllowed, QueueFull
from gateway.drive.settings import DriveSettings

FIRST_COMMAND_S = 6.0
"""Whoever's turn has come has this long to send a first command."""


@dataclass(frozen=True)
class Grant:
    """The lease of ``holder``. ``session`` is unguessable, and goes into the commands."""

    holder: str
    session: str
    ends_s: float


class Lease:
    """The lease of one car, and the queue for it. People go by the names of their connections.

    ``changed`` is called after each change of holder or queue.
    """

    def __init__(self, settings: DriveSettings, changed: Callable[[], None]) -> None:
        self._settings = settings
        self._changed = changed
        self.grant: Grant | None = None
        self.queue: list[str] = []
        self.granted = 0
        """How many leases there were."""
        self._leaves_s = 0.0

    def request(self, name: str, now_s: float) -> None:
        """Drive, or wait. Asking again changes nothing. Raises QueueFull."""
        if self._drives(name) or name in self.queue:
            return
        if self.grant is None:
            self._give(name, now_s)
        elif len(self.queue) >= self._settings.max_queue:
            raise QueueFull(f"{len(self.queue)} are waiting already")
        else:
            self.queue.append(name)
        self._changed()

    def leave(self, name: str, now_s: float) -> None:
        """Give the lease back, or leave the queue; whoever does neither may call it too."""
        if self._drives(name):
            self._end(now_s)
        elif name in self.queue:
            self.queue.remove(name)
            self._changed()

    def hand_over(self, name: str, now_s: float) -> None:
        """Give the lease to the first in the queue. Raises NotAllowed or NobodyWaits."""
        if not self._drives(name):
            raise NotAllowed("only who drives can hand over")
        if not self.queue:
            raise NobodyWaits("nobody waits to drive")
        self._end(now_s)

    def revoke(self, now_s: float) -> None:
        """Take the lease away from whoever drives."""
        if self.grant is not None:
            self._end(now_s)

    def heard_of(self, name: str, now_s: float) -> None:
        """Note that the driver is there."""
        if self._drives(name):
            self._leaves_s = now_s + self._settings.presence_timeout_s

    def tick(self, now_s: float) -> None:
        """End a lease that is over, or whose driver has left."""
        if self.grant is not None and now_s >= min(self.grant.ends_s, self._leaves_s):
            self._end(now_s)

    def place(self, name: str) -> int | None:
        """Return the place in the queue, from 1."""
        return self.queue.index(name) + 1 if name in self.queue else None

    def _drives(self, name: str) -> bool:
        return self.grant is not None and self.grant.holder == name

    def _end(self, now_s: float) -> None:
        self.grant = None
        if self.queue:
            self._give(self.queue.pop(0), now_s)
        self._changed()

    def _give(self, name: str, now_s: float) -> None:
        self.grant = Grant(name, secrets.token_hex(16), now_s + self._settings.lease_s)
        self.granted += 1
        self._leaves_s = now_s + FIRST_COMMAND_S
