"""Sequence numbers that wrap."""

import pytest

from gateway.drive.sequence import following, is_newer

MOST = 2**32 - 1


@pytest.mark.parametrize(
    ("number", "last", "newer"),
    [
        (0, None, True),
        (MOST, None, True),
        (1, 0, True),
        (0, 0, False),
        (0, 1, False),
        (0, MOST, True),
        (5, MOST - 5, True),
        (MOST, 0, False),
        (2**31 - 1, 0, True),
        (2**31, 0, False),
        (2**31 + 1, 0, False),
    ],
)
def test_which_one_is_newer(number: int, last: int | None, newer: bool) -> None:
    assert is_newer(number, last) is newer


def test_what_follows_wraps_and_is_newer() -> None:
    assert following(MOST) == 0
    assert is_newer(following(MOST), MOST)
