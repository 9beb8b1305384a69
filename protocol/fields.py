"""Constraints on message fields, attached with ``typing.Annotated``."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Length:
    """Bounds on the characters of a string or the items of an array, both inclusive."""

    at_least: int
    at_most: int


@dataclass(frozen=True)
class Range:
    """Bounds on a number, both inclusive."""

    at_least: float
    at_most: float


@dataclass(frozen=True)
class Pattern:
    """A regular expression that the whole string matches, and its name in words."""

    expression: str
    meaning: str
