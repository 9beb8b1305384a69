"""How old a command can be at most, on the receiver's own clock (protocol/README.md, "Heard").

No clocks are compared: the sender returns a time of the receiver's clock, and what has run since
is the round trip. Delays, queues and clocks that jump can only make a command look older.
"""

from protocol.messages import Heard

MAX_HELD_MS = 2_000.0
"""A sender that has heard nothing for longer does not know what it drives."""
EARLIEST_MS = -20.0
"""Rounding and drift may make a command look this much too young, but not more."""

_WRAP = float(1 << 32)


def age_ms(heard: Heard, now_ms: float) -> float:
    """Return the most that a command which carries ``heard`` can be old at ``now_ms``."""
    return now_ms - heard.at_ms - heard.held_ms


def wrapping_age_ms(heard: Heard, now_ms: float) -> float:
    """Return the same for a clock that counts modulo 2^32, as a control board's does."""
    age = age_ms(heard, now_ms) % _WRAP
    return age - _WRAP if age >= _WRAP / 2 else age


def is_fresh(age: float, heard: Heard, limit_ms: float) -> bool:
    """Return whether a command of that age, in ms, may still be acted upon."""
    return EARLIEST_MS <= age <= limit_ms and heard.held_ms <= MAX_HELD_MS
