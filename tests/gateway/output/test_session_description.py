"""Which answers can be used; made from those of real aiortc."""

import re
from collections.abc import Callable

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription, sdp

from gateway import aiortc_private
from gateway.negotiation import MAX_LINES, PLAYOUT_DELAY_URI, VideoChoice
from gateway.output.errors import BadAnswer
from gateway.output.session_description import read_answer, whip_offer
from gateway.remote_candidates import MAX_CANDIDATES
from gateway.units import Codec
from tests.gateway.test_negotiation import without_codecs

CANDIDATE = "a=candidate:1 1 udp 2113937151 192.0.2.1 58306 typ host\r\n"
Change = Callable[[str], str]


async def offer_of_ours() -> str:
    connection = aiortc_private.new_peer_connection(aiortc_private.generate_certificate())
    aiortc_private.offer_video(connection)
    await connection.setLocalDescription(await connection.createOffer())
    offer = connection.localDescription.sdp
    await connection.close()
    return whip_offer(offer)


async def answer_to(offer: str) -> str:
    server = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    await server.setRemoteDescription(RTCSessionDescription(offer, "offer"))
    await server.setLocalDescription(await server.createAnswer())
    answer = server.localDescription.sdp
    await server.close()
    return answer


def read(answer: str) -> tuple[VideoChoice, str]:
    return read_answer(answer, from_loopback=False)


async def test_the_offer_is_what_whip_asks_for() -> None:
    offer = await offer_of_ours()
    [media] = sdp.SessionDescription.parse(offer).media
    assert media.direction == "sendonly"
    assert media.dtls is not None
    assert media.dtls.role == "auto"
    assert [codec.mimeType for codec in media.rtp.codecs if codec.mimeType != "video/rtx"] == [
        "video/H264",
        "video/VP8",
    ]
    assert media.rtp.codecs[0].parameters["profile-level-id"] == "42e01f"
    assert offer.count("a=rtcp-mux-only\r\n") == 1
    assert offer.count("a=msid:") == 1
    assert "a=group:BUNDLE 0\r\n" in offer
    assert "a=end-of-candidates\r\n" in offer
    assert "m=application" not in offer
    ids = [extension.id for extension in media.rtp.headerExtensions]
    assert len(ids) == len(set(ids)) == 3
    assert f"a=extmap:5 {PLAYOUT_DELAY_URI}\r\n" in offer


async def test_h264_is_taken_where_the_server_takes_it() -> None:
    choice, answer = read(await answer_to(await offer_of_ours()))
    assert choice.codec is Codec.H264
    assert choice.rtx_payload_type is not None
    assert choice.mid_id is not None
    assert choice.abs_send_time_id is not None
    assert answer.endswith("\r\na=recvonly\r\n")
    assert "end-of-candidates" not in answer


async def test_vp8_is_taken_where_the_server_takes_nothing_else() -> None:
    choice, _ = read(await answer_to(without_codecs(await offer_of_ours(), "H264")))
    assert choice.codec is Codec.VP8


@pytest.mark.parametrize(
    "change",
    [
        lambda answer: answer.replace("a=recvonly\r\n", ""),
        lambda answer: answer.replace("a=recvonly", "a=sendrecv"),
        lambda answer: answer.replace("\r\n", "\n"),
        lambda answer: answer + "a=candidate:2 1 udp 1 abc.local 58306 typ host\r\n",
        lambda answer: "v=0\r\na=ice-lite" + answer.removeprefix("v=0"),
    ],
)
async def test_answers_that_differ_and_will_do(change: Change) -> None:
    _, answer = read(change(await answer_to(await offer_of_ours())))
    assert re.findall(r"a=(?:sendrecv|recvonly|sendonly|inactive)", answer) == ["a=recvonly"]
    assert ".local" not in answer


@pytest.mark.parametrize("from_loopback", [False, True])
async def test_candidates_on_loopback_are_for_a_server_on_this_machine(from_loopback: bool) -> None:
    loopback = CANDIDATE.replace("192.0.2.1", "127.0.0.1")
    named = CANDIDATE.replace("192.0.2.1", "sfu.example.org")
    given = await answer_to(await offer_of_ours()) + CANDIDATE + loopback + named
    _, answer = read_answer(given, from_loopback=from_loopback)
    assert CANDIDATE in answer
    assert (loopback in answer) == from_loopback
    assert "sfu.example.org" not in answer, "names are not looked up"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda _: "", "0 media sections"),
        (lambda _: "<html>", "0 media sections"),
        (lambda _: "v=0\r\n\0\xff" * 100, "0 media sections"),
        (lambda answer: answer.replace("UDP/TLS", "udp/tls"), "could not be read"),
        (lambda _: "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n", "0 media sections"),
        (lambda answer: answer.replace("m=video", "m=audio"), "could not be read|audio"),
        (lambda answer: answer + answer[answer.index("m=video") :], "2 media sections"),
        (lambda answer: re.sub("m=video [0-9]+", "m=video 0", answer), "port 0"),
        (lambda answer: answer.replace("a=recvonly", "a=sendonly"), "sendonly: expected recvonly"),
        (lambda answer: answer.replace("a=recvonly", "a=inactive"), "inactive: expected recvonly"),
        (lambda answer: re.sub("a=fingerprint.*\r\n", "", answer), "without a DTLS fingerprint"),
        (lambda answer: re.sub("a=setup:.*", "a=setup:actpass", answer), "DTLS role"),
        (lambda answer: re.sub("a=setup:.*\r\n", "", answer), "DTLS"),
        (lambda answer: re.sub("a=ice-ufrag.*\r\n", "", answer), "no ICE user"),
        (lambda answer: re.sub("a=ice-pwd.*\r\n", "", answer), "no ICE user"),
        (lambda answer: answer.replace("a=rtcp-mux\r\n", ""), "rtcp-mux"),
        (lambda answer: without_codecs(answer, "H264|VP8"), "expected H264"),
        (lambda answer: answer + CANDIDATE * (MAX_CANDIDATES + 1), "candidates: expected 64"),
        (lambda answer: answer + "a=x\r\n" * MAX_LINES, "lines"),
        (lambda answer: answer.replace("BUNDLE 0", "BUNDLE 7"), "BUNDLE"),
    ],
)
async def test_answers_that_cannot_be_used(change: Change, reason: str) -> None:
    answer = change(await answer_to(await offer_of_ours()))
    with pytest.raises(BadAnswer, match=reason):
        read(answer)
