"""The baseline: aiortc used as in its own webcam and server examples.

``RTCPeerConnection`` per viewer, one ``MediaRelay`` with its default buffering over one source
track, hence one encoder per viewer, the codec that the offer lists first, and no trickling: the
page gathers, then posts its whole offer as JSON to ``/offer``. The source track keeps running
once it was started, as the example's does. A data channel answers ``ping …`` with ``pong …``.

Three departures, all in the baseline's favour. The source is not ``MediaPlayer``: for a network
stream it paces frames by FFmpeg's made-up 25 frames/s timestamps, so that a camera at 30 falls
behind without bound; the track below hands out the newest picture at once. It gives
yuv420p: from the camera's own yuvj420p every encoder would convert the shared frame in a thread
of its own, which hangs encoders or crashes PyAV as soon as there are two. And no STUN server is
asked, where aiortc's default would wait for a public one.
"""

import argparse
import asyncio
import contextlib
from collections.abc import AsyncIterator
from fractions import Fraction

from aiohttp import web
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCDataChannel,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.contrib.media import MediaRelay
from av import VideoFrame

from gateway.decode import JpegDecoder, PictureConverter
from gateway.settings import CameraSettings
from gateway.source.base import SourceStats
from gateway.source.http_mjpeg import HttpMjpegSource
from gateway.units import JpegFrame, RawFrame

CLOCK_HZ = 90_000


class NewestPictureTrack(MediaStreamTrack):
    """Decodes the camera's pictures in a worker thread, always the newest."""

    kind = "video"

    def __init__(self, url: str) -> None:
        super().__init__()
        self._source = HttpMjpegSource(CameraSettings(source=url))
        self._decoder = JpegDecoder()
        self._converter = PictureConverter()
        self._newest: JpegFrame | None = None
        self._arrived = asyncio.Event()
        self._reader: asyncio.Task[None] | None = None
        self._first_s: float | None = None

    @property
    def stats(self) -> SourceStats:
        return self._source.stats

    async def recv(self) -> VideoFrame:
        if self._reader is None:
            self._reader = asyncio.create_task(self._source.run(self._take))
        await self._arrived.wait()
        self._arrived.clear()
        frame = self._newest
        assert frame is not None
        if self._first_s is None:
            self._first_s = frame.capture_s
        picture = await asyncio.to_thread(self._decoded, frame)
        picture.pts = round((frame.capture_s - self._first_s) * CLOCK_HZ)
        picture.time_base = Fraction(1, CLOCK_HZ)
        return picture

    def stop(self) -> None:
        super().stop()
        if self._reader is not None:
            self._reader.cancel()

    def _decoded(self, frame: JpegFrame) -> VideoFrame:
        return self._converter.to_yuv420p(self._decoder.decode(frame).picture)

    def _take(self, frame: JpegFrame | RawFrame) -> None:
        assert isinstance(frame, JpegFrame)
        self._newest = frame
        self._arrived.set()


class Baseline:
    """The state of the example: its relay, its source, and the set of peer connections."""

    def __init__(self, url: str) -> None:
        self._track = NewestPictureTrack(url)
        self._relay = MediaRelay()
        self._connections: set[RTCPeerConnection] = set()

    async def offer(self, request: web.Request) -> web.Response:
        params = await request.json()
        connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._connections.add(connection)

        @connection.on("connectionstatechange")
        async def changed() -> None:
            if connection.connectionState in ("failed", "closed"):
                await connection.close()
                self._connections.discard(connection)

        @connection.on("datachannel")
        def opened(channel: RTCDataChannel) -> None:
            channel.on("message", lambda text: channel.send("pong" + text.removeprefix("ping")))

        connection.addTrack(self._relay.subscribe(self._track))
        await connection.setRemoteDescription(
            RTCSessionDescription(sdp=params["sdp"], type=params["type"])
        )
        await connection.setLocalDescription(await connection.createAnswer())
        local = connection.localDescription
        return web.json_response({"sdp": local.sdp, "type": local.type})

    async def lifetime(self, _app: web.Application) -> AsyncIterator[None]:
        yield
        await asyncio.gather(*(connection.close() for connection in list(self._connections)))
        self._track.stop()


async def _healthy(_request: web.Request) -> web.Response:
    return web.Response(text="ok", content_type="text/html")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.baseline_server")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--source", required=True, help="URL of an MJPEG stream")
    arguments = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        web.run_app(_app(arguments.source), host=arguments.host, port=arguments.port, print=None)


async def _app(source: str) -> web.Application:
    baseline = Baseline(source)
    app = web.Application()
    app.add_routes([web.post("/offer", baseline.offer), web.get("/healthz", _healthy)])
    app.cleanup_ctx.append(baseline.lifetime)
    return app


if __name__ == "__main__":
    main()
