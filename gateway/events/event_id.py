"""Ids of events: made here only, in the order of their beginnings."""

import re
import secrets

RANDOM_BYTES = 6
_FORM = re.compile(r"[0-9a-f]{24}")


def new_event_id(start_ms: float) -> str:
    """Return 24 hexadecimal digits: the beginning in ms since 1970, then 48 random bits."""
    return first_id(start_ms) + secrets.token_hex(RANDOM_BYTES)


def first_id(at_ms: float) -> str:
    """Return what sorts before every id of an event that began at ``at_ms`` or later."""
    return f"{round(min(max(0.0, at_ms), 0xFFFF_FFFF_FFFF)):012x}"


def is_event_id(text: str) -> bool:
    """Whether ``text`` could be one: nothing else may become part of a path."""
    return _FORM.fullmatch(text) is not None
