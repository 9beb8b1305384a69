"""A viewer that costs next to nothing: real ICE and DTLS, media counted and dropped.

All of aiortc's and aioice's private parts that the benchmarks touch are in this file.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.rtp import (
    RTCP_PSFB_APP,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    pack_remb_fci,
)

from bench.target import Target

CONNECT_TIMEOUT_S = 15.0
REPORT_INTERVAL_S = 1.0
OWN_SSRC = 1


@dataclass
class Received:
    """What has come in so far. ``expected`` counts sequence numbers, ``frames`` marker bits."""

    packets: int = 0
    bytes: int = 0
    frames: int = 0
    expected: int = 0

    def since(self, earlier: "Received") -> "Received":
        return Received(
            self.packets - earlier.packets,
            self.bytes - earlier.bytes,
            self.frames - earlier.frames,
            self.expected - earlier.expected,
        )

    def copy(self) -> "Received":
        return Received(self.packets, self.bytes, self.frames, self.expected)


class RtpCounter:
    """Counts the RTP packets of one stream from their first 12 bytes (RFC 3550, section 5.1)."""

    def __init__(self) -> None:
        self.received = Received()
        self.ssrc: int | None = None
        self.began = asyncio.Event()
        self._payload_type: int | None = None
        self._sequence = 0

    @property
    def sequence(self) -> int:
        return self._sequence

    def take(self, data: bytes) -> bool:
        """Count ``data`` if it is RTP or RTCP; false for anything else (STUN, DTLS)."""
        if not 128 <= data[0] <= 191:
            return False
        second = data[1]
        if 192 <= second <= 223:
            return True
        if self.ssrc is None:
            self._begin(data)
        if second & 0x7F != self._payload_type:
            return True
        received = self.received
        received.packets += 1
        received.bytes += len(data)
        received.frames += second >> 7
        step = ((data[2] << 8 | data[3]) - self._sequence) & 0xFFFF
        if step < 0x8000:
            received.expected += step
            self._sequence = (self._sequence + step) & 0xFFFF
        return True

    def _begin(self, data: bytes) -> None:
        self.began.set()
        self.ssrc = int.from_bytes(data[8:12], "big")
        self._payload_type = data[1] & 0x7F
        self._sequence = (int.from_bytes(data[2:4], "big") - 1) & 0xFFFF


class LightViewer:
    """One connection to a target. Reports like a browser with a good network, once a second."""

    def __init__(self, bitrate_bps: int) -> None:
        self.counter = RtpCounter()
        self._bitrate_bps = bitrate_bps
        self._connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._reports: asyncio.Task[None] | None = None

    async def join(self, session: aiohttp.ClientSession, target: Target) -> None:
        """Connect and wait for the first packet. Raises TimeoutError, aiohttp.ClientError."""
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            connection = self._connection
            connection.addTransceiver("video", direction="recvonly")
            await connection.setLocalDescription(await connection.createOffer())
            answer = await _exchange(session, target, connection.localDescription.sdp)
            connected = self._connected()
            await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
            await connected
            self._divert()
            await self.counter.began.wait()
        self._reports = asyncio.create_task(self._report())

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

    def _divert(self) -> None:
        """Take datagrams before aioice parses them: media never reaches SRTP or a queue."""
        for protocol in self._dtls.transport._connection._protocols:
            protocol.datagram_received = self._diverted(protocol.datagram_received)

    def _diverted(self, usual: Any) -> Any:
        take = self.counter.take

        def datagram_received(data: bytes, addr: tuple[Any, ...]) -> None:
            if not take(data):
                usual(data, addr)

        return datagram_received

    async def _report(self) -> None:
        while True:
            await asyncio.sleep(REPORT_INTERVAL_S)
            for packet in self._receiver_reports():
                await self._dtls._send_rtp(packet)

    def _receiver_reports(self) -> list[bytes]:
        ssrc = self.counter.ssrc or 0
        info = RtcpReceiverInfo(
            ssrc=ssrc,
            fraction_lost=0,
            packets_lost=0,
            highest_sequence=self.counter.sequence,
            jitter=0,
            lsr=0,
            dlsr=0,
        )
        estimate = RtcpPsfbPacket(
            fmt=RTCP_PSFB_APP,
            ssrc=OWN_SSRC,
            media_ssrc=0,
            fci=pack_remb_fci(self._bitrate_bps, [ssrc]),
        )
        return [bytes(RtcpRrPacket(ssrc=OWN_SSRC, reports=[info])), bytes(estimate)]


async def _exchange(session: aiohttp.ClientSession, target: Target, offer: str) -> str:
    if target.manner == "example":
        body = {"sdp": offer, "type": "offer"}
        async with session.post(target.endpoint, json=body, raise_for_status=True) as response:
            return str((await response.json())["sdp"])
    headers = {"Content-Type": "application/sdp"}
    async with session.post(
        target.endpoint, data=offer, headers=headers, raise_for_status=True
    ) as response:
        return await response.text()
