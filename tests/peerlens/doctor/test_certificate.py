"""Certificates that hold, end soon, or do not hold."""

import pytest

from peerlens.doctor import certificate
from peerlens.doctor.certificate import CertificateReading, days_left
from peerlens.doctor.finding import Level


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        (CertificateReading(), []),
        (CertificateReading(refused="expired"), [("x.certificate", Level.PROBLEM)]),
        (CertificateReading(days_left=13.0), [("x.certificate-expires", Level.WARNING)]),
        (CertificateReading(days_left=15.0), [("x.certificate-holds", Level.OK)]),
    ],
)
def test_each_reading(reading: CertificateReading, expected: list[tuple[str, Level]]) -> None:
    found = certificate.judge("x", "wss://a/ws", reading)
    assert [(each.id, each.level) for each in found] == expected


def test_days_are_counted_from_now() -> None:
    made = {"notAfter": "Jan  5 00:00:00 2027 GMT"}
    assert days_left(made, 1_798_761_600.0) == pytest.approx(4.0, abs=0.01)
    assert days_left({}, 0.0) is None
