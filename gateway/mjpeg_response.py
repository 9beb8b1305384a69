"""MJPEG over HTTP to any number of viewers, from the one connection that the camera has."""

import asyncio

from aiohttp import web

from edge.mjpeg_response import FIRST_FRAME_TIMEOUT_S, MjpegPart, send_jpegs
from edge.newest_slot import NewestSlot
from gateway.camera import Camera
from gateway.units import JpegFrame


async def stream_jpegs(request: web.Request, camera: Camera) -> web.StreamResponse:
    """Answer ``request`` with the camera's JPEGs until either end leaves.

    Raises :class:`NoPicture` when the camera fails, TimeoutError when it is silent.
    """
    frame = await asyncio.wait_for(camera.next_jpeg(), FIRST_FRAME_TIMEOUT_S)
    slot: NewestSlot[MjpegPart] = NewestSlot()

    def put(frame: JpegFrame) -> None:
        slot.put(_part(frame))

    with camera.wanted(), camera.jpegs.subscribed(put):
        return await send_jpegs(request, _part(frame), slot)


def _part(frame: JpegFrame) -> MjpegPart:
    return MjpegPart(frame.data, frame.capture_s)
