"""MJPEG over HTTP to one viewer, from a slot that holds the newest picture."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from edge.newest_slot import Closed, NewestSlot
from edge.stopping import STOPPING
from edge.unsent import hold_back

BOUNDARY = "peerlens-frame"
STREAM_TYPE = "multipart/x-mixed-replace"
FIRST_FRAME_TIMEOUT_S = 10.0
FRAME_TIMEOUT_S = 10.0
"""A viewer of a camera that gives no picture for this long is sent away."""
WRITE_TIMEOUT_S = 5.0
"""A viewer that takes nothing for this long is sent away."""


@dataclass(frozen=True, slots=True)
class MjpegPart:
    """One picture; ``capture_s`` is of any one clock, in seconds."""

    jpeg: bytes
    capture_s: float


def stream_head() -> web.Response:
    """Return what HEAD is answered with."""
    return web.Response(content_type=STREAM_TYPE, headers={"Cache-Control": "no-store"})


def snapshot(jpeg: bytes, age_s: float) -> web.Response:
    """Return one picture, and how old it is."""
    return web.Response(
        body=jpeg,
        content_type="image/jpeg",
        headers={"Age": str(int(age_s)), "Cache-Control": "no-store"},
    )


async def send_jpegs(
    request: web.Request,
    first: MjpegPart,
    slot: NewestSlot[MjpegPart],
    may_send: Callable[[int], bool] = lambda size: True,
) -> web.StreamResponse:
    """Answer ``request`` with ``first`` and then what comes into ``slot``, until either end leaves.

    The slot has a depth of one, so a slow viewer gets fewer pictures, never older ones. A closed
    one ends the stream. ``may_send`` is asked with the size of each picture.
    """
    response = web.StreamResponse(
        headers={
            "Content-Type": f"{STREAM_TYPE};boundary={BOUNDARY}",
            "Cache-Control": "no-store",
            "X-Accel-Buffering": "no",
        }
    )
    with request.app[STOPPING].calling(slot.close):
        await response.prepare(request)
        hold_back(request.transport)
        try:
            await _send(response, f"--{BOUNDARY}\r\n".encode())
            if may_send(len(first.jpeg)):
                await _send(response, _part(first))
            while True:
                part = await asyncio.wait_for(slot.get(), FRAME_TIMEOUT_S)
                if may_send(len(part.jpeg)):
                    await _send(response, _part(part))
        except (TimeoutError, ConnectionError):
            # An orderly end would wait for a viewer that takes nothing.
            if request.transport is not None:
                request.transport.abort()
        except Closed:
            pass
    return response


async def _send(response: web.StreamResponse, data: bytes) -> None:
    await asyncio.wait_for(response.write(data), WRITE_TIMEOUT_S)


def _part(part: MjpegPart) -> bytes:
    # The boundary follows the picture, so that a browser shows it without waiting for the next.
    return (
        f"Content-Type: image/jpeg\r\nContent-Length: {len(part.jpeg)}\r\n"
        f"X-Timestamp: {part.capture_s:.6f}\r\n\r\n"
    ).encode() + b"%b\r\n--%b\r\n" % (part.jpeg, BOUNDARY.encode())
