"""How one viewer receives its stream, from its receiver reports. Pure code."""

from collections import deque
from dataclasses import dataclass

from gateway.rtcp import Reception
from gateway.units import RTP_CLOCK_HZ

REPORTS_REMEMBERED = 8
"""Sender reports that an answer may still refer to: they leave once a second."""

SMOOTHING = 0.25
"""Weight of the newest round trip."""

SEQUENCE_WINDOW = 1 << 15
"""A step of more packets than this between two reports is no step but nonsense."""


@dataclass(frozen=True, slots=True)
class Loss:
    """Of ``packets`` that were due since the last report, ``fraction`` (0..1) did not come."""

    packets: int
    fraction: float


class ReceptionMonitor:
    """Turns reports into seconds and fractions. Unknown is None.

    ``now_s`` is always the same monotonic clock.
    """

    def __init__(self) -> None:
        self.round_trip_s: float | None = None
        self.jitter_s: float | None = None
        self.lost: float | None = None
        """Fraction of the packets that were lost, in the newest report."""
        self.highest: int | None = None
        """The last sequence number that came, 32 bits, in the newest report."""
        self._sent: deque[tuple[int, float]] = deque(maxlen=REPORTS_REMEMBERED)
        self._packets_lost = 0

    def report_sent(self, ntp_time: int, now_s: float) -> None:
        """Note that a sender report with this NTP time (64 bits) leaves now."""
        self._sent.append((ntp_time >> 16 & 0xFFFFFFFF, now_s))

    def received(self, report: Reception, now_s: float) -> Loss | None:
        """Take a report; return the loss since the one before, where both make sense."""
        self.jitter_s = report.jitter / RTP_CLOCK_HZ
        self.lost = report.fraction_lost
        self._note_round_trip(report, now_s)
        before, lost_before = self.highest, self._packets_lost
        self.highest, self._packets_lost = report.highest_sequence, report.packets_lost
        if before is None:
            return None
        due = (report.highest_sequence - before) & 0xFFFFFFFF
        if not 0 < due < SEQUENCE_WINDOW:
            return None
        lost = report.packets_lost - lost_before
        return Loss(due, min(max(lost / due, 0.0), 1.0))

    def _note_round_trip(self, report: Reception, now_s: float) -> None:
        if report.last_report == 0:
            return
        for middle, sent_s in reversed(self._sent):
            if middle == report.last_report:
                # Clocks of different rates can make a short one negative.
                round_trip_s = max(0.0, now_s - sent_s - report.delay / 65_536)
                known = self.round_trip_s
                self.round_trip_s = (
                    round_trip_s if known is None else known + SMOOTHING * (round_trip_s - known)
                )
                return
