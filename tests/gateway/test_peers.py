"""Viewers of a running gateway, with real aiortc on both ends."""

import asyncio
import contextlib
import ctypes
import gc
import re
import struct
import time

import psutil
import pytest

from gateway.datagrams import DatagramSender
from gateway.errors import (
    GatewayClosing,
    InvalidSdp,
    NoCommonCodec,
    SessionExists,
    TooManyViewers,
    UnknownCamera,
    UnknownSession,
)
from gateway.feed import KEYFRAME_BURST
from gateway.gateway import Gateway
from gateway.peer import Peer, PeerState
from gateway.peers import JOIN_SPACING_S
from gateway.quality import Quality
from gateway.remote_candidates import MAX_CANDIDATES, Fault
from gateway.rtp_writer import Run
from gateway.settings import CameraSettings, WebrtcSettings
from gateway.units import Codec
from protocol.messages import Candidate, EventChanged
from tests.gateway.conftest import SYNTHETIC
from tests.gateway.test_negotiation import CHROMIUM, without_codecs
from tests.support.events import event
from tests.support.polling import until
from tests.support.viewer import Exchange, Viewer, watching

DEAD = CameraSettings(source="http://127.0.0.1:9/stream")


def to(gateway: Gateway, session: str = "s1", camera: str = "front") -> Exchange:
    async def exchange(offer: str) -> str:
        return await gateway.peers.open(session, camera, offer)

    return exchange


def ssrc_of(viewer: Viewer) -> int:
    """The SSRC of the video that ``viewer`` receives."""
    found = re.search(r"a=ssrc:(\d+)", viewer.connection.remoteDescription.sdp)
    assert found is not None
    return int(found[1])


async def test_video_arrives_and_moves(gateway: Gateway) -> None:
    async with watching(to(gateway)) as viewer:
        await viewer.frames_more(5)
        assert viewer.newest is not None
        assert (viewer.newest.width, viewer.newest.height) == (320, 240)
        before = viewer.newest.to_ndarray(format="gray")
        await viewer.frames_more(10)
        after = viewer.newest.to_ndarray(format="gray")
        assert (before != after).mean() > 0.001
        [peer] = gateway.peers.all()
        assert peer.state is PeerState.CONNECTED
        assert gateway.cameras["front"].info.viewers == 1
    await until(lambda: len(gateway.peers) == 0, "the peer to end")


