"""Which of two sequence numbers is newer, when they wrap at 2^32 (RFC 1982)."""

_WRAP = 1 << 32


def is_newer(number: int, last: int | None) -> bool:
    """Return whether ``number`` comes after ``last``; the first of all does."""
    return last is None or 0 < (number - last) % _WRAP < _WRAP // 2


def following(number: int) -> int:
    return (number + 1) % _WRAP
