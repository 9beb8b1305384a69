"""Everybody at one car, and what of it each is told, and how often. Pure."""

from collections.abc import Callable

from edge.roles import Role
from gateway.drive.participant import Participant
from protocol.messages import Car as CarStatus

HEALTH_INTERVAL_MS = 500.0
"""How often who drives or waits is told of the car, with the board's health, in any case."""
WATCHERS_INTERVAL_MS = 1_000.0
"""Who neither drives nor waits learns of changes at most this often: they may be hundreds."""


class Audience:
    """``status`` gives what somebody is told now, ``is_concerned`` whether it drives or waits."""

    def __init__(
        self,
        status: Callable[[Participant], CarStatus],
        is_concerned: Callable[[Participant], bool],
    ) -> None:
        self._status = status
        self._is_concerned = is_concerned
        self._participants: dict[str, Participant] = {}
        self._told_ms = self._health_ms = float("-inf")
        self.has_news = False
        """Whether somebody has yet to hear of a change."""

    def add(self, participant: Participant) -> None:
        """Somebody is there, and is told. Idempotent."""
        self._participants[participant.name] = participant
        self.tell(participant)

    def remove(self, participant: Participant) -> bool:
        """Somebody is gone; return whether it was there."""
        return self._participants.pop(participant.name, None) is not None

    def has(self, participant: Participant) -> bool:
        return self._participants.get(participant.name) is participant

    def named(self, name: str) -> Participant | None:
        return self._participants.get(name)

    def tell(self, participant: Participant) -> None:
        participant.tell(self._status(participant))

    def news(self) -> None:
        """Something changed: tell those whom it concerns at once, the rest with a later tick."""
        self.has_news = True
        self._tell_concerned()

    def tick(self, now_ms: float, *, is_driven: bool) -> None:
        """Tell what is due."""
        if self.has_news and now_ms - self._told_ms >= WATCHERS_INTERVAL_MS:
            self.has_news, self._told_ms = False, now_ms
            self._tell_watchers()
        if is_driven and now_ms - self._health_ms >= HEALTH_INTERVAL_MS:
            self._health_ms = now_ms
            self._tell_concerned()

    def _tell_concerned(self) -> None:
        for participant in list(self._participants.values()):
            if self._is_concerned(participant):
                self.tell(participant)

    def _tell_watchers(self) -> None:
        # Two statuses do for all of them, which are then put into words once, too.
        alike: dict[bool, CarStatus] = {}
        for participant in list(self._participants.values()):
            if self._is_concerned(participant):
                continue
            may_drive = participant.role.allows(Role.DRIVER)
            if may_drive not in alike:
                alike[may_drive] = self._status(participant)
            participant.tell(alike[may_drive])
