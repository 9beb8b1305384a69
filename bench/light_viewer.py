"""A viewer that costs next to nothing: real ICE and DTLS, media counted and dropped.

All of aiortc's and aioice's private parts that the benchmarks touch are in this file.
"""

import asyncio
import time
from typing import Any

import aiohttp
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.rtcdtlstransport import SRTP_PROFILES, RTCCertificate
from aiortc.rtp import (
    RTCP_PSFB_APP,
    RtcpPacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpSrPacket,
    pack_remb_fci,
)
from pylibsrtp import Error as SrtpError

from bench.exchange import exchange, offer_to_receive
from bench.light_socket import LightTransport
from bench.rtp_counter import Received
from bench.target import Target
from protocol.codec import encode
from protocol.messages import Sync

CONNECT_TIMEOUT_S = 15.0
REPORT_INTERVAL_S = 1.0
SYNC_INTERVAL_S = 2.0
OWN_SSRC = 1

# Chromium 156 takes AES-CM with SHA-1 where the choice is its own, as it is with aiortc's answers.
# aiortc would take AES-GCM, which costs a server half as much.
_PROFILES = sorted(SRTP_PROFILES, key=lambda profile: b"SHA1" not in profile.openssl_profile)


def drop_media(connection: RTCPeerConnection) -> None:
    """Let all media of ``connection`` fall on the floor, where only its data channels matter."""

    async def drop(*_: object, **__: object) -> None:
        pass

    for transceiver in connection.getTransceivers():
        receiver: Any = transceiver.receiver
        receiver._handle_rtp_packet = drop


