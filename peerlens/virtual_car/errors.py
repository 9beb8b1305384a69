"""Errors of the virtual car.

PeerlensError
├── Superseded     another board has registered under this one's id
└── BuildError     the firmware's core could not be compiled here
"""

from peerlens.errors import PeerlensError


class Superseded(PeerlensError):
    """Trying again would throw the other board out in turn."""

    def __init__(self, board_id: str) -> None:
        super().__init__(f"another board has registered as {board_id!r}: give each its own id")


class BuildError(PeerlensError):
    """The message says in one line what is missing or failed."""
