"""One finding: what was seen, why it matters, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Figure = str | float | int | bool | None


class Level(StrEnum):
    """How bad it is; in this order."""

    OK = "ok"
    NOTE = "note"
    """Nothing is wrong; but somebody may be glad to know it."""
    WARNING = "warning"
    """It works, though not for everybody or not well."""
    PROBLEM = "problem"
    """Something does not work."""

    @property
    def severity(self) -> int:
        return list(Level).index(self)


@dataclass(frozen=True, slots=True)
class Finding:
    """``id`` is stable: ``area.name``. The texts are for people, without a full stop at the end.

    ``figures`` are what was measured, with units in the names; they never hold a secret.
    """

    id: str
    level: Level
    what: str
    why: str = ""
    do: str = ""
    figures: Mapping[str, Figure] = field(default_factory=dict)

    @property
    def area(self) -> str:
        return self.id.partition(".")[0]


def ok(finding_id: str, what: str, **figures: Figure) -> Finding:
    """Something that is as it should be."""
    return Finding(finding_id, Level.OK, what, figures=figures)


def note(finding_id: str, what: str, why: str, do: str, **figures: Figure) -> Finding:
    return Finding(finding_id, Level.NOTE, what, why, do, figures)


def warning(finding_id: str, what: str, why: str, do: str, **figures: Figure) -> Finding:
    return Finding(finding_id, Level.WARNING, what, why, do, figures)


def problem(finding_id: str, what: str, why: str, do: str, **figures: Figure) -> Finding:
    return Finding(finding_id, Level.PROBLEM, what, why, do, figures)
