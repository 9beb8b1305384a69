"""Receiver reports turned into round trip, jitter and loss."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.reception import REPORTS_REMEMBERED, Loss, ReceptionMonitor
from gateway.rtcp import Reception

NTP = 0xE0000001_80000000


def report(
    highest: int = 1_000, lost: int = 0, last_report: int = 0, delay: int = 0, jitter: int = 0
) -> Reception:
    return Reception(0.0, lost, highest, jitter, last_report, delay)


def middle(ntp_time: int) -> int:
    return ntp_time >> 16 & 0xFFFFFFFF


def test_round_trip_leaves_out_the_time_the_viewer_held_the_report() -> None:
    monitor = ReceptionMonitor()
    monitor.report_sent(NTP, 10.0)
    monitor.received(report(last_report=middle(NTP), delay=65_536 // 2), 10.6)
    assert monitor.round_trip_s == pytest.approx(0.1)


def test_round_trip_is_smoothed_and_never_negative() -> None:
    monitor = ReceptionMonitor()
    for ntp_time, sent_s in ((NTP, 10.0), (NTP + (1 << 32), 11.0)):
        monitor.report_sent(ntp_time, sent_s)
    monitor.received(report(last_report=middle(NTP)), 10.1)
    monitor.received(report(last_report=middle(NTP + (1 << 32)), delay=65_536), 11.5)
    assert monitor.round_trip_s == pytest.approx(0.075)


def test_a_report_about_nothing_sent_or_long_forgotten_gives_no_round_trip() -> None:
    monitor = ReceptionMonitor()
    for second in range(REPORTS_REMEMBERED + 1):
        monitor.report_sent(NTP + (second << 32), second)
    monitor.received(report(last_report=0), 20.0)
    monitor.received(report(last_report=12_345), 20.0)
    monitor.received(report(last_report=middle(NTP)), 20.0)
    assert monitor.round_trip_s is None


def test_loss_is_counted_between_reports() -> None:
    monitor = ReceptionMonitor()
    assert monitor.received(report(1_000, lost=40), 1.0) is None
    assert monitor.received(report(1_100, lost=50), 2.0) == Loss(100, 0.1)
    assert monitor.received(report(1_300, lost=45), 3.0) == Loss(200, 0.0)
    assert monitor.received(report(1_300, lost=45), 4.0) is None


def test_jitter_is_in_seconds() -> None:
    monitor = ReceptionMonitor()
    monitor.received(report(jitter=900), 1.0)
    assert monitor.jitter_s == pytest.approx(0.01)


@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(-(2**23), 2**23 - 1))))
def test_no_report_gives_more_than_a_fraction(reports: list[tuple[int, int]]) -> None:
    monitor = ReceptionMonitor()
    for highest, lost in reports:
        loss = monitor.received(report(highest, lost), 0.0)
        assert loss is None or (loss.packets > 0 and 0.0 <= loss.fraction <= 1.0)