class LightViewer:
    """One connection to a target, in a process that runs a :class:`bench.light_socket.LightLoop`.

    Reports like a browser with a good network, once a second. A ``witness`` reads every media
    packet, any other leaves counting to the kernel. As a ``page`` it speaks on the ``events``
    channel, as Peerlens' own page does.
    """

    certificate: RTCCertificate | None = None

    def __init__(self, bitrate_bps: int, *, witness: bool = True, page: bool = False) -> None:
        self._bitrate_bps = bitrate_bps
        self._witness = witness
        self._connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        # Making one for each would be most of what joining costs here.
        certificate = LightViewer.certificate or RTCCertificate.generateCertificate()
        LightViewer.certificate = certificate
        private: Any = self._connection
        private._RTCPeerConnection__certificates = [certificate]
        self._channel = self._connection.createDataChannel("events") if page else None
        self._tasks: list[asyncio.Task[None]] = []
        self._began = asyncio.Event()
        self._prepared = False

    async def prepare(self, target: Target) -> None:
        """Do what a viewer does before it turns to the server; :meth:`join` does it otherwise."""
        if target.manner != "janus":
            await offer_to_receive(self._connection)
            self._watch_transports()
        self._prepared = True

    async def join(self, session: aiohttp.ClientSession, target: Target) -> float:
        """Connect and wait for the first packet; returns how long that took, in seconds.

        Where the kernel counts, the first packet seen is the last one of the first frame. Raises
        TimeoutError, OSError (ConnectionError), aiohttp.ClientError, ValueError.
        """
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            if not self._prepared:
                await self.prepare(target)
            began_s = time.perf_counter()
            connected = self._connected()
            await exchange(session, target, self._connection)
            if target.manner == "janus":
                self._watch_transports()
            await connected
            while (first_s := self.first_s) is None:
                await self._began.wait()
        self._tasks.append(asyncio.create_task(self._report()))
        if self._channel is not None:
            self._tasks.append(asyncio.create_task(self._sync()))
        return first_s - began_s

    async def take(self, offer: str) -> str:
        """Answer somebody who offers to send, in place of joining, and report once connected."""
        await self._connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        await self._connection.setLocalDescription(await self._connection.createAnswer())
        self._watch_transports()
        self._tasks.append(asyncio.create_task(self._report_to(self._connected())))
        return self._connection.localDescription.sdp

    async def _report_to(self, connected: asyncio.Future[None]) -> None:
        await connected
        await self._report()

    @property
    def received(self) -> Received:
        """What has come so far, on whatever pair of candidates."""
        return sum((t.counter.received for t in self._transports), Received())

    @property
    def first_s(self) -> float | None:
        """When the first packet came, on ``time.perf_counter``."""
        times = [t.counter.first_s for t in self._transports]
        return min((first_s for first_s in times if first_s is not None), default=None)

    @property
    def srtp_profile(self) -> str:
        """Which encryption was negotiated, in OpenSSL's words."""
        return str(self._dtls._ssl.get_selected_srtp_profile().decode())

    def longest_gap_s(self) -> float:
        """The longest time between two frames since the last call."""
        longest_s = max(t.counter.longest_gap_s for t in self._transports)
        for transport in self._transports:
            transport.counter.longest_gap_s = 0.0
        return longest_s

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._connection.close()

    def _connected(self) -> asyncio.Future[None]:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def changed() -> None:
            state = self._connection.connectionState
            if state == "connected" and not done.done():
                done.set_result(None)
            elif state in ("failed", "closed") and not done.done():
                done.set_exception(ConnectionError(f"the connection {state}"))

        self._connection.on("connectionstatechange", changed)
        return done

    @property
    def _dtls(self) -> Any:
        return self._connection.getTransceivers()[0].receiver.transport

    @property
    def _transports(self) -> list[LightTransport]:
        return [protocol.transport for protocol in self._dtls.transport._connection._protocols]

    def _watch_transports(self) -> None:
        self._dtls._srtp_profiles = _PROFILES
        for transport in self._transports:
            transport.counter.began = self._began.set
            if not self._witness:
                transport.count_markers_only()

    async def _report(self) -> None:
        while True:
            await asyncio.sleep(REPORT_INTERVAL_S)
            # One compound packet, as browsers send.
            await self._dtls._send_rtp(self._receiver_report())

    def _receiver_report(self) -> bytes:
        counter = max((t.counter for t in self._transports), key=lambda c: c.received.packets)
        ssrc = counter.ssrc or 0
        lsr, dlsr = self._last_sender_report(counter.newest_rtcp)
        info = RtcpReceiverInfo(
            ssrc=ssrc,
            fraction_lost=0,
            packets_lost=0,
            highest_sequence=counter.sequence,
            jitter=0,
            lsr=lsr,
            dlsr=dlsr,
        )
        estimate = RtcpPsfbPacket(
            fmt=RTCP_PSFB_APP,
            ssrc=OWN_SSRC,
            media_ssrc=0,
            fci=pack_remb_fci(self._bitrate_bps, [ssrc]),
        )
        return bytes(RtcpRrPacket(ssrc=OWN_SSRC, reports=[info])) + bytes(estimate)

    def _last_sender_report(self, newest: tuple[bytes, float] | None) -> tuple[int, int]:
        """Return LSR and DLSR (RFC 3550, section 6.4.1), from which servers tell the delay."""
        if newest is None:
            return 0, 0
        encrypted, came_s = newest
        try:
            packets = RtcpPacket.parse(self._dtls._rx_srtp.unprotect_rtcp(encrypted))
        except (SrtpError, ValueError):
            return 0, 0
        for packet in packets:
            if isinstance(packet, RtcpSrPacket):
                lsr = packet.sender_info.ntp_timestamp >> 16 & 0xFFFFFFFF
                return lsr, round((time.perf_counter() - came_s) * 65_536) & 0xFFFFFFFF
        return 0, 0

    async def _sync(self) -> None:
        channel = self._channel
        assert channel is not None
        while True:
            if channel.readyState == "open":
                channel.send(encode(Sync(time.time() * 1_000)))
            await asyncio.sleep(SYNC_INTERVAL_S)
