"""Check-ups of set-ups that a test makes."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from yarl import URL

from peerlens.doctor.checkup import check_up
from peerlens.doctor.finding import Finding, Level
from peerlens.doctor.report import Report
from peerlens.doctor.subject import ServerRole, load_subject


def write(folder: Path, configuration: dict[str, Any]) -> Path:
    """Write a configuration file; JSON is YAML."""
    file = folder / "peerlens.yaml"
    file.write_text(json.dumps(configuration))
    return file


async def examined(
    folder: Path,
    configuration: dict[str, Any],
    *,
    role: ServerRole | None = None,
    public_url: URL | None = None,
    clock_s: Callable[[], float] = time.time,
) -> Report:
    """Check up a set-up from this process, with the web server on any port unless it says so."""
    configuration = {"http": {"port": 0}, **configuration}
    subject = load_subject(write(folder, configuration), role, environ={}, flags=[])
    return await check_up(subject, public_url=public_url, clock_s=clock_s)


def ids(report: Report, *levels: Level) -> set[str]:
    """The ids of the findings at these levels; of warnings and problems when none is given."""
    wanted = levels or (Level.WARNING, Level.PROBLEM)
    return {each.id for each in report.findings if each.level in wanted}


def found(report: Report, finding_id: str) -> Finding:
    """The one finding of this id."""
    same = [each for each in report.findings if each.id == finding_id]
    assert len(same) == 1, f"{finding_id} in {[each.id for each in report.findings]}"
    return same[0]
