import contextlib
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import InvalidSdp, NoCommonCodec, ViewerRefused
from gateway.negotiation import (
    choose_video,
)
from gateway.units import Codec

CHROMIUM = (Path(__file__).parent / "offers" / "chromium-156.sdp").read_text()
"""Captured from Chromium 156: one video section, recvonly, and a data channel."""


def without_codecs(offer: str, pattern: str) -> str:
    """Drop the codecs whose rtpmap or fmtp matches, as a browser without them would."""
    dropped = set(re.findall(rf"^a=(?:rtpmap|fmtp):(\d+) .*(?:{pattern})", offer, re.MULTILINE))
    lines = []
    for line in offer.splitlines():
        if re.match(rf"a=(rtpmap|fmtp|rtcp-fb):({'|'.join(dropped) or 'none'})\b", line):
            continue
        if line.startswith("m=video"):
            head, formats = line.split(" ")[:3], line.split(" ")[3:]
            lines.append(" ".join(head + [number for number in formats if number not in dropped]))
            continue
        lines.append(line)
    return "\r\n".join(lines) + "\r\n"


def test_takes_h264_constrained_baseline_although_chromium_lists_vp8_first() -> None:
    choice = choose_video(CHROMIUM)
    assert choice.codec is Codec.H264
    assert (choice.payload_type, choice.rtx_payload_type) == (108, 109)
    assert choice.playout_delay_id == 5
    assert choice.mid == "0"


def test_takes_plain_baseline_where_constrained_is_missing() -> None:
    choice = choose_video(without_codecs(CHROMIUM, "42e01f"))
    assert (choice.codec, choice.payload_type) == (Codec.H264, 102)


def test_takes_vp8_without_usable_h264() -> None:
    only_mode_0 = without_codecs(CHROMIUM, "packetization-mode=1")
    assert choose_video(only_mode_0).codec is Codec.VP8
    assert choose_video(without_codecs(CHROMIUM, "H264")).payload_type == 96


def test_says_what_was_offered_when_nothing_fits() -> None:
    with pytest.raises(NoCommonCodec, match=r"the offer has .*AV1.*VP9.*expected H264"):
        choose_video(without_codecs(CHROMIUM, "H264|VP8"))


def test_works_without_playout_delay_and_rtx() -> None:
    plain = "\r\n".join(
        line for line in without_codecs(CHROMIUM, "rtx").splitlines() if "playout-delay" not in line
    )
    choice = choose_video(plain + "\r\n")
    assert choice.rtx_payload_type is None
    assert choice.playout_delay_id is None


@pytest.mark.parametrize(
    ("offer", "reason"),
    [
        ("", "media sections"),
        ("v=0\r\n", "media sections"),
        (CHROMIUM.replace("a=fingerprint", "a=x"), "without a DTLS fingerprint"),
        (CHROMIUM + "a=ssrc:1 cname:x\r\n" * 1_000, "more than 1000 lines"),
        ("not sdp at all", "could not be read|media sections"),
        (CHROMIUM.replace("a=recvonly", "a=sendonly"), "asks for no video"),
        (CHROMIUM.replace("m=video 9", "m=video 0"), "asks for no video"),
        (CHROMIUM.replace("m=video", "m=audio"), "could not be read|asks for no video"),
        (CHROMIUM.replace("a=rtpmap:96 VP8/90000", "a=rtpmap:96 VP8"), "could not be read"),
        (CHROMIUM + "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n" * 20, "media sections|could not"),
        (CHROMIUM.replace("a=group:BUNDLE ", "a=group:BUNDLE gone "), "BUNDLE group"),
        (re.sub(r"extmap:\d+", "extmap:999", CHROMIUM), "header extension"),
    ],
)
def test_refuses_what_is_no_offer_for_video(offer: str, reason: str) -> None:
    with pytest.raises(InvalidSdp, match=reason):
        choose_video(offer)


@given(st.data())
def test_a_damaged_offer_is_refused_or_understood_but_never_crashes(data: st.DataObject) -> None:
    lines = CHROMIUM.splitlines()
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(lines) - 1))
        lines[place] = data.draw(st.sampled_from(["", "a=", "m=", "a=x:", lines[place][:7], "☃"]))
    with contextlib.suppress(ViewerRefused):
        choose_video("\r\n".join(lines))
