"""Janus, its feed and a light viewer, for real."""

import socket
import struct

from bench.janus import free_udp_pair, has_janus, janus
from bench.janus_feed import PAYLOAD_TYPE, RtpFeed
from bench.load import generator
from bench.servers import camera


def test_janus_serves_viewers_what_it_is_fed() -> None:
    assert has_janus(), "Debian's package janus is missing"
    with (
        camera() as source,
        janus(source) as server,
        generator(server.target, server.reported_kbps) as load,
    ):
        assert load.join(3).viewers == 3
        window = load.measure(1.5)
        assert server.child.cpu_s() > 0.0
    assert window.lost == 0
    assert window.fps_min > 15.0
    assert window.kbps_per_viewer > 300.0


def test_feed_sends_rtp_and_hears_requests_for_keyframes() -> None:
    port = free_udp_pair()
    with (
        socket.socket(type=socket.SOCK_DGRAM) as rtp,
        socket.socket(type=socket.SOCK_DGRAM) as rtcp,
    ):
        rtp.bind(("127.0.0.1", port))
        rtcp.bind(("127.0.0.1", port + 1))
        feed = RtpFeed(port)
        for one in (rtp, rtcp):
            one.settimeout(5.0)
        feed.send((b"first", b"last"), 90_000)
        packets = [rtp.recv(100) for _ in range(2)]
        _, address = rtcp.recvfrom(100)
        assert [packet[1] for packet in packets] == [PAYLOAD_TYPE, PAYLOAD_TYPE | 0x80]
        assert [packet[12:] for packet in packets] == [b"first", b"last"]
        assert not feed.keyframe_requested()
        receiver_report = struct.pack("!BBHI", 0x80, 201, 1, 1)
        rtcp.sendto(receiver_report, address)
        rtcp.sendto(receiver_report + struct.pack("!BBHII", 0x81, 206, 2, 1, 2), address)
        assert feed.keyframe_requested()
        assert not feed.keyframe_requested()
        feed.close()
