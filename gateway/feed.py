"""The video of one viewer: which quality it gets, what goes out, and what comes back about it."""

import time
from collections.abc import Mapping
from contextlib import ExitStack

from pylibsrtp import Error as SrtpError
from pylibsrtp import Session

from edge.token_bucket import TokenBucket
from gateway import rtcp
from gateway.adaptation import Adaptation
from gateway.datagrams import DatagramSender
from gateway.delivery import DeliveryStats
from gateway.named_log import NamedLog
from gateway.quality import Quality
from gateway.reception import ReceptionMonitor
from gateway.rtp_writer import RtpWriter, Run
from gateway.stream import EncodedStream
from gateway.units import AccessUnit, StageTimes
from gateway.viewer_sender import ViewerSender

KEYFRAME_BURST, KEYFRAMES_PER_S = 4, 1.0
"""Requests (PLI, FIR) that one viewer may make: everybody who watches pays for each."""

DRIVER_GRACE_S = 1.0
"""How much longer than others a driver holds on to a quality that its network may not carry."""

PACED_S = 10.0
"""How long after a loss keyframes go out slowly."""
PACED_RATE = 4.0
"""And at how many times the stream's bitrate: the encoder lets one be as large as what goes out
in 1/8 s (h264_encoder.VBV_SECONDS), so it takes about 30 ms."""

SHORTEST_RATE_S = 0.5


