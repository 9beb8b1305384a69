"""What the virtual car's board says of itself."""

import re

from protocol.messages import BoardCapabilities, BoardLimits, RegisterBoard

TOKEN_VARIABLE = "PEERLENS_BOARD_TOKEN"
"""The environment variable that holds a twin's token: command lines are seen by everybody."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def board_identity(
    board_id: str, token: str | None = None, failsafe_ms: float = 250.0
) -> RegisterBoard:
    """Return the introduction of the virtual car's board. Raises ValueError."""
    if not _ID.fullmatch(board_id):
        raise ValueError(f"id {board_id!r}: expected 1-64 of A-Z a-z 0-9 . _ -")
    if not 100 <= failsafe_ms <= 500:
        raise ValueError(f"failsafe {failsafe_ms:g} ms: expected 100 to 500")
    return RegisterBoard(
        board_id,
        token=token,
        capabilities=BoardCapabilities(lights=True, horn=True, pan=True, tilt=True),
        limits=BoardLimits(failsafe_ms=failsafe_ms),
        model="Virtual car",
        firmware="Python twin",
    )
