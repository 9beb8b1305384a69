"""A small RTSP server: H.264 interleaved in the TCP connection, as cheap cameras send it."""

import asyncio
import base64
import contextlib
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from fractions import Fraction

import av

from tests.support.pictures import picture

FPS = 25
CLOCK_HZ = 90_000


@dataclass(slots=True)
class RtspCamera:
    """``credentials`` (NAME:PASSWORD) protect it; ``stalled`` stops the video, not the socket."""

    url: str = ""
    credentials: str | None = None
    stalled: bool = False
    requests: list[str] = field(default_factory=list)


@contextlib.asynccontextmanager
async def rtsp_camera(camera: RtspCamera) -> AsyncIterator[RtspCamera]:
    units = _encode()
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await _serve(camera, units, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()
            tasks.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    camera.url = f"rtsp://127.0.0.1:{port}/live"
    try:
        yield camera
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks)


async def _serve(
    camera: RtspCamera,
    units: list[list[bytes]],
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    while True:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method = head[0].split(" ")[0]
        camera.requests.append(method)
        fields = {
            name.lower(): value.strip() for name, _, value in (x.partition(":") for x in head)
        }
        answer = ["RTSP/1.0 200 OK", f"CSeq: {fields['cseq']}", "Session: 1"]
        body = ""
        if not _admitted(camera, fields):
            answer[0] = "RTSP/1.0 401 Unauthorized"
            answer.append('WWW-Authenticate: Basic realm="camera"')
        elif method == "OPTIONS":
            answer.append("Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN")
        elif method == "DESCRIBE":
            body = (
                "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=camera\r\nt=0 0\r\n"
                "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
                "a=fmtp:96 packetization-mode=1\r\na=control:video\r\n"
            )
            answer.append("Content-Type: application/sdp")
        elif method == "SETUP":
            answer.append("Transport: RTP/AVP/TCP;unicast;interleaved=0-1")
        answer.append(f"Content-Length: {len(body)}")
        writer.write("\r\n".join([*answer, "", body]).encode())
        await writer.drain()
        if method == "PLAY" and answer[0].endswith("OK"):
            await _play(camera, units, writer)


def _admitted(camera: RtspCamera, fields: dict[str, str]) -> bool:
    if camera.credentials is None:
        return True
    expected = base64.b64encode(camera.credentials.encode()).decode()
    return fields.get("authorization") == f"Basic {expected}"


async def _play(camera: RtspCamera, units: list[list[bytes]], writer: asyncio.StreamWriter) -> None:
    sequence, index = 0, 0
    while True:
        if not camera.stalled:
            nals = units[index % len(units)]
            for nal in nals:
                marker = 0x80 if nal is nals[-1] else 0
                stamp = index * CLOCK_HZ // FPS & 0xFFFFFFFF
                rtp = struct.pack(">BBHII", 0x80, 96 | marker, sequence & 0xFFFF, stamp, 7) + nal
                writer.write(struct.pack(">cBH", b"$", 0, len(rtp)) + rtp)
                sequence += 1
            index += 1
        await writer.drain()
        await asyncio.sleep(1 / FPS)


def _encode() -> list[list[bytes]]:
    """Return the NAL units of two seconds of video, which starts with an IDR picture."""
    context = av.CodecContext.create("libx264", "w")
    assert isinstance(context, av.VideoCodecContext)
    context.width, context.height, context.pix_fmt = 320, 240, "yuv420p"
    context.time_base, context.framerate = Fraction(1, FPS), Fraction(FPS)
    context.options = {"preset": "ultrafast", "tune": "zerolatency", "x264-params": "keyint=10"}
    units = []
    for number in range(2 * FPS):
        frame = picture(number).reformat(format="yuv420p")
        frame.pts = number
        data = b"".join(bytes(packet) for packet in context.encode(frame))
        nals = data.replace(b"\x00\x00\x00\x01", b"\x00\x00\x01").split(b"\x00\x00\x01")
        units.append([nal for nal in nals if nal])
    return units