async def test_lost_packets_are_asked_for_and_sent_again(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = DatagramSender.send
    sends = 0

    def lossy(sender: DatagramSender, run: Run) -> bool:
        nonlocal sends
        sends += 1
        return True if sends % 20 == 19 else send(sender, run)

    monkeypatch.setattr(DatagramSender, "send", lossy)
    async with watching(to(gateway)) as viewer:
        await viewer.frames_more(60)
        [peer] = gateway.peers.all()
        assert peer.delivery.resent > 0
        keyframes = sum(s.keyframes for s in gateway.cameras["front"].all_streams)
        assert keyframes <= 3, "what is sent again in time costs nobody a keyframe"


async def test_one_viewers_flood_of_keyframe_requests_is_bounded(gateway: Gateway) -> None:
    async with watching(to(gateway)) as viewer:
        await viewer.frames_more(1)
        [peer] = gateway.peers.all()
        stream = gateway.cameras["front"].streams[Codec.H264][Quality.HIGH]
        pli = struct.pack("!BBHII", 0x81, 206, 2, 1, ssrc_of(viewer))
        wanted: list[bool] = []
        for _ in range(1_000):
            stream._keyframe_wanted = False
            peer._rtcp_received(pli)
            wanted.append(stream._keyframe_wanted)
        assert sum(wanted) <= KEYFRAME_BURST + 1


async def test_an_offer_without_h264_gets_vp8(gateway: Gateway) -> None:
    async def exchange(offer: str) -> str:
        answer = await gateway.peers.open("s1", "front", without_codecs(offer, "H264"))
        assert "VP8/90000" in answer
        assert "H264" not in answer
        return answer

    async with watching(exchange) as viewer:
        await viewer.frames_more(5)


async def test_a_late_viewer_starts_at_once_with_a_keyframe_of_its_own(gateway: Gateway) -> None:
    async with watching(to(gateway, "s1")) as first:
        await first.frames_more(30)
        streams = gateway.cameras["front"].all_streams
        async with watching(to(gateway, "s2")) as second:
            await second.frames_more(3)
        assert sum(stream.keyframes for stream in streams) >= 2
        await first.frames_more(3)


async def test_events_tell_camera_clock_and_motion(gateway: Gateway) -> None:
    async with watching(to(gateway)) as viewer:
        await viewer.frames_more(1)
        synced = await viewer.synced()
        assert synced["sentMs"] <= synced["receivedMs"] <= synced["repliedMs"]
        await until(lambda: viewer.of_type("motion"), "motion")
        assert viewer.of_type("motion")[0]["camera"] == "front"
        assert viewer.of_type("camera")[0]["camera"]["id"] == "front"


async def test_a_viewer_is_told_of_the_events_of_its_camera(gateway: Gateway) -> None:
    mine, other = event(1_000.0, what="person"), event(1_000.0, "yard")
    async with watching(to(gateway)) as viewer:
        await viewer.synced()
        gateway.events.publish(EventChanged(other))
        gateway.events.publish(EventChanged(mine, deleted=True))
        await until(lambda: viewer.of_type("event"), "the event")
        [told] = viewer.of_type("event")
        assert (told["event"]["id"], told["event"]["what"]) == (mine.id, "person")
        assert told["deleted"]


async def test_each_answer_tells_the_newest_frame_on_its_way(gateway: Gateway) -> None:
    stages = ("captureMs", "receivedMs", "decodedMs", "encodedMs", "sentMs")
    async with watching(to(gateway)) as viewer:
        await viewer.frames_more(1)
        first = (await viewer.synced())["frame"]
        await viewer.frames_more(10)
        synced = await viewer.synced()
        second = synced["frame"]
        times = [second[stage] for stage in stages]
        assert times == sorted(times)
        assert 0 <= synced["repliedMs"] - second["sentMs"] < 3_000
        by_rtp = ((second["rtpTimestamp"] - first["rtpTimestamp"]) % 2**32) / 90
        assert by_rtp == pytest.approx(second["captureMs"] - first["captureMs"], abs=5)


async def test_each_answer_tells_how_the_video_gets_there(gateway: Gateway) -> None:
    async with watching(to(gateway)) as viewer:
        await viewer.frames_more(1)
        delivery = (await viewer.synced())["delivery"]
        assert delivery["quality"] == "high"
        assert delivery["path"].startswith("host/")
        assert (delivery["resent"], delivery["dropped"]) >= (0, 0)
        [peer] = gateway.peers.all()
        assert peer.delivery.packets > 0
        assert peer.delivery.payload_bytes > peer.delivery.packets


async def test_an_answer_before_the_first_picture_has_no_frame() -> None:
    async with (
        Gateway({"dead": DEAD}, WebrtcSettings()) as gateway,
        watching(to(gateway, camera="dead")) as viewer,
    ):
        assert "frame" not in await viewer.synced()


async def test_what_was_done_for_viewers_outlives_them(gateway: Gateway) -> None:
    async with watching(to(gateway)) as viewer:
        await viewer.frames_more(5)
        [peer] = gateway.peers.all()
        gateway.peers.close(peer.session, "test")
        assert gateway.peers.left["front"].packets == peer.delivery.packets > 0


async def test_refusals_say_why(gateway: Gateway) -> None:
    with pytest.raises(UnknownCamera, match="no camera 'back'"):
        await gateway.peers.open("s1", "back", CHROMIUM)
    with pytest.raises(InvalidSdp):
        await gateway.peers.open("s1", "front", "v=0\r\n")
    with pytest.raises(NoCommonCodec):
        await gateway.peers.open("s1", "front", without_codecs(CHROMIUM, "H264|VP8"))
    with pytest.raises(UnknownSession):
        gateway.peers.close("s1", "test")
    with pytest.raises(UnknownSession):
        await gateway.peers.add_candidate(Candidate("s1", None))
    assert len(gateway.peers) == 0


async def test_a_session_cannot_be_taken_over(gateway: Gateway) -> None:
    await gateway.peers.open("s1", "front", CHROMIUM)
    with pytest.raises(SessionExists, match="exists already"):
        await gateway.peers.open("s1", "front", CHROMIUM)
    assert len(gateway.peers) == 1


async def test_no_more_viewers_than_allowed(gateway: Gateway) -> None:
    for number in range(8):
        await gateway.peers.open(f"s{number}", "front", CHROMIUM)
    with pytest.raises(TooManyViewers, match="8 viewers"):
        await gateway.peers.open("s9", "front", CHROMIUM)
    gateway.peers.close("s3", "test")
    await gateway.peers.open("s9", "front", CHROMIUM)


async def test_candidates_trickle_in_and_bad_ones_are_refused(gateway: Gateway) -> None:
    await gateway.peers.open("s1", "front", CHROMIUM)
    add = gateway.peers.add_candidate
    good = "candidate:1 1 udp 2113937151 192.168.0.7 58306 typ host"
    await add(Candidate("s1", good, "0", 0))
    await add(Candidate("s1", good.replace("192.168.0.7", "abc.local"), "0", 0))
    await add(Candidate("s1", None))
    await add(Candidate("s1", ""))
    with pytest.raises(InvalidSdp, match="expected a candidate as in RFC 8839"):
        await add(Candidate("s1", "candidate:nonsense", "0", 0))
    for hostile in ("127.0.0.1", "169.254.169.254", "0.0.0.0", "224.0.0.1", "evil.example"):
        with pytest.raises(InvalidSdp, match="expected"):
            await add(Candidate("s1", good.replace("192.168.0.7", hostile), "0", 0))
    [peer] = gateway.peers.all()
    assert ".0.0.1 " not in peer.connection.remoteDescription.sdp
    with pytest.raises(InvalidSdp, match="could not be used"):
        await add(Candidate("s1", good))
    for port in range(1024, 2024):
        await add(Candidate("s1", good.replace("58306", str(port)), "0", 0))
    remote = peer.connection.remoteDescription.sdp
    assert remote.count("192.168.0.7 ") <= MAX_CANDIDATES
    refused = gateway.peers.candidates_refused
    assert refused[Fault.SURPLUS] >= 1_000 - MAX_CANDIDATES
    assert refused[Fault.LOOPBACK] == refused[Fault.METADATA] == refused[Fault.NAME] == 1


async def test_hostile_candidates_in_an_offer_are_not_tried(gateway: Gateway) -> None:
    line = "a=candidate:1 1 udp 2113937151 {} 9 typ host\r\n"
    hosts = ("127.0.0.1", "169.254.169.254", "::ffff:127.0.0.1", "evil.example", "ff02::1")
    await gateway.peers.open("s1", "front", CHROMIUM + "".join(line.format(h) for h in hosts))
    [peer] = gateway.peers.all()
    assert "candidate" not in peer.connection.remoteDescription.sdp
    with pytest.raises(InvalidSdp, match="lines"):
        await gateway.peers.open("s2", "front", CHROMIUM + line.format("192.0.2.7") * 1_000)


async def test_a_gateway_of_this_machine_alone_takes_loopback() -> None:
    good = Candidate("s1", "candidate:1 1 udp 2113937151 127.0.0.1 58306 typ host", "0", 0)
    async with Gateway({"front": SYNTHETIC}, WebrtcSettings(), from_loopback=True) as gateway:
        await gateway.peers.open("s1", "front", CHROMIUM)
        await gateway.peers.add_candidate(good)
        [peer] = gateway.peers.all()
        assert "127.0.0.1 58306" in peer.connection.remoteDescription.sdp


@pytest.mark.parametrize("cancelled", [False, True])
async def test_an_end_in_the_middle_of_negotiating_leaves_no_socket(
    gateway: Gateway, cancelled: bool
) -> None:
    process = psutil.Process()
    sockets = process.num_fds()
    for steps in range(12):
        opening = asyncio.create_task(gateway.peers.open("s1", "front", CHROMIUM))
        for _ in range(steps):
            await asyncio.sleep(0)
        if cancelled:
            opening.cancel()
        with contextlib.suppress(UnknownSession):
            gateway.peers.close("s1", "left already")
        with contextlib.suppress(UnknownSession, asyncio.CancelledError):
            await opening
            gateway.peers.close("s1", "left after all")
        await until(lambda: gateway.peers.closing == 0, "the close")
        assert len(gateway.peers) == 0
    assert process.num_fds() == sockets


async def test_a_peer_that_never_connects_is_dropped() -> None:
    settings = WebrtcSettings(connect_timeout_s=1.0)
    async with Gateway({"front": SYNTHETIC}, settings) as gateway:
        await gateway.peers.open("s1", "front", CHROMIUM)
        await until(lambda: len(gateway.peers) == 0, "the deadline")
        await until(lambda: gateway.peers.closing == 0, "the close")


async def test_a_failure_with_one_viewer_leaves_the_deadlines(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    close = Peer.close
    failed: list[str] = []

    def fail_once(peer: Peer, reason: str) -> None:
        if not failed:
            failed.append(peer.session)
            raise RuntimeError("a defect")
        close(peer, reason)

    monkeypatch.setattr(Peer, "close", fail_once)
    monkeypatch.setattr("gateway.peers.SWEEP_INTERVAL_S", 0.1)
    async with Gateway({"front": SYNTHETIC}, WebrtcSettings(connect_timeout_s=0.5)) as gateway:
        for session in ("s1", "s2"):
            await gateway.peers.open(session, "front", CHROMIUM)
        await until(lambda: len(gateway.peers) == 0, "the deadline")
    assert failed == ["s1"]
    assert "could not be looked after" in caplog.text


async def test_a_viewer_whose_heartbeat_stops_is_dropped() -> None:
    settings = WebrtcSettings(silence_timeout_s=1.5)
    async with (
        Gateway({"front": SYNTHETIC}, settings) as gateway,
        watching(to(gateway)) as viewer,
    ):
        await viewer.frames_more(1)
        await until(lambda: viewer.channel.readyState == "open", "the channel")
        viewer.send_sync()
        await until(lambda: len(gateway.peers) == 0, "the silence to be noticed")


async def test_silence_counts_from_when_a_viewer_can_speak(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.peers.SWEEP_INTERVAL_S", 0.05)

    async def slowly(offer: str) -> str:
        answer = await gateway.peers.open("s1", "front", offer)
        # As if ICE and DTLS took nearly all the time they may.
        gateway.peers.all()[0].heard_s -= 10
        return answer

    async with watching(slowly) as viewer:
        await until(lambda: viewer.channel.readyState == "open", "the channel")
        await viewer.frames_more(15)
        assert len(gateway.peers) == 1


async def test_what_is_no_message_on_events_is_ignored(gateway: Gateway) -> None:
    async with watching(to(gateway)) as viewer:
        await until(lambda: viewer.channel.readyState == "open", "the channel")
        for garbage in ("", "{", '{"type":"launch"}', "x" * 60_000, b"\xff\x00"):
            viewer.channel.send(garbage)
        await viewer.synced()
        await viewer.frames_more(3)


async def test_a_dead_stun_server_delays_the_answer_by_no_more_than_allowed() -> None:
    settings = WebrtcSettings.model_validate(
        # A port of this machine that nobody answers on.
        {"ice_servers": [{"urls": "stun:127.0.0.1:9"}], "gather_timeout_s": 0.5}
    )
    async with Gateway({"front": SYNTHETIC}, settings) as gateway:
        started = time.monotonic()
        await gateway.peers.open("s1", "front", CHROMIUM)
        assert time.monotonic() - started < 3.0, "aioice alone would take 5 s"


async def test_a_stopping_gateway_takes_nobody() -> None:
    async with Gateway({"front": SYNTHETIC}, WebrtcSettings()) as gateway:
        await gateway.peers.open("s1", "front", CHROMIUM)
    with pytest.raises(GatewayClosing):
        await gateway.peers.open("s2", "front", CHROMIUM)
    assert len(gateway.peers) == 0


async def test_a_camera_without_pictures_still_takes_viewers_and_tells_them() -> None:
    dead = CameraSettings(source="http://127.0.0.1:9/stream")
    async with (
        Gateway({"front": dead}, WebrtcSettings()) as gateway,
        watching(to(gateway)) as viewer,
    ):
        await until(
            lambda: any(told["camera"]["state"] == "offline" for told in viewer.of_type("camera")),
            "the viewer to hear that the camera is offline",
        )
        assert "127.0.0.1:9" in viewer.of_type("camera")[-1]["camera"]["detail"]


def kept_bytes(process: psutil.Process) -> int:
    """Memory in use: what is free already, and only not given back yet, is given back first."""
    ctypes.CDLL(None).malloc_trim(0)
    return int(process.memory_info().rss)


async def test_a_thousand_viewers_come_and_go_and_leave_nothing() -> None:
    process = psutil.Process()
    async with Gateway({"front": SYNTHETIC}, WebrtcSettings(max_viewers=100)) as gateway:

        async def join_and_leave(session: str) -> None:
            async with watching(to(gateway, session)) as viewer:
                await viewer.frames_more(1)

        async def round_of(count: int, name: str) -> None:
            for batch in range(0, count, 10):
                await asyncio.gather(
                    *(join_and_leave(f"{name}{number}") for number in range(batch, batch + 10))
                )
            await until(lambda: len(gateway.peers) == 0, "all peers to end")
            await until(lambda: gateway.peers.closing == 0, "all closes to end")
            gc.collect()

        await round_of(100, "warm")
        tasks = len(asyncio.all_tasks())
        sockets = process.num_fds()
        memory = kept_bytes(process)
        await round_of(1_000, "s")
        with contextlib.suppress(AssertionError):
            await until(lambda: len(asyncio.all_tasks()) <= tasks, "stray tasks to end", 5)
        assert len(asyncio.all_tasks()) <= tasks
        assert process.num_fds() <= sockets + 2
        grown = kept_bytes(process) - memory
        assert grown < 15e6, f"{grown / 1_000:.0f} bytes kept for each viewer"
        assert gateway.peers.closes_overdue == 0
        assert not any(stream.wanted for stream in gateway.cameras["front"].all_streams)


async def test_joins_that_are_given_up_hold_up_nobody(gateway: Gateway) -> None:
    for _ in range(2_000):
        opening = asyncio.create_task(gateway.peers.open("gone", "front", CHROMIUM))
        await asyncio.sleep(0)
        opening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await opening
    assert gateway.peers._next_turn_s - time.monotonic() <= JOIN_SPACING_S
    await asyncio.wait_for(gateway.peers.open("s1", "front", CHROMIUM), 5)


async def test_a_viewer_whose_video_cannot_be_started_is_let_go(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> int:
        raise KeyError("an unknown profile")

    monkeypatch.setattr("gateway.aiortc_private.srtp_tag_bytes", fail)
    async with watching(to(gateway)):
        await until(lambda: len(gateway.peers) == 0, "the end of the peer")
    assert "could not be started" in caplog.text
