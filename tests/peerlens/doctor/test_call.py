"""What a call that went well, or did not, means."""

import pytest

from peerlens.doctor import call
from peerlens.doctor.call import CallReading
from peerlens.doctor.finding import Level


def test_a_call_that_went_well() -> None:
    [found] = call.judge(CallReading("front", 30.0, 95.4, "host/host"), "the server")
    assert (found.id, found.level) == ("call.connected", Level.OK)
    assert "first picture of front after 95 ms, over host/host" in found.what


@pytest.mark.parametrize(
    ("stage", "name"),
    [
        ("answer", "call.refused"),
        ("connection", "call.not-connected"),
        ("picture", "call.no-picture"),
    ],
)
def test_each_stage_has_its_finding(stage: str, name: str) -> None:
    [found] = call.judge(CallReading("front", stage=stage, detail="because"), "the server")
    assert (found.id, found.level) == (name, Level.PROBLEM)
    assert "because" in found.what
