"""Sends a camera's access units to one viewer: no task, no await, a few microseconds each."""

import time
from collections.abc import Callable

from pylibsrtp import Error as SrtpError

from gateway.datagrams import DatagramSender
from gateway.rtp_writer import RtpWriter
from gateway.units import AccessUnit, StageTimes

NTP_EPOCH_S = 2_208_988_800
RESEND_SHARE = 0.5
"""Retransmissions a viewer may cause, as a share of the packets it was sent."""
RESEND_BURST = 256.0

PATIENCE_S, MOST_PATIENCE_S = 0.25, 4.0
"""After a full socket, how long to wait before asking for a keyframe, doubling each time: every
viewer of the stream pays for it."""


class ViewerSender:
    """A subscriber of a stream's hub. Use it on the event loop only.

    It starts with a keyframe. When the socket is full the rest of the unit is dropped, and
    everything after it up to the next keyframe, which ``request_keyframe`` asks for. ``sent``
    is told the RTP timestamp of each unit and the moment of its capture as NTP time (64 bits).
    """

    def __init__(
        self,
        writer: RtpWriter,
        datagrams: DatagramSender,
        request_keyframe: Callable[[], None],
        sent: Callable[[int, int], None] = lambda timestamp, ntp_time: None,
    ) -> None:
        self._writer = writer
        self._datagrams = datagrams
        self._request_keyframe = request_keyframe
        self._sent = sent
        self._needs_keyframe = True
        self._ask_from_s = float("-inf")
        self._losses = 0
        self._resend_credit = RESEND_BURST
        self.dropped = 0
        """Access units that were not sent, or not to the end."""
        self.resent = 0
        self.not_resent = 0
        """Packets asked for again that were too old, or too many."""
        self.newest_sent: tuple[int, StageTimes, float] | None = None
        """RTP timestamp and times of the newest unit that is out, and when it was (monotonic)."""

    @property
    def packets(self) -> int:
        return self._writer.packets

    @property
    def payload_bytes(self) -> int:
        return self._writer.payload_bytes

    @property
    def segmented(self) -> bool:
        return self._datagrams.segmented

    def send(self, unit: AccessUnit) -> None:
        """Send ``unit``, or drop it."""
        if unit.keyframe:
            self._needs_keyframe = False
        elif self._needs_keyframe:
            self.dropped += 1
            if unit.capture_s >= self._ask_from_s:
                self._request_keyframe()
            return
        now_s = time.time() + NTP_EPOCH_S
        try:
            for run in self._writer.runs(unit, _abs_send_time(now_s)):
                if not self._datagrams.send(run):
                    self._lose(unit)
                    return
        except SrtpError:
            self._lose(unit)
            return
        if unit.keyframe:
            self._losses = 0
        credit = self._resend_credit + len(unit.payloads) * RESEND_SHARE
        self._resend_credit = min(credit, RESEND_BURST)
        timestamp = self._writer.timestamp(unit)
        sent_s = time.monotonic()
        self.newest_sent = (timestamp, unit.times, sent_s)
        capture_ntp_s = now_s - (sent_s - unit.capture_s)
        self._sent(timestamp, int(capture_ntp_s * (1 << 32)))

    def _lose(self, unit: AccessUnit) -> None:
        self.dropped += 1
        self._needs_keyframe = True
        patience_s = min(PATIENCE_S * 2**self._losses, MOST_PATIENCE_S)
        self._ask_from_s = unit.capture_s + patience_s
        self._losses = min(self._losses + 1, 8)

    def resend(self, sequence: int) -> None:
        """Send the packet with this sequence number again, if it is young and credit is left."""
        if self._resend_credit < 1:
            self.not_resent += 1
            return
        run = self._writer.again(sequence, _abs_send_time(time.time() + NTP_EPOCH_S))
        if run is None or not self._datagrams.send(run):
            self.not_resent += 1
            return
        self._resend_credit -= 1
        self.resent += 1

    def close(self) -> None:
        """Let go of the socket."""
        self._datagrams.release()


def _abs_send_time(ntp_s: float) -> int:
    """Return the 6.18 fixed-point seconds of abs-send-time."""
    return int(ntp_s * (1 << 18)) & 0xFFFFFF
