"""Sends a camera's access units to one viewer: no task, no await, a few microseconds each."""

import time
from collections.abc import Callable

from pylibsrtp import Error as SrtpError

from gateway.datagrams import DatagramSender
from gateway.pacer import Pacer
from gateway.rtcp import sender_report
from gateway.rtp_writer import RtpWriter
from gateway.units import RTP_CLOCK_HZ, AccessUnit, StageTimes

NTP_EPOCH_S = 2_208_988_800
RESEND_SHARE = 0.5
"""Retransmissions a viewer may cause, as a share of the packets it was sent."""
RESEND_BURST = 256.0

HELD_S = 1.0
"""How long a viewer is kept waiting for the keyframe of another stream."""

MOST_PATIENT_RESEND_S = 0.25
"""A round trip that was measured through a full queue says nothing about the next copy's."""

RESENT_REMEMBERED = 256
"""Packets whose last retransmission is known, at most."""

PATIENCE_S, MOST_PATIENCE_S = 0.25, 4.0
"""After a full socket, how long to wait before asking for a keyframe, doubling each time: every
viewer of the stream pays for it."""


class ViewerSender:
    """A subscriber of a stream's hub. Use it on the event loop only.

    It starts with a keyframe. When the socket is full the rest of the unit is dropped, and
    everything after it up to the next keyframe, which ``request_keyframe`` asks for.
    """

    def __init__(
        self,
        writer: RtpWriter,
        datagrams: DatagramSender,
        request_keyframe: Callable[[], None],
    ) -> None:
        self._writer = writer
        self._datagrams = datagrams
        self._pacer = Pacer(datagrams.send, self._lose_rest)
        self._request_keyframe = request_keyframe
        self._needs_keyframe = True
        self._newest_rtp_time = -1
        self._ask_from_s = float("-inf")
        self._losses = 0
        self._resend_credit = RESEND_BURST
        self._resent_s: dict[int, float] = {}
        self.dropped = 0
        """Access units that were not sent, or not to the end."""
        self.resent = 0
        self.not_resent = 0
        """Packets asked for again that were too old, too many, or on their way already."""
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
        if self.has_sent(unit.rtp_time):
            # Two qualities of one picture, while moving from one to the other.
            return
        if unit.keyframe:
            self._needs_keyframe = False
        elif self._needs_keyframe:
            self.dropped += 1
            if unit.capture_s >= self._ask_from_s:
                self._request_keyframe()
            return
        try:
            for run in self._writer.runs(unit, _abs_send_time()):
                if not self._pacer.send(run, slowly=unit.keyframe):
                    self._lose(unit)
                    return
        except SrtpError:
            self._lose(unit)
            return
        if unit.keyframe:
            self._losses = 0
        credit = self._resend_credit + len(unit.payloads) * RESEND_SHARE
        self._resend_credit = min(credit, RESEND_BURST)
        self._newest_rtp_time = unit.rtp_time
        self.newest_sent = (self._writer.timestamp(unit), unit.times, time.monotonic())

    def _lose(self, unit: AccessUnit) -> None:
        self.dropped += 1
        self._needs_keyframe = True
        patience_s = min(PATIENCE_S * 2**self._losses, MOST_PATIENCE_S)
        self._ask_from_s = unit.capture_s + patience_s
        self._losses = min(self._losses + 1, 8)

    def _lose_rest(self) -> None:
        """The socket was full for the later packets of a unit that was sent in steps."""
        self.dropped += 1
        self._needs_keyframe = True
        self._request_keyframe()

    def pace(self, rate_bps: float | None) -> None:
        """Send keyframes at this rate from now on, or at once (None)."""
        self._pacer.rate_bps = rate_bps

    def resend(self, sequence: int, round_trip_s: float = 0.0) -> bool:
        """Send the packet with this sequence number again, if it is young and credit is left.

        Not within ``round_trip_s`` of the last time: a browser that only receives knows no round
        trip and asks every 100 ms, which would fill a thin link with copies of one packet.
        """
        now_s = time.monotonic()
        resent_s = self._resent_s.get(sequence, float("-inf"))
        soon_s = min(round_trip_s, MOST_PATIENT_RESEND_S)
        if self._resend_credit < 1 or now_s - resent_s < soon_s:
            self.not_resent += 1
            return False
        run = self._writer.again(sequence, _abs_send_time())
        if run is None or not self._datagrams.send(run):
            self.not_resent += 1
            return False
        self._resend_credit -= 1
        self.resent += 1
        self._resent_s.pop(sequence, None)
        if len(self._resent_s) >= RESENT_REMEMBERED:
            del self._resent_s[next(iter(self._resent_s))]
        self._resent_s[sequence] = now_s
        return True

    def report(self) -> tuple[bytes, int] | None:
        """Write a sender report as of now, and give its NTP time (64 bits); None before media."""
        if self.newest_sent is None:
            return None
        timestamp, times, _ = self.newest_sent
        since_capture_s = time.monotonic() - times.capture_s
        now = (timestamp + round(since_capture_s * RTP_CLOCK_HZ)) & 0xFFFFFFFF
        ntp_time = int((time.time() + NTP_EPOCH_S) * (1 << 32))
        stream = self._writer.stream
        packet = sender_report(
            stream.ssrc, ntp_time, now, self.packets, self.payload_bytes, stream.cname
        )
        return packet, ntp_time

    def has_sent(self, rtp_time: int) -> bool:
        """Whether a unit of this RTP time, or a later one, is out already."""
        return rtp_time <= self._newest_rtp_time

    def hold(self) -> None:
        """Send nothing before the next keyframe, which is to come from another stream.

        When none has come after a while, this stream is asked for one, and goes on.
        """
        self._needs_keyframe = True
        self._ask_from_s = time.monotonic() + HELD_S
        self.forget()

    def forget(self) -> None:
        """Resend nothing of what went out so far: a keyframe follows that makes it useless."""
        self._writer.forget()

    def close(self) -> None:
        """Let go of the socket."""
        self._pacer.close()
        self._datagrams.release()


def _abs_send_time() -> int:
    """Return now as the 6.18 fixed-point seconds of abs-send-time."""
    return int((time.time() + NTP_EPOCH_S) * (1 << 18)) & 0xFFFFFF
