"""Feeds Janus: the camera's stream, encoded once as Peerlens does it, as RTP to a mountpoint.

Keyframes are made when Janus asks for one, merged like Peerlens' own: a request answers all of
the last quarter of a second. Each line of standard input is answered with the number of frames
sent so far; its end ends the process.
"""

import argparse
import asyncio
import contextlib
import random
import socket
import struct
import sys
import time

from gateway.decode import JpegDecoder, PictureConverter
from gateway.encode.h264_encoder import H264Encoder
from gateway.settings import CameraSettings
from gateway.source.http_mjpeg import HttpMjpegSource
from gateway.stream import KEYFRAME_INTERVAL_S
from gateway.units import RTP_CLOCK_HZ, JpegFrame, RawFrame

PAYLOAD_TYPE = 96
INTRODUCTION_INTERVAL_S = 1.0
"""Janus sends its requests to whoever sent RTCP to it."""

_PSFB = 206
_RTP_HEADER = struct.Struct("!BBHII")
_EMPTY_RECEIVER_REPORT = struct.Struct("!BBHI")


class RtpFeed:
    """Sends access units to ``port`` on loopback, RTCP to the port above it."""

    def __init__(self, port: int) -> None:
        self._rtp = self._connected(port)
        self._rtcp = self._connected(port + 1)
        self._sequence = random.randrange(1 << 15)
        self._ssrc = random.randrange(1, 1 << 32)
        self._introduced_s = float("-inf")

    @staticmethod
    def _connected(port: int) -> socket.socket:
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        udp.connect(("127.0.0.1", port))
        return udp

    def send(self, payloads: tuple[bytes, ...], timestamp: int) -> None:
        """Send one picture; what does not get through is lost."""
        self._introduce()
        for index, payload in enumerate(payloads):
            kind = PAYLOAD_TYPE | (0x80 if index == len(payloads) - 1 else 0)
            header = _RTP_HEADER.pack(
                0x80, kind, self._sequence, timestamp & 0xFFFFFFFF, self._ssrc
            )
            self._sequence = (self._sequence + 1) & 0xFFFF
            with contextlib.suppress(OSError):
                self._rtp.send(header + payload)

    def keyframe_requested(self) -> bool:
        """Whether a PLI or FIR has come since the last call."""
        requested = False
        with contextlib.suppress(OSError):
            while True:
                requested |= _asks_for_keyframe(self._rtcp.recv(1_500))
        return requested

    def _introduce(self) -> None:
        now_s = time.monotonic()
        if now_s - self._introduced_s >= INTRODUCTION_INTERVAL_S:
            self._introduced_s = now_s
            with contextlib.suppress(OSError):
                self._rtcp.send(_EMPTY_RECEIVER_REPORT.pack(0x80, 201, 1, self._ssrc))

    def close(self) -> None:
        self._rtp.close()
        self._rtcp.close()


def _asks_for_keyframe(compound: bytes) -> bool:
    while len(compound) >= 4:
        if compound[1] == _PSFB and compound[0] & 0x1F in (1, 4):
            return True
        compound = compound[4 * (int.from_bytes(compound[2:4], "big") + 1) :]
    return False


class Feeder:
    """Decodes and encodes the newest picture of the camera, in a worker thread."""

    def __init__(self, feed: RtpFeed, fps: float, kbps: int) -> None:
        self._feed = feed
        self._fps = fps
        self._kbps = kbps
        self._decoder = JpegDecoder()
        self._converter = PictureConverter()
        self._encoder: H264Encoder | None = None
        self._keyframe_wanted = True
        self._keyframe_s = float("-inf")
        self._newest: JpegFrame | None = None
        self._arrived = asyncio.Event()
        self._frames = 0

    async def run(self, url: str) -> None:
        """Feed until the camera, the encoder or standard input ends."""
        tasks = (
            asyncio.create_task(HttpMjpegSource(CameraSettings(source=url)).run(self._take)),
            asyncio.create_task(self._feed_newest()),
            asyncio.create_task(self._tell()),
        )
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _tell(self) -> None:
        while await asyncio.to_thread(sys.stdin.readline):
            print(self._frames, flush=True)

    def _take(self, frame: JpegFrame | RawFrame) -> None:
        assert isinstance(frame, JpegFrame)
        self._newest = frame
        self._arrived.set()

    async def _feed_newest(self) -> None:
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            if self._newest is not None:
                await asyncio.to_thread(self._encode, self._newest)

    def _encode(self, frame: JpegFrame) -> None:
        picture = self._converter.to_yuv420p(self._decoder.decode(frame).picture)
        if self._encoder is None:
            self._encoder = H264Encoder(picture.width, picture.height, self._fps, self._kbps)
        self._keyframe_wanted |= self._feed.keyframe_requested()
        keyframe = (
            self._keyframe_wanted and frame.capture_s - self._keyframe_s >= KEYFRAME_INTERVAL_S
        )
        picture.pts = round(frame.capture_s * RTP_CLOCK_HZ)
        payloads, _ = self._encoder.encode(picture, keyframe)
        if keyframe:
            self._keyframe_wanted, self._keyframe_s = False, frame.capture_s
        self._feed.send(payloads, picture.pts)
        self._frames += 1


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.janus_feed")
    parser.add_argument("--source", required=True, help="URL of an MJPEG stream")
    parser.add_argument("--port", type=int, required=True, help="RTP; RTCP is the next one")
    parser.add_argument("--fps", type=float, required=True)
    parser.add_argument("--kbps", type=int, required=True)
    arguments = parser.parse_args()
    feed = RtpFeed(arguments.port)
    with contextlib.suppress(KeyboardInterrupt), contextlib.closing(feed):
        asyncio.run(Feeder(feed, arguments.fps, arguments.kbps).run(arguments.source))


if __name__ == "__main__":
    main()
