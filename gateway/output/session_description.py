"""What WHIP asks of an offer, and which answers can be used. Pure code."""

from aiortc import sdp

from gateway.errors import InvalidSdp, NoCommonCodec
from gateway.negotiation import PLAYOUT_DELAY_URI, VideoChoice, choose_codec, parse_offer
from gateway.output.errors import BadAnswer
from gateway.remote_candidates import MAX_CANDIDATES, CandidateSieve

PLAYOUT_DELAY_ID = 5
"""One that aiortc gives to nothing else."""

_DIRECTIONS = frozenset(f"a={direction}" for direction in sdp.DIRECTIONS)


def whip_offer(offer: str) -> str:
    """Return aiortc's offer with what RFC 9725, 4.4.2, demands and aiortc does not know.

    And with the playout delay: media servers that pass it on keep the delay of their viewers low.
    """
    lines = []
    for line in offer.splitlines():
        lines.append(line)
        if line == "a=rtcp-mux":
            lines.append("a=rtcp-mux-only")
            lines.append(f"a=extmap:{PLAYOUT_DELAY_ID} {PLAYOUT_DELAY_URI}")
    return "\r\n".join(lines) + "\r\n"


def read_answer(answer: str, *, from_loopback: bool) -> tuple[VideoChoice, str]:
    """Return what the server takes, and its answer as aiortc is to have it.

    ``from_loopback``: the server is on this machine, so its candidates may be on loopback.
    Raises :class:`BadAnswer`.
    """
    count = answer.count("a=candidate:")
    if count > MAX_CANDIDATES:
        raise BadAnswer(f"the answer has {count} candidates: expected {MAX_CANDIDATES} at most")
    try:
        media = _taken(parse_offer(answer, "answer"))
        choice = choose_codec(media, "answer")
    except (InvalidSdp, NoCommonCodec) as error:
        raise BadAnswer(str(error)) from error
    kept = CandidateSieve(from_loopback).sift(answer).splitlines()
    # A server may leave the direction out, or say sendrecv: nothing is received in any case.
    lines = [line for line in kept if line not in _DIRECTIONS] + ["a=recvonly"]
    return choice, "\r\n".join(lines) + "\r\n"


def _taken(description: sdp.SessionDescription) -> sdp.MediaDescription:
    """Return the one media section, when the server is to receive it."""
    if len(description.media) != 1:
        raise BadAnswer(f"the answer has {len(description.media)} media sections: expected one")
    media = description.media[0]
    if media.kind != "video":
        raise BadAnswer(f"the answer is about {media.kind[:20]}: expected video")
    if media.port == 0:
        raise BadAnswer("the answer takes no video (port 0)")
    if media.direction not in ("recvonly", "sendrecv", None):
        raise BadAnswer(f"the answer says {media.direction}: expected recvonly")
    if media.dtls is None or media.dtls.role not in ("client", "server"):
        raise BadAnswer("the answer leaves the DTLS role open: expected setup:active or passive")
    ice = media.ice
    if ice is None or not ice.usernameFragment or not ice.password:
        raise BadAnswer("the answer has no ICE user and password")
    if not media.rtcp_mux:
        raise BadAnswer("the answer takes RTCP apart from RTP: expected rtcp-mux")
    return media
