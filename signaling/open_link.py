"""What the service needs of an open link, whatever carries it."""

from typing import Protocol

from signaling.effects import Close, Outgoing


class OpenLink(Protocol):
    """The near end of a link. Neither call waits."""

    def deliver(self, message: Outgoing, text: str) -> bool:
        """Take ``message``, and ``text``, the same as JSON, to send it.

        Returns False where the link had no room for it, and goes on without it.
        """

    def close(self, close: Close) -> None:
        """Say what ``close`` says and end. A second call does nothing."""
