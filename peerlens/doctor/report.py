"""All findings of one check-up, for people and for machines."""

import json
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from peerlens.doctor.finding import Finding, Level

EXIT_CODES = {Level.OK: 0, Level.NOTE: 0, Level.WARNING: 3, Level.PROBLEM: 4}
"""What the command ends with, by the worst level found."""

HEADINGS = {
    "configuration": "Configuration",
    "port": "Port",
    "server": "Running server",
    "camera": "Cameras",
    "signaling": "Signaling",
    "clock": "Clock",
    "stun": "STUN",
    "nat": "Network address translation",
    "turn": "TURN",
    "browsers": "Browsers",
    "call": "Call",
    "doctor": "Doctor",
}
"""Of each area, in the order of the report."""
_COLOURS = {Level.OK: "32", Level.NOTE: "36", Level.WARNING: "33", Level.PROBLEM: "31"}
_MARGIN = " " * 11
MIN_WIDTH, MAX_WIDTH = 60, 110


@dataclass(frozen=True, slots=True)
class Report:
    """``subject`` says what was looked at, ``took_s`` for how long."""

    subject: str
    findings: tuple[Finding, ...]
    took_s: float

    @property
    def worst(self) -> Level:
        return max((each.level for each in self.findings), key=lambda level: level.severity)

    @property
    def exit_code(self) -> int:
        return EXIT_CODES[self.worst]

    def count(self, level: Level) -> int:
        return sum(each.level is level for each in self.findings)

    def as_json(self) -> str:
        """One JSON object. Keys stay; more may be added."""
        return json.dumps(
            {
                "subject": self.subject,
                "worst": self.worst.value,
                "exitCode": self.exit_code,
                "tookS": round(self.took_s, 2),
                "findings": [
                    {
                        "id": each.id,
                        "level": each.level.value,
                        "what": each.what,
                        "why": each.why,
                        "do": each.do,
                        "figures": dict(each.figures),
                    }
                    for each in self.findings
                ],
            },
            indent=2,
        )

    def as_text(self, *, colour: bool = False, width: int | None = None) -> str:
        """Lines for people: one for each finding, or folded to ``width`` columns."""
        lines = [f"Peerlens doctor: {self.subject}"]
        area = None
        for each in self.findings:
            if each.area != area:
                area = each.area
                lines += ["", HEADINGS.get(area, area.capitalize())]
            lines.append(_line(each, colour, width))
        lines += ["", self._summary()]
        return "\n".join(lines)

    def _summary(self) -> str:
        counts = [
            _counted(self.count(level), level.value)
            for level in (Level.PROBLEM, Level.WARNING, Level.NOTE)
            if self.count(level)
        ]
        count = self.count(Level.OK)
        fine = "1 check is fine" if count == 1 else f"{count} checks are fine"
        return f"{', '.join([*counts, fine])}. It took {self.took_s:.1f} s."


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Area by area; within one, in the order they were found."""
    areas = list(HEADINGS)
    return tuple(sorted(findings, key=lambda each: areas.index(each.area)))


def cleaned(findings: Iterable[Finding], clean: Callable[[str], str]) -> tuple[Finding, ...]:
    """Pass every text through ``clean``."""
    return tuple(
        replace(
            each,
            what=clean(each.what),
            why=clean(each.why),
            do=clean(each.do),
            figures={
                name: clean(value) if isinstance(value, str) else value
                for name, value in each.figures.items()
            },
        )
        for each in findings
    )


def _line(finding: Finding, colour: bool, width: int | None) -> str:
    text = f"{finding.what}."
    if finding.why:
        text += f" {finding.why[0].upper()}{finding.why[1:]}."
    if finding.do:
        text += f" To do: {finding.do}."
    if finding.level is not Level.OK:
        text += f" [{finding.id}]"
    if width is not None:
        width = max(MIN_WIDTH, min(MAX_WIDTH, width))
        folded = textwrap.wrap(
            text, width, initial_indent=_MARGIN, subsequent_indent=_MARGIN, break_on_hyphens=False
        )
        text = "\n".join(folded).removeprefix(_MARGIN)
    # As wide as the longest level, so that the sentences begin in one column.
    level = f"{finding.level.value:<7}"
    if colour:
        level = f"\x1b[{_COLOURS[finding.level]}m{level}\x1b[0m"
    return f"  {level}  {text}"


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
