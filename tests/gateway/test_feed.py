"""One viewer's video: quality changes, reports, and what hostile feedback does. Real aiortc."""

import asyncio
import contextlib
import struct
import time
from itertools import pairwise

import pytest
from aiortc import rtp
from aiortc.stats import RTCRemoteOutboundRtpStreamStats

from gateway import adaptation
from gateway.feed import Feed
from gateway.gateway import Gateway
from gateway.quality import Quality
from gateway.viewer_sender import RESEND_BURST
from tests.gateway.test_peers import ssrc_of, to
from tests.support.polling import until
from tests.support.viewer import Viewer, watching

OWN_SSRC = 1


def feed_of(gateway: Gateway, number: int = 0) -> Feed:
    feed = gateway.peers.all()[number]._feed
    assert feed is not None
    return feed


def estimate(bps: int, ssrc: int) -> bytes:
    return bytes(
        rtp.RtcpPsfbPacket(
            fmt=rtp.RTCP_PSFB_APP,
            ssrc=OWN_SSRC,
            media_ssrc=0,
            fci=rtp.pack_remb_fci(bps, [ssrc]),
        )
    )


def nack(first: int, ssrc: int) -> bytes:
    return struct.pack("!BBHIIHH", 0x81, 205, 3, OWN_SSRC, ssrc, first & 0xFFFF, 0xFFFF)


async def width_of(viewer: Viewer, width: int) -> None:
    await until(
        lambda: viewer.newest is not None and viewer.newest.width == width,
        f"pictures {width} wide",
    )


async def test_quality_falls_and_climbs_without_a_gap_and_without_the_others(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adaptation, "CALM_S", 0.5)
    async with watching(to(gateway, "s1")) as other, watching(to(gateway, "s2")) as viewer:
        await viewer.frames_more(5)
        await other.frames_more(5)
        keyframes = sum(stream.keyframes for stream in gateway.cameras["front"].all_streams)
        feed, ssrc = feed_of(gateway, 1), ssrc_of(viewer)
        shown: list[tuple[float, int]] = []
        watching_frames = asyncio.create_task(note_frames(viewer, shown))
        feed._adaptation._wait_s = 0.5
        feed.rtcp_received(estimate(10**12, ssrc) + estimate(0, ssrc))
        await width_of(viewer, 160)
        assert feed.quality.value == "low"
        await width_of(viewer, 240)
        await width_of(viewer, 320)
        assert feed.quality is Quality.HIGH
        watching_frames.cancel()
        gaps = [later - earlier for (earlier, _), (later, _) in pairwise(shown)]
        assert max(gaps) < 0.5, "moving between qualities is no freeze"
        assert other.newest is not None
        assert other.newest.width == 320
        assert feed_of(gateway, 0).quality is Quality.HIGH
        made = sum(stream.keyframes for stream in gateway.cameras["front"].all_streams) - keyframes
        assert made <= 5, "one for each move, and none for those who did not move"
        high = gateway.cameras["front"].all_streams[0]
        assert len(high.hub) == 2
        assert not high.waiting


async def note_frames(viewer: Viewer, shown: list[tuple[float, int]]) -> None:
    seen = viewer.frames
    while True:
        await asyncio.sleep(0.005)
        if viewer.frames > seen and viewer.newest is not None:
            seen = viewer.frames
            shown.append((time.monotonic(), viewer.newest.width))


async def test_reports_tell_round_trip_loss_and_jitter(gateway: Gateway) -> None:
    async with watching(to(gateway)) as viewer:
        await viewer.frames_more(1)
        [peer] = gateway.peers.all()
        await until(lambda: peer.delivery.round_trip_s is not None, "a round trip")
        delivery = peer.delivery
        assert delivery.round_trip_s is not None
        assert 0 <= delivery.round_trip_s < 2
        assert delivery.lost == 0
        assert delivery.jitter_s is not None
        assert delivery.estimate_bps is None or delivery.estimate_bps > 0
        assert delivery.path == "host/host"


async def test_sender_reports_map_rtp_time_to_wall_time(gateway: Gateway) -> None:
    async with watching(to(gateway)) as viewer:
        [peer] = gateway.peers.all()
        await until(lambda: peer.delivery.round_trip_s is not None, "an answer to a report")
        [receiver] = viewer.connection.getReceivers()
        stats = (await receiver.getStats()).values()
        [report] = [s for s in stats if isinstance(s, RTCRemoteOutboundRtpStreamStats)]
        assert report.remoteTimestamp is not None
        assert abs(report.remoteTimestamp.timestamp() - time.time()) < 3
        assert report.packetsSent > 0
        assert report.bytesSent > 0


async def test_hostile_feedback_hurts_nobody(
    gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    async with watching(to(gateway, "s1")) as other, watching(to(gateway, "s2")) as viewer:
        await viewer.frames_more(5)
        feed, ssrc = feed_of(gateway, 1), ssrc_of(viewer)
        before = other.frames
        for number in range(5_000):
            feed.rtcp_received(nack(number * 17, ssrc))
            feed.rtcp_received(struct.pack("!BBHII", 0x81, 206, 2, OWN_SSRC, ssrc))
        for junk in (b"", b"\x81", b"\x81\xc9\x00\x07", bytes(1_400), b"\xff" * 1_400):
            feed.rtcp_received(junk)
        feed.rtcp_received(estimate(0, ssrc) + estimate((1 << 18) - 1 << 63, ssrc))
        # A report that nothing was sent for, and one from the far future.
        for highest in (0, 0xFFFFFFFF, 5):
            info = rtp.RtcpReceiverInfo(ssrc, 255, -1, highest, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
            feed.rtcp_received(bytes(rtp.RtcpRrPacket(ssrc=OWN_SSRC, reports=[info])))
        assert feed.delivery(None).resent <= RESEND_BURST
        assert feed.malformed == 4
        assert sum("breaks the format" in line for line in caplog.text.splitlines()) <= 1
        await other.frames_more(10)
        await viewer.frames_more(10)
        assert other.frames > before
        assert feed_of(gateway, 0).quality is Quality.HIGH
        assert len(gateway.peers) == 2


async def test_a_viewer_gone_without_goodbye_costs_nobody_else(gateway: Gateway) -> None:
    async with watching(to(gateway, "s1")) as other, watching(to(gateway, "s2")) as viewer:
        await viewer.frames_more(1)
        for transport in viewer.connection._RTCPeerConnection__iceTransports:  # type: ignore[attr-defined]
            for protocol in transport._connection._protocols:
                protocol.transport.abort()
        await other.frames_more(30)
        assert other.newest is not None


async def test_closing_says_goodbye_once(gateway: Gateway) -> None:
    async with watching(to(gateway)) as viewer:
        await viewer.frames_more(1)
        feed = feed_of(gateway)
        gateway.peers.close("s1", "test")
        feed.close()
        feed.tick(time.monotonic())
        feed.rtcp_received(nack(1, ssrc_of(viewer)))


async def test_many_who_join_together_need_one_keyframe(gateway: Gateway) -> None:
    async with watching(to(gateway, "s0")) as first:
        await first.frames_more(1)
        stream = gateway.cameras["front"].all_streams[0]
        before = stream.keyframes
        async with contextlib.AsyncExitStack() as others:
            joining = [
                others.enter_async_context(watching(to(gateway, f"s{n}"))) for n in (1, 2, 3)
            ]
            viewers = await asyncio.gather(*joining)
            await asyncio.gather(*(viewer.frames_more(3) for viewer in viewers))
            assert stream.keyframes - before <= 2
