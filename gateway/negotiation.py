"""Reading a viewer's SDP offer and choosing, on purpose, what to send it. Pure code."""

import logging
from dataclasses import dataclass

from aiortc import sdp
from aiortc.rtcrtpparameters import RTCRtpCodecCapability, RTCRtpCodecParameters

from gateway.errors import InvalidSdp, NoCommonCodec
from gateway.units import Codec

logger = logging.getLogger(__name__)

PLAYOUT_DELAY_URI = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"
ABS_SEND_TIME_URI = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
MID_URI = "urn:ietf:params:rtp-hdrext:sdes:mid"

MAX_MEDIA_SECTIONS = 8
MAX_LINES = 1_000
"""Browsers need some 150; parsing thousands would hold up everybody's video."""
EXTENSION_IDS = range(1, 256)
"""What fits into a packet."""
ONE_BYTE_IDS = range(1, 15)
MAX_ONE_BYTE_LENGTH = 16
"""The short form of header extensions (RFC 8285), the only one that is sent."""

H264_PROFILES = (sdp.H264Profile.PROFILE_CONSTRAINED_BASELINE, sdp.H264Profile.PROFILE_BASELINE)
"""Profiles whose decoders all take what the encoder makes, the exact one first."""


@dataclass(frozen=True)
class VideoChoice:
    """What one viewer gets: its media section, codec, payload types and extension ids."""

    mid: str
    codec: Codec
    payload_type: int
    rtx_payload_type: int | None
    mid_id: int | None
    abs_send_time_id: int | None
    playout_delay_id: int | None


def parse_offer(offer: str, what: str = "offer") -> sdp.SessionDescription:
    """Parse an SDP offer, or another ``what``; raises :class:`InvalidSdp`."""
    if offer.count("\n") > MAX_LINES:
        raise InvalidSdp(f"the {what} has more than {MAX_LINES} lines")
    try:
        description = sdp.SessionDescription.parse(offer)
    except Exception as error:
        # aiortc's parser stops on bad input with whatever comes up: KeyError, AssertionError…
        logger.debug("< an %s that is no SDP: %r", what, error)
        raise InvalidSdp(f"the {what} could not be read as SDP") from error
    if not 1 <= len(description.media) <= MAX_MEDIA_SECTIONS:
        raise InvalidSdp(
            f"the {what} has {len(description.media)} media sections:"
            f" expected 1 to {MAX_MEDIA_SECTIONS}"
        )
    _check_bundle(description, what)
    if not all(media.dtls and media.dtls.fingerprints for media in description.media):
        raise InvalidSdp(f"the {what} has a media section without a DTLS fingerprint")
    return description


def _check_bundle(description: sdp.SessionDescription, what: str) -> None:
    """Refuse a group whose first member does not exist: aiortc would be left without transport."""
    mids = {media.rtp.muxId for media in description.media}
    for group in description.group:
        if group.semantic == "BUNDLE" and group.items and group.items[0] not in mids:
            raise InvalidSdp(f"the {what}'s BUNDLE group names a media section that is not there")


def choose_video(offer: str) -> VideoChoice:
    """Choose H.264 in a profile every viewer decodes, else VP8.

    Chromium lists VP8 first and aiortc would take that; the order of the offer is
    deliberately ignored. Raises :class:`InvalidSdp` or :class:`NoCommonCodec`.
    """
    description = parse_offer(offer)
    sections = [
        media
        for media in description.media
        if media.kind == "video" and media.direction in ("recvonly", "sendrecv") and media.port
    ]
    if not sections:
        raise InvalidSdp("the offer asks for no video: expected m=video with a=recvonly")
    return choose_codec(sections[0])


def choose_codec(media: sdp.MediaDescription, what: str = "offer") -> VideoChoice:
    """Choose among the codecs of one media section; see :func:`choose_video`."""
    chosen = _best_codec(media.rtp.codecs)
    if chosen is None:
        raise NoCommonCodec(
            f"the {what} has {_names(media.rtp.codecs)}: expected H264 (constrained baseline,"
            " packetization-mode=1) or VP8"
        )
    codec, parameters = chosen
    payload_type = parameters.payloadType
    if payload_type is None:
        raise InvalidSdp(f"{codec} has no payload type")
    if any(extension.id not in EXTENSION_IDS for extension in media.rtp.headerExtensions):
        raise InvalidSdp("a header extension has an id that does not fit: expected 1 to 255")
    return VideoChoice(
        mid=media.rtp.muxId,
        codec=codec,
        payload_type=payload_type,
        rtx_payload_type=_rtx_for(payload_type, media.rtp.codecs),
        mid_id=(
            _extension_id(media, MID_URI)
            if len(media.rtp.muxId.encode()) <= MAX_ONE_BYTE_LENGTH
            else None
        ),
        abs_send_time_id=_extension_id(media, ABS_SEND_TIME_URI),
        playout_delay_id=_extension_id(media, PLAYOUT_DELAY_URI),
    )


def _extension_id(media: sdp.MediaDescription, uri: str) -> int | None:
    for extension in media.rtp.headerExtensions:
        if extension.uri == uri and extension.id in ONE_BYTE_IDS:
            return int(extension.id)
    return None


def _best_codec(
    offered: list[RTCRtpCodecParameters],
) -> tuple[Codec, RTCRtpCodecParameters] | None:
    for profile in H264_PROFILES:
        for codec in offered:
            if _is_h264(codec, profile):
                return Codec.H264, codec
    for codec in offered:
        if codec.mimeType.lower() == "video/vp8":
            return Codec.VP8, codec
    return None


def is_constrained_baseline(codec: RTCRtpCodecParameters | RTCRtpCodecCapability) -> bool:
    """Whether ``codec`` is exactly what the H.264 encoder makes."""
    return _is_h264(codec, sdp.H264Profile.PROFILE_CONSTRAINED_BASELINE)


def _is_h264(
    codec: RTCRtpCodecParameters | RTCRtpCodecCapability, profile: sdp.H264Profile
) -> bool:
    if codec.mimeType.lower() != "video/h264":
        return False
    if str(codec.parameters.get("packetization-mode", "0")) != "1":
        return False
    try:
        # RFC 6184: without profile-level-id a decoder is constrained baseline.
        found, _ = sdp.parse_h264_profile_level_id(
            str(codec.parameters.get("profile-level-id", "42E01F"))
        )
    except ValueError:
        return False
    return found is profile


def _rtx_for(payload_type: int, offered: list[RTCRtpCodecParameters]) -> int | None:
    for codec in offered:
        if codec.mimeType.lower() == "video/rtx" and codec.parameters.get("apt") == payload_type:
            return codec.payloadType
    return None


def _names(offered: list[RTCRtpCodecParameters]) -> str:
    names = {codec.mimeType.partition("/")[2] for codec in offered}
    return ", ".join(sorted(names - {"rtx", "red", "ulpfec", "flexfec-03"})) or "no codec"
