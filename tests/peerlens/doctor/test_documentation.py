"""docs/operations.md names every finding that is not simply fine."""

import re
from pathlib import Path

from peerlens.doctor import camera, report, signaling

ROOT = Path(__file__).parents[3]
DOCUMENT = (ROOT / "docs" / "operations.md").read_text("utf-8")
FINE = re.compile(r"(?<!f)\bok\(\s*\"([a-z]+\.[a-z-]+)\"")


def written_out() -> set[str]:
    """The ids in the sources, those that are put together left out."""
    areas = "|".join(report.HEADINGS)
    texts = [file.read_text("utf-8") for file in (ROOT / "peerlens" / "doctor").glob("*.py")]
    found = {match for text in texts for match in re.findall(rf'"((?:{areas})\.[a-z-]+)"', text)}
    fine = {match for text in texts for match in FINE.findall(text)}
    return found - fine


def put_together() -> set[str]:
    endings = {f"camera.{ending.name}" for ending in camera.ENDINGS.values()}
    refusals = {f"signaling.{refusal.name}" for refusal in signaling.REFUSALS.values()}
    certificates = {"signaling.certificate", "signaling.certificate-expires"}
    others = {f"camera.{camera.UNREACHABLE.name}", f"signaling.{signaling.OTHER.name}"}
    return (
        endings
        | refusals
        | others
        | certificates
        | {f"turn.{way}-blocked" for way in ("tcp", "tls")}
    )


def test_every_finding_is_documented() -> None:
    known = written_out() | put_together()
    assert len(known) > 50
    assert sorted(each for each in known if f"`{each}`" not in DOCUMENT) == []


def test_every_documented_finding_exists() -> None:
    areas = "|".join(report.HEADINGS)
    named = set(re.findall(rf"`((?:{areas})\.[a-z-]+)`", DOCUMENT))
    assert sorted(named - written_out() - put_together()) == []
