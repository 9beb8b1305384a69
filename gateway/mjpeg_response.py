"""MJPEG over HTTP to any number of viewers, from the one connection that the camera has."""

import asyncio
import contextlib
import logging

from aiohttp import web

from edge.stopping import STOPPING
from gateway.camera import Camera
from gateway.newest_slot import Closed, NewestSlot
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
    ones. Raises TimeoutError when no first picture comes.
    """
    slot: NewestSlot[JpegFrame] = NewestSlot()
    with (
        request.app[STOPPING].calling(slot.close),
        camera.wanted(),
        camera.jpegs.subscribed(slot.put),
    ):
        frame = await asyncio.wait_for(slot.get(), FIRST_FRAME_TIMEOUT_S)
        response = web.StreamResponse(
            headers={
                "Content-Type": f"{STREAM_TYPE};boundary={BOUNDARY}",
                "Cache-Control": "no-store",
                "X-Accel-Buffering": "no",
            }
        )
        await response.prepare(request)
        with contextlib.suppress(TimeoutError, ConnectionError, Closed):
            await response.write(f"--{BOUNDARY}\r\n".encode())
            while True:
                await asyncio.wait_for(response.write(_part(frame)), WRITE_TIMEOUT_S)
                frame = await asyncio.wait_for(slot.get(), FRAME_TIMEOUT_S)
    return response


def _part(frame: JpegFrame) -> bytes:
    # The boundary follows the picture, so that a browser shows it without waiting for the next.
    return (
        f"Content-Type: image/jpeg\r\nContent-Length: {len(frame.data)}\r\n"
        f"X-Timestamp: {frame.capture_s:.6f}\r\n\r\n"
    ).encode() + b"%b\r\n--%b\r\n" % (frame.data, BOUNDARY.encode())
