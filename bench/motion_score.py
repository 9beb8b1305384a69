"""How well alarms fit what truly happened. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

JOIN_S = 3.0
"""Somebody who is gone for less than this is still the same event."""
EARLY_S, LATE_S = 0.2, 1.0
"""An alarm that begins so much before or after an event is about it: clocks differ, and what a
figure uncovers may take a moment to be background."""


@dataclass(frozen=True, slots=True)
class Span:
    """From ``start_s`` to ``end_s`` of a scene, something moved, or was said to."""

    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Happening:
    """What truly happened: something was in the picture from ``start_s`` to ``end_s``, and from
    ``entry_s`` on enough of it to ask for an alarm."""

    start_s: float
    entry_s: float
    end_s: float


@dataclass(frozen=True)
class Score:
    """Events found and missed, alarms that were false; delays from entry to first alarm."""

    found: int = 0
    missed: int = 0
    false_alarms: int = 0
    delays_s: tuple[float, ...] = field(default=())

    def __add__(self, other: "Score") -> "Score":
        return Score(
            self.found + other.found,
            self.missed + other.missed,
            self.false_alarms + other.false_alarms,
            self.delays_s + other.delays_s,
        )

    @property
    def precision(self) -> float:
        """Events among what was told; 1 when nothing was told."""
        told = self.found + self.false_alarms
        return self.found / told if told else 1.0

    @property
    def recall(self) -> float:
        """Events told of among those there were; 1 when there were none."""
        there = self.found + self.missed
        return self.found / there if there else 1.0

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2.0 * self.precision * self.recall / total if total else 0.0


def spans(moments: Iterable[tuple[float, bool]], join_s: float = JOIN_S) -> list[Span]:
    """Turn moments, in order, at which something is there or not into spans."""
    found: list[Span] = []
    for at_s, there in moments:
        if not there:
            continue
        if found and at_s - found[-1].end_s <= join_s:
            found[-1] = Span(found[-1].start_s, at_s)
        else:
            found.append(Span(at_s, at_s))
    return found


def happenings(moments: Iterable[tuple[float, float]], enough: float) -> list[Happening]:
    """Turn moments, in order, and how much of something is there then into what happened.

    What never was enough did not.
    """
    seen = list(moments)
    found = []
    for span in spans((at_s, part > 0.0) for at_s, part in seen):
        within = (at_s for at_s, part in seen if span.start_s <= at_s and part >= enough)
        entry_s = next(within, None)
        if entry_s is not None and entry_s <= span.end_s:
            found.append(Happening(span.start_s, entry_s, span.end_s))
    return found


def score(truth: Sequence[Happening], alarms: Sequence[Span], from_s: float = 0.0) -> Score:
    """Judge alarms that begin at ``from_s`` or later.

    An alarm is about an event when it begins within it. Several about one are one: who stops is
    told of again. One that began before is false, and finds nothing that happens meanwhile.
    """
    false_alarms, found = 0, dict[int, float]()
    for alarm in alarms:
        about = next((n for n, event in enumerate(truth) if _within(alarm, event)), None)
        if about is not None:
            found.setdefault(about, alarm.start_s - truth[about].entry_s)
        elif alarm.start_s >= from_s:
            false_alarms += 1
    delays_s = tuple(max(0.0, delay_s) for delay_s in found.values())
    return Score(len(found), len(truth) - len(found), false_alarms, delays_s)


def _within(alarm: Span, event: Happening) -> bool:
    return event.start_s - EARLY_S <= alarm.start_s <= event.end_s + LATE_S
