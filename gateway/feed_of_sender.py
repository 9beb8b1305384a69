"""From a sender of aiortc's, once its connection is up, to the feed that takes its place."""

from collections.abc import Mapping

from aiortc import RTCRtpSender

from gateway import aiortc_private
from gateway.datagrams import DatagramSender
from gateway.feed import Feed
from gateway.named_log import NamedLog
from gateway.negotiation import VideoChoice
from gateway.quality import Quality
from gateway.rtp_writer import RtpWriter
from gateway.srtp import Protector, Scratch
from gateway.stream import EncodedStream

_SCRATCH = Scratch()
"""All sending happens on the event loop, one frame of one viewer at a time."""


def new_feed(
    streams: Mapping[Quality, EncodedStream],
    sender: RTCRtpSender,
    choice: VideoChoice,
    log: NamedLog,
) -> Feed:
    """Return a feed of ``streams``, not started, with the keys and the route of ``sender``."""
    keys = aiortc_private.srtp_session(sender)
    protector = Protector(keys, aiortc_private.srtp_tag_bytes(sender), _SCRATCH)
    writer = RtpWriter(aiortc_private.rtp_stream(sender, choice), protector, _SCRATCH)
    return Feed(streams, writer, DatagramSender(aiortc_private.routing(sender)), keys, log)