class Feed:
    """Sends one camera to one viewer, from ``start`` to ``close``. On the event loop only.

    ``streams`` are the camera's in the viewer's codec, best quality first. Moving to another one
    waits for its keyframe; on the way up the old one goes on until then.
    """

    def __init__(
        self,
        streams: Mapping[Quality, EncodedStream],
        writer: RtpWriter,
        datagrams: DatagramSender,
        keys: Session,
        log: NamedLog,
    ) -> None:
        now_s = time.monotonic()
        self._streams = tuple(streams.values())
        self._current = self._streams[0]
        self._next: EncodedStream | None = None
        self._sender = ViewerSender(writer, datagrams, self._request_keyframe)
        self._ssrc = writer.stream.ssrc
        self._datagrams = datagrams
        self._keys = keys
        self._log = log
        self._driving = False
        self._reception = ReceptionMonitor()
        self._adaptation = Adaptation(
            [stream.rung.max_bitrate_bps for stream in self._streams], now_s
        )
        self._keyframe_requests = TokenBucket(KEYFRAMES_PER_S, KEYFRAME_BURST, now_s)
        self._estimate_bps: int | None = None
        # Until it is measured: the most that may go out.
        self._sent_bps = float(self._current.rung.max_bitrate_bps)
        self._counted = (now_s, 0)
        self._paced_until_s = float("-inf")
        self._receiving = ExitStack()
        self._waiting = ExitStack()
        self._closed = False
        self.malformed = 0
        """RTCP packets that broke the format."""

    # Life

    def start(self) -> None:
        """From here on, access units go out as they are published."""
        self._receive_current()
        begun = self._current.since_keyframe(time.monotonic())
        for unit in begun:
            self._sender.send(unit)
        if not begun:
            self._current.request_keyframe()

    def _receive_current(self) -> None:
        hub = self._current.hub
        self._receiving.enter_context(hub.subscribed(self._sender.send, first=self._driving))

    def drives(self, drives: bool) -> None:
        """Its viewer begins or ends to drive: its pictures go first, its quality falls last."""
        if self._closed or drives == self._driving:
            return
        self._driving = drives
        self._adaptation.grace_s = DRIVER_GRACE_S if drives else 0.0
        self._receiving.close()
        self._receive_current()

    def close(self) -> None:
        """Stop at once, saying goodbye. Idempotent; whatever comes back later is ignored."""
        if self._closed:
            return
        self._closed = True
        self._waiting.close()
        self._receiving.close()
        if self._sender.packets:
            self._send_rtcp(rtcp.goodbye(self._ssrc))
        self._sender.close()

    # What comes back

    def rtcp_received(self, data: bytes) -> None:
        """Take a compound packet from the viewer."""
        if self._closed:
            return
        try:
            feedback = rtcp.read(data, self._ssrc)
        except rtcp.MalformedRtcp as error:
            self.malformed += 1
            if self.malformed == 1:
                self._log.warning("< RTCP that breaks the format: %s", error)
            return
        now_s = time.monotonic()
        for entry in feedback:
            match entry:
                case rtcp.Lost(sequences):
                    round_trip_s = self._reception.round_trip_s or 0.0
                    sent = sum(self._sender.resend(n, round_trip_s) for n in sequences)
                    self._adaptation.asked_again(sent, now_s)
                case rtcp.KeyframeWanted():
                    if self._keyframe_requests.take(now_s):
                        self._request_keyframe()
                case rtcp.Reception():
                    self._reported(entry, now_s)
                case rtcp.BitrateEstimate(bps):
                    self._estimate_bps = bps
                    self._adaptation.estimated(bps, self._rate_bps(now_s), now_s)
        self._follow_adaptation()

    def _reported(self, report: rtcp.Reception, now_s: float) -> None:
        sent_bps = self._rate_bps(now_s)
        loss = self._reception.received(report, now_s)
        if loss is not None:
            if loss.fraction > 0.0:
                self._paced_until_s = now_s + PACED_S
                self._pace(now_s)
            self._adaptation.lost(loss.packets, loss.fraction, sent_bps, now_s)
        if self._reception.round_trip_s is not None:
            self._adaptation.round_trip(self._reception.round_trip_s, sent_bps, now_s)

    # What goes out

    def tick(self, now_s: float) -> None:
        """Report to the viewer, and see whether it can have more. Call about once a second."""
        if self._closed:
            return
        self._rate_bps(now_s)
        self._pace(now_s)
        self._adaptation.pass_time(now_s)
        self._follow_adaptation()
        report = self._sender.report()
        if report is not None:
            packet, ntp_time = report
            self._send_rtcp(packet)
            self._reception.report_sent(ntp_time, now_s)

    def _send_rtcp(self, packet: bytes) -> None:
        try:
            protected = self._keys.protect_rtcp(packet)
        except SrtpError:
            return
        self._datagrams.send(Run(memoryview(protected), len(protected)))

    def _pace(self, now_s: float) -> None:
        """Spread keyframes out where packets get lost: queues there may be short."""
        rate_bps = PACED_RATE * self._current.rung.max_bitrate_bps
        self._sender.pace(rate_bps if now_s < self._paced_until_s else None)

    def _request_keyframe(self) -> None:
        self._current.request_keyframe()

    def _rate_bps(self, now_s: float) -> float:
        """What went out lately, retransmissions aside."""
        since_s, payload_bytes = self._counted
        if now_s - since_s >= SHORTEST_RATE_S:
            sent = self._sender.payload_bytes
            self._sent_bps = (sent - payload_bytes) * 8 / (now_s - since_s)
            self._counted = (now_s, sent)
        return self._sent_bps

    # Quality

    def _follow_adaptation(self) -> None:
        """Start moving to the stream that the adaptation has chosen."""
        chosen = self._streams[self._adaptation.rung]
        if chosen is (self._next or self._current):
            return
        self._waiting.close()
        self._next = None
        if chosen is not self._current:
            self._next = chosen
            self._waiting.enter_context(chosen.waiting.subscribed(self._keyframe_of_next))
            chosen.request_keyframe()
            if chosen.rung.max_bitrate_bps < self._current.rung.max_bitrate_bps:
                # More of the old would only fill the queue that the keyframe has to pass.
                self._sender.hold()

    def _keyframe_of_next(self, unit: AccessUnit) -> None:
        chosen = self._next
        if chosen is None:
            return
        if self._sender.has_sent(unit.rtp_time):
            # Too late for this picture: it went out in the old quality.
            chosen.request_keyframe()
            return
        self._log.info("= quality %s -> %s", self._current.rung.quality, chosen.rung.quality)
        self._waiting.close()
        self._receiving.close()
        self._sender.forget()
        self._current, self._next = chosen, None
        self._pace(time.monotonic())
        self._receive_current()

    # What the outside sees

    @property
    def quality(self) -> Quality:
        return self._current.rung.quality

    @property
    def segmented(self) -> bool:
        """Whether frames leave in one system call (UDP segmentation offload)."""
        return self._sender.segmented

    @property
    def newest_sent(self) -> tuple[int, StageTimes, float] | None:
        """RTP timestamp and times of the newest unit that is out, and when it was (monotonic)."""
        return self._sender.newest_sent

    @property
    def packets(self) -> int:
        """How many have gone out, those sent again aside."""
        return self._sender.packets

    @property
    def highest_received(self) -> int | None:
        """The last sequence number that the viewer said it has; None before its first report."""
        return self._reception.highest

    def delivery(self, path: str | None) -> DeliveryStats:
        """How this viewer fares, over the candidates of ``path``."""
        sender, reception = self._sender, self._reception
        return DeliveryStats(
            quality=self.quality,
            packets=sender.packets,
            payload_bytes=sender.payload_bytes,
            resent=sender.resent,
            dropped=sender.dropped,
            round_trip_s=reception.round_trip_s,
            lost=reception.lost,
            jitter_s=reception.jitter_s,
            estimate_bps=self._estimate_bps,
            path=path,
        )
