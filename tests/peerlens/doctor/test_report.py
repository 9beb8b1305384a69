"""How findings are put together, for people and for machines."""

import json

import pytest

from peerlens.doctor.finding import Finding, Level, note, ok, problem, warning
from peerlens.doctor.report import Report, cleaned, ordered

FINE = ok("camera.pictures", "front gives pictures", camera="front", fps=25.0)
NOTED = note("nat.unknown", "cannot tell", "it would matter", "ask another server")
WARNED = warning("camera.slow", "front is slow", "it looks jerky", "lower its quality")
BROKEN = problem("turn.unreachable", "no TURN", "some see nothing", "start it")


def report(*findings: Finding) -> Report:
    return Report("peerlens.yaml, for peerlens up", ordered(findings), 1.26)


@pytest.mark.parametrize(
    ("findings", "worst", "code"),
    [
        ([FINE], Level.OK, 0),
        ([FINE, NOTED], Level.NOTE, 0),
        ([WARNED, NOTED], Level.WARNING, 3),
        ([FINE, BROKEN, WARNED], Level.PROBLEM, 4),
    ],
)
def test_the_exit_code_tells_the_worst(findings: list[Finding], worst: Level, code: int) -> None:
    made = report(*findings)
    assert (made.worst, made.exit_code) == (worst, code)


def test_areas_come_in_their_order_and_findings_in_theirs() -> None:
    second = ok("camera.registered", "b")
    made = report(BROKEN, FINE, NOTED, second)
    assert [each.id for each in made.findings] == [
        "camera.pictures",
        "camera.registered",
        "nat.unknown",
        "turn.unreachable",
    ]


def test_machines_get_stable_keys() -> None:
    parsed = json.loads(report(WARNED, FINE).as_json())
    assert list(parsed) == ["subject", "worst", "exitCode", "tookS", "findings"]
    assert parsed["findings"][1] == {
        "id": "camera.pictures",
        "level": "ok",
        "what": "front gives pictures",
        "why": "",
        "do": "",
        "figures": {"camera": "front", "fps": 25.0},
    }


def test_people_get_one_line_for_each() -> None:
    lines = report(WARNED, FINE, BROKEN).as_text().splitlines()
    assert lines == [
        "Peerlens doctor: peerlens.yaml, for peerlens up",
        "",
        "Cameras",
        "  warning  front is slow. It looks jerky. To do: lower its quality. [camera.slow]",
        "  ok       front gives pictures.",
        "",
        "TURN",
        "  problem  no TURN. Some see nothing. To do: start it. [turn.unreachable]",
        "",
        "1 problem, 1 warning, 1 check is fine. It took 1.3 s.",
    ]


def test_on_a_terminal_lines_are_folded_below_each_other_and_coloured() -> None:
    text = report(WARNED).as_text(colour=True, width=60)
    lines = text.splitlines()[3:6]
    assert lines[0].startswith("  \x1b[33mwarning\x1b[0m  front is slow. It looks jerky.")
    assert lines[1].startswith("           ")
    assert lines[1][11] != " "


def test_every_text_is_cleaned() -> None:
    said = problem("turn.credentials", "hush", "hush", "hush", url="hush", took_ms=3)
    [made] = cleaned([said], lambda text: text.replace("hush", "***"))
    assert (made.what, made.why, made.do) == ("***", "***", "***")
    assert made.figures == {"url": "***", "took_ms": 3}
