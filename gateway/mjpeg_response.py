"""MJPEG over HTTP to any number of viewers, from the one connection that the camera has."""

import asyncio
import logging

from aiohttp import web

from edge.newest_slot import Closed, NewestSlot
from edge.stopping import STOPPING
from gateway.camera import Camera
from gateway.units import JpegFrame

logger = logging.getLogger(__name__)

BOUNDARY = "peerlens-frame"
STREAM_TYPE = "multipart/x-mixed-replace"
FIRST_FRAME_TIMEOUT_S = 10.0
FRAME_TIMEOUT_S = 10.0
"""A viewer of a camera that gives no picture for this long is sent away."""
WRITE_TIMEOUT_S = 5.0
"""A viewer that takes nothing for this long is sent away."""


async def stream_jpegs(request: web.Request, camera: Camera) -> web.StreamResponse:
    """Answer ``request`` with the camera's JPEGs until either end leaves.

    Each viewer has a slot of depth one, so a slow one gets fewer pictures, never older
    ones. Raises :class:`NoPicture` when the camera fails, TimeoutError when it is silent.
    """
    frame = await asyncio.wait_for(camera.next_jpeg(), FIRST_FRAME_TIMEOUT_S)
    slot: NewestSlot[JpegFrame] = NewestSlot()
    with (
        request.app[STOPPING].calling(slot.close),
        camera.wanted(),
        camera.jpegs.subscribed(slot.put),
    ):
        response = web.StreamResponse(
            headers={
                "Content-Type": f"{STREAM_TYPE};boundary={BOUNDARY}",
                "Cache-Control": "no-store",
                "X-Accel-Buffering": "no",
            }
        )
        await response.prepare(request)
        try:
            await _send(response, f"--{BOUNDARY}\r\n".encode() + _part(frame))
            while True:
                frame = await asyncio.wait_for(slot.get(), FRAME_TIMEOUT_S)
                await _send(response, _part(frame))
        except (TimeoutError, ConnectionError):
            # An orderly end would wait for a viewer that takes nothing.
            if request.transport is not None:
                request.transport.abort()
        except Closed:
            pass
    return response


async def _send(response: web.StreamResponse, data: bytes) -> None:
    await asyncio.wait_for(response.write(data), WRITE_TIMEOUT_S)


def _part(frame: JpegFrame) -> bytes:
    # The boundary follows the picture, so that a browser shows it without waiting for the next.
    return (
        f"Content-Type: image/jpeg\r\nContent-Length: {len(frame.data)}\r\n"
        f"X-Timestamp: {frame.capture_s:.6f}\r\n\r\n"
    ).encode() + b"%b\r\n--%b\r\n" % (frame.data, BOUNDARY.encode())
